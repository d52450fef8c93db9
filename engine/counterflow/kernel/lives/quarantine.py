"""The life of a quarantine: an instance in which the kernel broke one of its own rules is set aside. So no
other is harmed.

    set aside → released (its jobs are offered again, what came due comes, what it has called may end)
              → abandoned (cancelled by a person: its rows go as they are, nothing of it is run any more)

An instance whose rows are not what was written is set aside as well, with those that are whole; it cannot be
released before they are mended.

The command that failed was rolled back; what had been committed before it is untouched. An instance that a
start timer has begun is set aside before its first step when that step fails, so that neither the start nor
the next one is lost.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from msgspec.structs import replace

from counterflow.kernel.course import entering, leaving
from counterflow.kernel.course.moves import ACTIVATING
from counterflow.kernel.row import Row
from counterflow.kernel.rows import INSTANCE_TABLES, ProcessInstance, Quarantine, Timer, as_key
from counterflow.kernel.state.instance import InstanceState
from counterflow.kernel.state.partition import State
from counterflow.kernel.state.swept import is_swept
from counterflow.kernel.unfinished import Sweep
from counterflow.kernel.vocabulary import Command, InstanceEnded, InstanceEvent, Rejection, RejectionType
from counterflow.kernel.work import pages
from counterflow.kernel.work.step import Course, Nothing, Step

_TABLES = {table.table: table for table in INSTANCE_TABLES}
_LAST = (ProcessInstance, Quarantine, Sweep)
"""What says of an instance that it ends where it stands."""


class InstanceQuarantined(InstanceEvent, frozen=True):
    """The instance is set aside; `reason` is for the person who looks into it."""

    reason: str


class InstanceReleased(InstanceEvent, frozen=True):
    """The instance is worked on again."""


class RowsAbandoned(InstanceEvent, frozen=True):
    """An instance that ends where it stands is very large: these rows of a table are gone first."""

    table: str
    places: tuple[tuple[int | str, ...], ...]


class InstanceAbandoned(InstanceEvent, frozen=True):
    """The instance has ended where it stood, without being run any further."""


class QuarantineInstance(Command, frozen=True, kw_only=True, gc=False):
    """Set an instance aside. Given by the loop after a fault, never by a caller."""

    process_instance_key: int
    reason: str


class ReleaseInstance(Command, frozen=True, kw_only=True, gc=False):
    """Work on a quarantined instance again."""

    process_instance_key: int


def decide_quarantine(step: Step, command: QuarantineInstance) -> None:
    """Set aside; an instance that has ended or is set aside already stays as it is."""
    instance = step.state.instance_as_found(command.process_instance_key)
    if instance is None or instance.quarantine is not None or _has_ended(instance):
        return
    step.at(instance).emit(InstanceQuarantined(command.reason))


def _has_ended(instance: InstanceState) -> bool:
    """Of one that is damaged only its own row tells, if it can be read."""
    if instance.damage:
        return instance.header is not None and instance.header.ended_at_ms is not None
    return instance.key not in instance.elements


def decide_release(step: Step, command: ReleaseInstance) -> None:
    """ReleaseQuarantined of our own service."""
    key = command.process_instance_key
    instance = step.state.instance(key)
    if instance is None:
        raise Rejection(
            RejectionType.NOT_FOUND,
            f"Expected to release process instance '{key}', but no such process instance was found",
        )
    if instance.quarantine is None:
        state = instance.header.state if instance.header is not None else "unknown"
        raise Rejection(
            RejectionType.INVALID_STATE,
            f"Expected to release process instance '{key}', but it is not quarantined: it is {state}, and "
            "nothing has to be done",
        )
    if instance.damage:
        raise Rejection(
            RejectionType.INVALID_STATE,
            f"Expected to release process instance '{key}', but {instance.damage}; put a copy of the "
            "database in "
            "its place, or cancel the instance",
        )
    if is_swept(step.state, instance, key):
        raise Rejection(
            RejectionType.INVALID_STATE,
            f"Expected to release process instance '{key}', but it is being cancelled, and ends where it "
            "stands; nothing has to be done",
        )
    course = step.at(instance)
    course.emit(InstanceReleased())
    for key in sorted(instance.waits_of):
        step.look_for_buffered(course.token(key))
    take_up(course)


def take_up(course: Course) -> None:
    """Take up what the quarantine has held up: the instance's beginning and end, ends of those it called."""
    step, instance = course.step, course.instance
    root = instance.elements.get(instance.key)
    if root is not None and root.state == ACTIVATING and root.key not in instance.incident_of:
        course.token_of(root).later(entering.begin)
    for key in sorted(
        element.called_instance_key for element in instance.elements.values() if element.called_instance_key
    ):
        called = step.state.instance(key)
        if called is not None and called.quarantine is None:
            leaving.instance_may_end(step.at(called))
    leaving.instance_may_end(step.at(instance))


def abandon(course: Course) -> Iterator[Nothing]:
    """Cancel a quarantined instance: its state is not trusted, so nothing of it is run to end it. Of a large
    one the rows go in as many pages as it takes.
    """
    instance, some = course.instance, course.step.a_part
    values = dict(sorted(instance.variables.get(instance.key, {}).items()))
    for table, rows in instance.rows.items():
        if table not in _LAST:
            # by key: the order in which rows came is another one once they are read again
            order = iter(sorted(key for key in rows if key != instance.key) if len(rows) > some else ())
            while len(rows) > some:
                places = list(islice(order, some))
                course.emit(RowsAbandoned(table.table, tuple(map(as_key, places))))
                yield course.step.part_done()
    course.step.ended.append(InstanceEnded(instance.key, "terminated", values))
    course.emit(InstanceAbandoned())


def _apply_quarantined(state: State, instance: InstanceState, event: InstanceQuarantined) -> None:
    state.put(Quarantine(instance.key, event.reason, state.now_ms))


def _apply_released(state: State, instance: InstanceState, event: InstanceReleased) -> None:
    if instance.quarantine is not None:
        state.delete(instance.quarantine)


def _apply_rows_abandoned(state: State, instance: InstanceState, event: RowsAbandoned) -> None:
    rows = instance.rows[_TABLES[event.table]]
    for key in event.places:
        _let_go(state, rows[key if len(key) > 1 else key[0]])


def _apply_abandoned(state: State, instance: InstanceState, event: InstanceAbandoned) -> None:
    if instance.header is None:
        return
    # what waits goes before the quarantine that keeps it from being offered
    for table, rows in instance.rows.items():
        if table is not ProcessInstance:
            for row in list(rows.values()):
                _let_go(state, row)
    state.put(replace(instance.header, state="terminated", ended_at_ms=state.now_ms))


def _let_go(state: State, row: Row) -> None:
    if isinstance(row, Timer):
        pages.count_timers(state, row.undertaking_key, -1)
    state.delete(row)


OF_INSTANCE = {
    RowsAbandoned: _apply_rows_abandoned,
    InstanceQuarantined: _apply_quarantined,
    InstanceReleased: _apply_released,
    InstanceAbandoned: _apply_abandoned,
}
COMMANDS = {QuarantineInstance: decide_quarantine, ReleaseInstance: decide_release}
