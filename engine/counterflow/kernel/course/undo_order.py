"""In which order what a throw has taken is undone: `undo.py` says what the orders are.

A list by completion and a heap by activation give the next ones without comparing pairs.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from heapq import heapify, heappop

from counterflow.kernel.rows import UndoRecord
from counterflow.kernel.state.instance import InstanceState
from counterflow.kernel.work.step import Token
from counterflow.model.events import CompensationOrder

AVAILABLE, CONTAINER, TAKEN, STARTED = "available", "container", "taken", "started"


class UndoPlan:
    """What is left to undo for one throw, in the order in which it may start.

    Derived from the records, never persisted.
    """

    __slots__ = ("_activations", "_as_taken", "_pending", "_unfinished")

    def __init__(self, records: list[UndoRecord]) -> None:
        self._as_taken = [record.key for record in reversed(records) if record.state == TAKEN]
        self._pending = sorted(
            (record.completed_position, record.key) for record in records if record.state == TAKEN
        )
        self._unfinished = {record.key for record in records}
        self._activations = [(-record.activated_position, record.key) for record in records]
        heapify(self._activations)

    def done(self, key: int) -> None:
        """A record is undone."""
        self._unfinished.discard(key)

    def next_mirrored(self, most: int = sys.maxsize) -> list[int]:
        """The records that nothing unfinished has to precede, at most so many of them. They are those
        completed after the latest activation.
        """
        while self._activations and self._activations[0][1] not in self._unfinished:
            heappop(self._activations)
        latest = -self._activations[0][0] if self._activations else 0
        ready: list[int] = []
        while self._pending and self._pending[-1][0] >= latest and len(ready) < most:
            ready.append(self._pending.pop()[1])
        return ready

    def next_single(self) -> list[int]:
        """The record completed last, if none is under way."""
        if not self._pending or len(self._unfinished) > len(self._pending):
            return []
        return [self._pending.pop()[1]]

    def next_taken(self, most: int) -> list[int]:
        """The records as they were taken, at most so many of them."""
        ready = self._as_taken[: -most - 1 : -1]
        del self._as_taken[-most:]
        return ready


def next_to_start(throw: Token, order: CompensationOrder) -> list[UndoRecord]:
    """Which of a throw's records may start now, a part of them where these are very many."""
    instance, some = throw.instance, throw.step.a_part
    plan = plan_of(instance, throw.key)
    if order is CompensationOrder.PARALLEL:
        keys = plan.next_taken(some)
    else:
        keys = plan.next_single() if order is CompensationOrder.SEQUENTIAL else plan.next_mirrored(some)
    return [instance.undo_records[key] for key in keys]


def plan_of(instance: InstanceState, throw_key: int) -> UndoPlan:
    """What is left to undo for a throw that has taken all it reaches."""
    plan: UndoPlan | None = instance.plans.get(throw_key)
    if plan is None:
        plan = instance.plans[throw_key] = UndoPlan(taken(instance, throw_key))
    return plan


def taken(instance: InstanceState, throw_key: int) -> list[UndoRecord]:
    """What a throw has taken and not undone, the outermost scope first. What is in a completed sub-process
    stands at the place of that. The rows alone say so, in whatever order they were written or read.
    """
    records = (instance.undo_records[key] for key in instance.undo_by_throw.get(throw_key, ()))
    return sorted(records, key=lambda record: _place(instance, record))


def _place(instance: InstanceState, record: UndoRecord) -> tuple[int, ...]:
    """A scope has a greater key than those around it, and what has completed later than what has before."""
    around = [container.key for container in containers(instance, record)]
    scope_key = instance.undo_records[around[-1]].scope_key if around else record.scope_key
    return scope_key, *reversed(around), record.key


def containers(instance: InstanceState, undo: UndoRecord) -> Iterator[UndoRecord]:
    """The completed sub-processes around a record, innermost first."""
    container = instance.container_of.get(undo.scope_key)
    while container is not None:
        row = instance.undo_records[container]
        yield row
        container = instance.container_of.get(row.scope_key)
