"""The life of a condition: asked when it is first waited for, and whenever a variable changes that it sees.

    subscription: opened → asked → triggered (as often as it holds; what interrupts once) → closed
                                 → failed (it gave no answer; it waits on)
    start:        opened (with the latest version of a process) → closed (a later version has come)

It does not matter whether it held before: each change after which it holds triggers it (as in Zeebe and
Camunda 7). Null is no, and so is whatever is neither true nor false; what is no answer at all is written
down. When it is asked is in `data/conditions.py` and `work/step.py`. What begins instances is asked from
outside, over the variables that are given. BPMN 2.0.2, 10.5.5 (conditional).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from counterflow.kernel.course import beginning
from counterflow.kernel.data import conditions, evaluation, scopes
from counterflow.kernel.events import arrivals
from counterflow.kernel.rows import ConditionalStart, ConditionalSubscription
from counterflow.kernel.state.instance import InstanceState
from counterflow.kernel.state.partition import State
from counterflow.kernel.suspended import SuspendedDefinition
from counterflow.kernel.vocabulary import (
    BrokenInvariant,
    Command,
    InstanceEvent,
    PartitionEvent,
    Rejection,
    RejectionType,
)
from counterflow.kernel.work import pages
from counterflow.kernel.work.step import Course, EventRoom, Step, Token
from counterflow.model.events import ConditionalDefinition
from counterflow.model.graph import Node, Process


class ConditionalSubscriptionOpened(InstanceEvent, frozen=True):
    """An element instance waits for a condition (in FEEL), on behalf of the event `catch_id`.

    `variable_names` are those whose change it is asked for, one a line; empty where any is.
    """

    key: int
    element_instance_key: int
    catch_id: str
    condition: str
    variable_names: str = ""


class ConditionalSubscriptionClosed(InstanceEvent, frozen=True):
    """Nothing waits for this condition any more."""

    key: int


class ConditionalTriggered(InstanceEvent, frozen=True):
    """The condition of an event holds. The key is that of the subscription, or of what begins instances."""

    key: int
    catch_id: str


class ConditionalFailed(InstanceEvent, frozen=True):
    """A condition was asked and gave no answer, for this reason; it is waited for as before."""

    key: int
    catch_id: str
    reason: str


class ConditionalStartOpened(PartitionEvent, frozen=True):
    """An instance of a definition begins where this condition holds when it is asked."""

    key: int
    definition_key: int
    element_id: str


class ConditionalStartClosed(PartitionEvent, frozen=True):
    """A later version of the process has taken over."""

    key: int


class Begun(NamedTuple):
    """A process instance that a condition has begun, and of which definition it is."""

    definition_key: int
    instance_key: int


class EvaluateConditional(Command, frozen=True, kw_only=True, gc=False):
    """Ask the conditions that begin instances, of the latest versions of all processes, or of one definition.

    Answers those it has begun (`Begun`).
    """

    variables: dict[str, bytes]
    definition_key: int = 0


def decide_evaluate(step: Step, command: EvaluateConditional) -> list[Begun]:
    """EvaluateConditional of the gateway. Well done also where no condition holds."""
    definition_key = command.definition_key
    definition = step.state.definitions.get(definition_key)
    if definition_key and (definition is None or definition.deleted_at_ms is not None):
        raise Rejection(
            RejectionType.NOT_FOUND,
            f"Expected to evaluate the conditions of the process definition with key '{definition_key}', "
            "but no such definition was found",
        )
    scopes.refuse_large(step, command.variables)
    starts: Iterable[ConditionalStart] = step.state.shared[ConditionalStart].values()
    meant = [start for start in starts if definition_key in {0, start.definition_key}]
    holding = [start for start in meant if _holds(step, start, command.variables)]
    return [_begin(step, start, command.variables) for start in holding]


def _holds(step: Step, start: ConditionalStart, document: scopes.Document) -> bool:
    """Over these variables alone: there is no instance yet. Raises `Rejection` where the fuel is spent."""
    if start.definition_key in step.state.shared[SuspendedDefinition]:
        return False
    node = step.state.process_of(start.definition_key).nodes[start.element_id]
    seen = {name: msgspec.Raw(value) for name, value in document.items()}
    given = evaluation.evaluate_in(step, seen, _definition(node).condition)
    _refuse_without_fuel(step)
    return given.value is True


def _begin(step: Step, start: ConditionalStart, document: scopes.Document) -> Begun:
    step.budget.pay_for(sum(map(len, document.values())))
    _refuse_without_fuel(step)
    definition = step.state.definitions[start.definition_key]
    root = beginning.begin(step, definition, document, start_at=start.element_id)
    root.emit(ConditionalTriggered(start.key, start.element_id))
    return Begun(definition.key, root.key)


def _refuse_without_fuel(step: Step) -> None:
    if step.budget.fuel_left <= 0:
        raise Rejection(
            RejectionType.INVALID_ARGUMENT,
            evaluation.not_handed_on(
                step, "ask every condition that begins instances and to begin those that hold"
            )
            + "; name one process definition, or give smaller variables",
        )


# -- waiting -------------------------------------------------------------------------------------------------


def ask(token: Token, key: int) -> None:
    """Ask the condition of a subscription, by its key; nothing where that is closed."""
    row: ConditionalSubscription | None = token.instance.rows[ConditionalSubscription].get(key)
    if row is None:
        return
    condition = _definition(token.nodes[row.catch_id]).condition
    given = evaluation.evaluate(token, token.key, condition)
    if given.value is True:
        token.emit(ConditionalTriggered(key, row.catch_id))
        arrivals.event_arrived(token, row.catch_id, {})
    elif given.failure is not None and token.step.budget.fuel_left <= 0:
        conditions.ask(token, key)
        pages.ask_with_new_fuel(token.step)
    elif given.failure is not None or given.value not in {None, False}:
        reason = (
            f"Expected '{evaluation.written(condition)}' to be true or false, but {evaluation.shown(given)}"
        )
        token.emit(ConditionalFailed(key, row.catch_id, reason))


def _open(token: Token, catch: Node) -> None:
    """Wait for a condition, which is asked at once."""
    key = token.step.new_key()
    definition = _definition(catch)
    condition, names = evaluation.in_feel(definition.condition), "\n".join(definition.variables)
    token.emit(ConditionalSubscriptionOpened(key, token.key, catch.id, condition, names))
    conditions.ask(token, key)


def _close(course: Course, key: int) -> None:
    course.emit(ConditionalSubscriptionClosed(key))


def _open_start(step: Step, definition_key: int, process: Process, node: Node) -> None:
    step.emit(ConditionalStartOpened(step.new_key(), definition_key, node.id))


def _close_start(step: Step, key: int) -> None:
    step.emit(ConditionalStartClosed(key))


def _definition(event: Node) -> ConditionalDefinition:
    if not isinstance(event.event, ConditionalDefinition):
        raise BrokenInvariant(f"'{event.id}' is no conditional event")
    return event.event


# -- applying ------------------------------------------------------------------------------------------------


def _apply_opened(state: State, instance: InstanceState, event: ConditionalSubscriptionOpened) -> None:
    state.put(
        ConditionalSubscription(
            event.key, instance.key, event.element_instance_key, event.catch_id, event.variable_names
        )
    )


def _apply_closed(state: State, instance: InstanceState, event: ConditionalSubscriptionClosed) -> None:
    state.delete(instance.rows[ConditionalSubscription][event.key])


def _apply_asked(
    state: State, instance: InstanceState, event: ConditionalTriggered | ConditionalFailed
) -> None:
    """Nothing is kept of it: what it brings about is told by the events that follow."""


def _apply_start_opened(state: State, event: ConditionalStartOpened) -> None:
    state.put(ConditionalStart(event.key, event.definition_key, event.element_id))


def _apply_start_closed(state: State, event: ConditionalStartClosed) -> None:
    state.delete(state.shared[ConditionalStart][event.key])


KIND = EventRoom(
    waits_in=ConditionalSubscription,
    starts_in=ConditionalStart,
    open=_open,
    close=_close,
    open_start=_open_start,
    close_start=_close_start,
    of_instance={
        ConditionalSubscriptionOpened: _apply_opened,
        ConditionalSubscriptionClosed: _apply_closed,
        ConditionalTriggered: _apply_asked,
        ConditionalFailed: _apply_asked,
    },
    of_partition={
        ConditionalStartOpened: _apply_start_opened,
        ConditionalStartClosed: _apply_start_closed,
    },
    commands={EvaluateConditional: decide_evaluate},
)
