"""Modifications at random, of every kind of element, page by page and with restarts: whatever is asked for is
refused as a whole or done as a whole, and the instance is as sound as one that nobody has touched.
"""

from __future__ import annotations

import contextlib
import random
from collections.abc import Sequence
from pathlib import Path

import pytest

from counterflow import Activate, Move, Rejection, kernel
from counterflow.kernel.lives.modification import ModifyProcessInstance
from counterflow.kernel.lives.modification_instructions import MoveInstruction
from counterflow.kernel.row import Row
from counterflow.kernel.rows import (
    INSTANCE_TABLES,
    TABLES,
    ElementInstance,
    Job,
    Partition,
    ProcessDefinition,
    ProcessInstance,
    Quarantine,
    key_of,
)
from counterflow.kernel.state.partition import State
from counterflow.kernel.state.source import EmptySource
from counterflow.kernel.unfinished import Sweep, Undertaking
from counterflow.kernel.work.budget import ProcessLimits
from counterflow.store.memory import MemoryStore
from tests.behaviours.script import BOOK, PageByPage
from tests.behaviours.test_behaviours import rows_of
from tests.bpmn.diagram import end, event_sub_process, model, path, service, start, timer
from tests.kernel.bench import Bench
from tests.simulation.invariants import InstanceCheck

DIAGRAMS = (
    *("modification/scopes", "modification/joins", "modification/inclusive", "modification/undo"),
    *("modification/many", "modification/in-turn", "modification/ad-hoc", "modification/events"),
    *("modification/transaction", "modification/steps"),
)
VARIABLES = {"items": [1, 2, 3], "days": 2, "price": 3, "order": "o-1", "done": False}
KINDS = ("before", "before", "before", "after", "inside")
SEEDS = 4
STEPS = 14
TRIES = 6
COUNTS = ((1, 0, 0), (2, 0, 0), (0, 0, 1), (1, 1, 0), (0, 0, 2), (1, 0, 1), (0, 1, 0))
"""How many tokens begin, end and move."""


class Meddler:
    """One instance, and somebody who moves its tokens as chance says."""

    def __init__(self, diagram: Path, seed: int) -> None:
        self.chance = random.Random(f"{diagram.name}-{seed}")
        pages = self.chance.choice((3, 7, 400))
        self.store = MemoryStore()
        self.engine = PageByPage(self.store, limits=ProcessLimits(page_events=pages))
        self.engine.deploy(diagram)
        (definition,) = self.store.scan(ProcessDefinition, {})
        self.process_id = definition.bpmn_process_id
        self.key = self.engine.start(self.process_id, VARIABLES)
        self.process = self.engine._state.process_of(definition.key)
        self.done = 0

    def step(self) -> None:
        """Something happens."""
        what = self.chance.random()
        if what < 0.45:
            self.modify()
        elif what < 0.75:
            self.complete()
        elif what < 0.85:
            self.engine.restart()
        elif self.store.scan(Undertaking, {}):
            self.engine.turn()

    def modify(self) -> None:
        """Up to two tokens end or move, up to two begin: what first can be, of several things asked for."""
        for _ in range(TRIES):
            elements = self.store.scan(ElementInstance, {})
            if not elements:
                self.key = self.engine.start(self.process_id, VARIABLES)
            elif self.is_done(elements):
                return

    def is_done(self, elements: Sequence[ElementInstance]) -> bool:
        """Whether it was done; what cannot be is refused, and changes nothing."""
        ids, before, how_many = sorted(self.process.nodes), self.rows(), self.chance.choice(COUNTS)
        begun, ended, moved = how_many
        activate = [
            Activate(self.chance.choice(ids), self.scope(elements), self.chance.choice(KINDS))
            for _ in range(begun)
        ]
        terminate = [self.ending(elements) for _ in range(ended)]
        move = [Move(self.ending(elements), self.chance.choice(ids)) for _ in range(moved)]
        try:
            self.engine.modify(self.key, activate=activate, terminate=terminate, move=move)
        except Rejection:
            assert self.rows() == before
            return False
        self.done += 1
        return True

    def scope(self, elements: Sequence[ElementInstance]) -> int:
        return self.chance.choice(elements).key if self.chance.random() < 0.2 else 0

    def ending(self, elements: Sequence[ElementInstance]) -> int | str:
        element = self.chance.choice(elements)
        return element.key if self.chance.random() < 0.7 else element.element_id

    def complete(self) -> None:
        """A worker does a job; one that is being swept away is there no more."""
        jobs = [job for job in self.store.scan(Job, {}) if job.state == "activatable"]
        is_sweeping = bool(self.store.scan(Sweep, {}))
        with contextlib.suppress(*((Rejection,) if is_sweeping else ())):
            if jobs:
                self.engine.complete(self.chance.choice(jobs).key)

    def rows(self) -> dict[type[Row], list[Row]]:
        return {table: list(self.store.scan(table, {})) for table in INSTANCE_TABLES}

    def look(self) -> None:
        """Nothing is wrong with what is at rest, and a replay gives the same rows."""
        assert not self.store.scan(Quarantine, {})
        check = InstanceCheck(self.store, self.process, self.store.load_instance(self.key))
        if not self.store.scan(Undertaking, {}):
            assert not list(check.wrong())
        replayed = State(EmptySource(), Partition(1, 0, 0))
        kernel.replay(replayed, self.engine.log)
        for table in TABLES:
            assert rows_of(replayed, table) == {key_of(row): row for row in self.store.scan(table, {})}

    def end(self) -> None:
        """All work comes to its end, and then the instance, with nothing left of it."""
        while self.store.scan(Undertaking, {}):
            self.engine.turn()
        self.look()
        if self.store.scan(ElementInstance, {}):
            self.engine.cancel(self.key)
        while self.store.scan(Undertaking, {}):
            self.engine.turn()
        self.look()
        left = {table for table, rows in self.rows().items() if rows}
        assert left == {ProcessInstance}


def test_a_start_event_stays_that_has_yet_to_let_its_scope_hear() -> None:
    ring = (start("ring", timer("timeDuration", "= moment")), end("rung"), path("ring", "rung"))
    drawn = (start(), service("pay"), end(), event_sub_process("alarm", *ring), path("start", "pay", "end"))
    bench = Bench(model(*drawn))
    instance = bench.create()
    elements = bench.state.instances[instance.key].elements
    held = next(row.key for row in elements.values() if row.element_id == "start")
    moved = MoveInstruction("pay", source_key=held)
    with pytest.raises(Rejection, match="'process' around it waits for what begins its event sub-processes"):
        bench.do(ModifyProcessInstance(process_instance_key=instance.key, move=(moved,)))
    assert held in elements


@pytest.mark.parametrize("seed", range(SEEDS))
@pytest.mark.parametrize("diagram", DIAGRAMS)
def test_whatever_is_moved_by_hand_leaves_a_sound_instance(diagram: str, seed: int) -> None:
    meddler = Meddler((BOOK / diagram).with_suffix(".bpmn"), seed)
    for _ in range(STEPS):
        meddler.step()
        meddler.look()
    meddler.end()


def test_much_of_it_is_done() -> None:
    """A test of what is refused alone would show little."""
    done = 0
    for diagram in DIAGRAMS:
        meddler = Meddler((BOOK / diagram).with_suffix(".bpmn"), 0)
        for _ in range(STEPS):
            meddler.step()
        done += meddler.done
    assert done > 3 * len(DIAGRAMS)
