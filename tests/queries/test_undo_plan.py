"""What a compensation thrown now would run: just what a throw then does, in every behaviour."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from counterflow import Rejection, kernel
from counterflow.kernel.course.undo import UndoStarted, UndoTaken
from counterflow.kernel.events import cancel
from counterflow.kernel.events.compensation import reached
from counterflow.kernel.rows import Partition
from counterflow.kernel.state.partition import State
from counterflow.kernel.state.shelf import ModelNeeded
from counterflow.kernel.state.source import EmptySource
from counterflow.kernel.vocabulary import Event
from counterflow.kernel.work.budget import ProcessLimits
from counterflow.kernel.work.step import Step
from counterflow.model.events import CancelDefinition, CompensateDefinition, CompensationOrder
from counterflow.model.graph import Process
from counterflow.partition.source import keep_model, read_model
from counterflow.queries.undo_plan import Turn, in_order, undo_plan
from counterflow.store.port import Store
from counterflow.testing import Engine
from tests.behaviours.script import BOOK, read_script
from tests.behaviours.test_behaviours import SCRIPTS, run
from tests.queries.models import TRIP

THROWING = [path for path in SCRIPTS if "undo taken:" in path.with_suffix(".trace").read_text()]


class Reading(State):
    """No rows, but the graphs of a store."""

    def __init__(self, store: Store, order: CompensationOrder) -> None:
        super().__init__(EmptySource(), Partition(1, 0, 0), order=order)
        self._store = store

    def process_of(self, definition_key: int) -> Process:
        try:
            return super().process_of(definition_key)
        except ModelNeeded as needed:
            keep_model(self, needed, read_model(self._store, needed))
            return super().process_of(definition_key)


def test_there_are_behaviours_that_throw() -> None:
    assert len(THROWING) > 100


@pytest.mark.parametrize("path", THROWING, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_throw_does_what_was_planned_just_before(path: Path) -> None:
    engine, _ = run(path, read_script(path.read_text()), restarting=False)
    state = Reading(engine.store, engine._order)
    plans: dict[int, tuple[CompensationOrder, list[Turn]]] = {}
    began: dict[int, list[int]] = {}
    throw_of: dict[int, int] = {}
    for instance_key, event in replayed(state, engine):
        if isinstance(event, UndoTaken):
            plans[event.throw_key] = planned(state, instance_key, event.throw_key)
            throw_of |= dict.fromkeys(event.keys, event.throw_key)
            assert {turn.record.key for turn in plans[event.throw_key][1]} == set(event.keys)
        if isinstance(event, UndoStarted):
            began.setdefault(throw_of[event.undo_key], []).append(event.undo_key)
    assert plans
    for throw_key, keys in began.items():
        order, turns = plans[throw_key]
        first = {turn.record.key for turn in turns if turn.round == 1}
        assert set(keys[: len(first)]) == first
        if order is CompensationOrder.SEQUENTIAL:
            assert keys == [turn.record.key for turn in turns][: len(keys)]


def replayed(state: State, engine: Engine) -> Iterator[tuple[int, Event]]:
    """Each event of the log, before it is folded into the state."""
    for entry in engine.log:
        state.now_ms, state.last_position = entry.timestamp_ms, entry.position - 1
        for event in kernel.events_of(entry):
            yield entry.process_instance_key, event
            kernel._replay_event(state, entry.process_instance_key, event)


def planned(state: State, instance_key: int, throw_key: int) -> tuple[CompensationOrder, list[Turn]]:
    """What is planned for a throw that is about to take what it reaches."""
    instance = state.instance(instance_key)
    assert instance is not None
    throw = Step(state, kernel.HOUSE, ProcessLimits()).at(instance).token(throw_key)
    definition = throw.node.event
    assert isinstance(definition, CompensateDefinition | CancelDefinition)
    order = definition.order or throw.process.root.compensation_order or state.default_order
    if isinstance(definition, CancelDefinition):
        return order, list(in_order(cancel.reached(throw), order))
    return order, list(in_order(reached(throw.scope, definition.activity), order))


# -- in words ------------------------------------------------------------------------------------------------


def test_the_latest_comes_first_and_nothing_is_carried_out() -> None:
    engine = Engine()
    engine.deploy_contents({"trip.bpmn": TRIP})
    key = engine.start("trip")
    engine.complete("book-hotel")
    log = len(engine.log)
    plan = engine.undo_plan(key)
    assert [(one.handler_id, one.element_id, one.round) for one in plan.handlers] == [
        ("cancel-hotel", "book-hotel", 1)
    ]
    assert [(scope.key, scope.handlers) for scope in plan.scopes] == [(key, 1)]
    assert (plan.order, len(engine.log)) == ("mirror", log)


def test_what_is_taken_is_planned_no_more() -> None:
    engine = Engine()
    engine.deploy_contents({"trip.bpmn": TRIP})
    key = engine.start("trip")
    engine.complete("book-hotel")
    engine.complete("book-car")
    assert engine.undo_plan(key).handlers == [], "the throw has taken it all"


def begun(behaviour: str) -> tuple[Engine, int]:
    """An engine with an instance of a behaviour's diagram."""
    engine = Engine()
    (process,) = engine.deploy(BOOK / behaviour).processes
    return engine, engine.start(process.id, {"destination": "Rome"})


def test_it_says_what_a_handler_would_see_and_where_else_there_is_something_to_undo() -> None:
    engine, key = begun("compensation-variables/locals-of-sub-process.bpmn")
    engine.complete("hotel", {"city": "Ostia"})
    (handler,) = engine.undo_plan(key).handlers
    assert [(seen.name, seen.value_json) for seen in handler.variables] == [("city", '"Ostia"')]


def test_in_a_mirror_what_overlapped_is_of_one_round() -> None:
    engine, key = begun("compensation-order/two-branches.bpmn")
    engine.complete("b")
    assert [(one.handler_id, one.round) for one in engine.undo_plan(key).handlers] == [("undo-b", 1)]
    engine.complete("a")
    plan = engine.undo_plan(key)
    assert {(one.handler_id, one.round) for one in plan.handlers} == {("undo-a", 1), ("undo-b", 1)}


def test_a_limit_says_how_many_it_leaves_out() -> None:
    engine, key = begun("compensation-order/two-branches.bpmn")
    engine.complete("b")
    engine.complete("a")
    plan = undo_plan(engine.store, key, handler_limit=1)
    assert (len(plan.handlers), plan.handlers_left_out) == (1, 1)
    with pytest.raises(Rejection, match="a limit of 0 or more"):
        undo_plan(engine.store, key, handler_limit=-1)


def test_where_no_compensation_could_be_thrown_it_says_so() -> None:
    engine, key = begun("compensation-order/two-branches.bpmn")
    engine.complete("b")
    with pytest.raises(Rejection, match=f"those with something to undo are: {key} "):
        engine.undo_plan(key, engine.element("a").key)
    with pytest.raises(Rejection, match="none was found"):
        engine.undo_plan(7)
    engine.cancel(key)
    with pytest.raises(Rejection, match=f"'{key}' is terminated"):
        engine.undo_plan(key)
