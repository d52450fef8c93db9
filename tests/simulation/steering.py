"""What steering by hand must leave as it was: each thing of an instance by its key, before and after.

Of a migration the rows are compared at the very moment at which the instance has become one of the other version,
before anything goes on. Everything that waits in it or was promised to it is there still, at what stands for where
it was; or it is gone, as it was said before, and as the command has allowed. Of a modification nothing ends but
what was named, and what is inside that.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace

from counterflow.kernel.course import moves, undo
from counterflow.kernel.lives.migration_pieces import MoveOutcome, PlannedMigration
from counterflow.kernel.lives.modification import ProcessInstanceModified
from counterflow.kernel.row import Row
from counterflow.kernel.rows import (
    ArrivedPart,
    ArrivedToken,
    ConditionalSubscription,
    ElementInstance,
    Incident,
    Job,
    MessageSubscription,
    ProcessInstance,
    SignalSubscription,
    Timer,
    UndoRecord,
    UserTask,
)
from counterflow.kernel.vocabulary import Event
from counterflow.model.graph import JobDefinition, Node, Process
from tests.simulation.operators import Foretold

Rows = Mapping[type[Row], Mapping[Any, Any]]
"""Of one process instance, by table and key."""
WAITS = (Timer, MessageSubscription, SignalSubscription, ConditionalSubscription)
MOVED = (ElementInstance, Job, UserTask, Incident)
"""What stands at an element, and goes where that goes."""
ELSEWHERE = {
    ProcessInstance: ("definition_key", "bpmn_process_id", "version", "start_at", "ends_after"),
    ElementInstance: ("element_id",),
    Job: ("element_id", "headers"),
    UserTask: ("element_id",),
    Incident: ("element_id",),
    Timer: ("catch_id",),
    MessageSubscription: ("catch_id",),
    SignalSubscription: ("catch_id",),
    ConditionalSubscription: ("catch_id", "variable_names"),
    ArrivedPart: ("catch_id",),
    UndoRecord: ("element_id", "handler", "state"),
}
"""The columns of each table that say where something is, and that a migration may change."""


@dataclass(frozen=True)
class Migrated:
    """One instance that has become one of another version: its rows, and the graphs."""

    before: Rows
    after: Rows
    source: Process
    target: Process

    def wrong(self) -> Iterator[str]:
        """What is wrong with it, in words, whatever was asked for."""
        for table in self.before:
            if table in ELSEWHERE:
                yield from self._is_kept(table)
            elif table is ArrivedToken:
                yield from self._tokens()
            elif self.before[table] != self.after[table]:
                yield f"a migration has changed {table.table}: {self.before[table]}, then {self.after[table]}"
        yield from self._elements()
        yield from self._headers()
        yield from self._undo()

    def _is_kept(self, table: type[Row]) -> Iterator[str]:
        """All but where it is; what is new is none of a migration's."""
        for key, row in self.after[table].items():
            old = self.before[table].get(key)
            if old is None:
                yield f"{row} is new, and nothing has gone on yet"
            elif replace(row, **{name: getattr(old, name) for name in ELSEWHERE[table]}) != old:
                yield f"a migration has made {row} of {old}"
        if table in {*MOVED, ProcessInstance}:
            yield from (
                f"{row} is gone, and may not be lost" for row in missing(table, self.before, self.after)
            )

    def _elements(self) -> Iterator[str]:
        """Each at an element of the same type, in what stands for its scope; and with it what it has."""
        elements = self.after[ElementInstance]
        for key, row in elements.items():
            node, old = self.target.nodes.get(row.element_id), self.before[ElementInstance][key]
            scope = elements.get(row.scope_key)
            if node is None or node.type != self.source.nodes[old.element_id].type:
                yield f"{old} has become {row}"
            elif scope is not None and not row.undo_key and scope.element_id not in {node.parent, node.id}:
                yield f"{row} is not in its scope {scope}"
        for row in self._all_of((Job, UserTask, Incident)):
            element = elements.get(row.element_instance_key)
            if element is None or element.element_id != row.element_id:
                yield f"{row} is not where its element is: {element}"
        for row in self._all_of((*WAITS, ArrivedPart)):
            element = elements[row.element_instance_key]
            if row.catch_id not in self.target.nodes[element.element_id].waits_for:
                yield f"{element} does not wait for {row}"

    def _all_of(self, tables: Sequence[type[Row]]) -> Iterator[Any]:
        return (row for table in tables for row in self.after[table].values())

    def _headers(self) -> Iterator[str]:
        """A job keeps the headers that its worker was promised."""
        for key, row in self.after[Job].items():
            old = self.before[Job][key]
            if row.listener_event_type:
                continue
            before = _headers_of(old, self.source.nodes[old.element_id])
            if before != _headers_of(row, self.target.nodes[row.element_id]):
                yield f"{row} has other headers than {old}"

    def _tokens(self) -> Iterator[str]:
        """As many of them in each scope, each on a flow into its gateway."""
        counts = [
            Counter({row.scope_key: 0 for row in rows[ArrivedToken].values()})
            for rows in (self.before, self.after)
        ]
        for count, rows in zip(counts, (self.before, self.after), strict=True):
            for row in rows[ArrivedToken].values():
                count[row.scope_key] += row.count
        if counts[0] != counts[1]:
            yield f"{counts[0]} tokens waited at joins, and {counts[1]} do now"
        for row in self.after[ArrivedToken].values():
            gateway = self.target.nodes.get(row.gateway_id)
            flows = {flow.id for flow in gateway.incoming} if gateway is not None else set()
            if row.count and row.flow_id not in flows:
                yield f"{row} waits at no gateway of the other version"

    def _undo(self) -> Iterator[str]:
        """What is there can be undone: by what the other version says."""
        for row in self.after[UndoRecord].values():
            node = self.target.nodes.get(row.element_id)
            if node is None:
                yield f"{row} undoes nothing of the other version"
                continue
            by = {node.compensation_event_sub_process, node.compensation and node.compensation.handler}
            if row.handler and row.handler not in by:
                yield f"{row} is undone by what does not undo '{node.id}'"
        taken = [row for row in missing(UndoRecord, self.before, self.after) if row.throw_key]
        yield from (f"{row} was taken by a throw, and is lost" for row in taken)

    # -- as it was said --------------------------------------------------------------------------------------

    def otherwise_than(self, foretold: Foretold) -> Iterator[str]:
        """In what it is not as it was said, or not as its command has allowed."""
        plan, command = foretold.plan, foretold.command
        if plan.problems:
            yield f"{command} was done, and there was this against it: {list(plan.problems)}"
        closed, lost = self._gone((*WAITS, ArrivedPart)), self._gone((UndoRecord,))
        if closed and not command.closes_waits:
            yield f"{command} has closed {closed}"
        told = _told(plan, MoveOutcome.LOST) | set(plan.undo_lost)
        undoable = {key for key in lost if self.before[UndoRecord][key].handler}
        if undoable and not command.loses_undo:
            yield f"{command} has lost {undoable}"
        if lost - told or undoable != {key for key in _told(plan, MoveOutcome.LOST) if key in lost}:
            yield f"{command} has lost {lost}, and {told} was said"
        keyed = {key for key in closed if isinstance(key, int)}
        if keyed != _told(plan, MoveOutcome.CLOSED):
            yield f"{command} has closed {keyed}, and {_told(plan, MoveOutcome.CLOSED)} was said"
        yield from self._goes_where_it_was_said(plan)

    def _gone(self, tables: Sequence[type[Row]]) -> set[Any]:
        return {key for table in tables for key in self.before[table] if key not in self.after[table]}

    def _goes_where_it_was_said(self, plan: PlannedMigration) -> Iterator[str]:
        for piece in plan.pieces:
            if piece.outcome is not MoveOutcome.MOVED or not piece.key:
                continue
            tables = (*MOVED, *WAITS, ArrivedPart, UndoRecord)
            row = next(
                (self.after[table][piece.key] for table in tables if piece.key in self.after[table]), None
            )
            there = getattr(row, "catch_id", None) or getattr(row, "element_id", None)
            if there != piece.target_id:
                yield f"{piece} was said, and there is {row}"
        named = {piece.key for piece in plan.pieces}
        for table in (*MOVED, *WAITS):
            for key, row in self.before[table].items():
                if key not in named:
                    yield f"nothing was said of {row}"
        for key, record in self.before[UndoRecord].items():
            if record.handler and key not in named:
                yield f"nothing was said of {record}"


def missing(table: type[Row], before: Rows, after: Rows) -> list[Any]:
    """The rows of a table that are gone."""
    return [row for key, row in before[table].items() if key not in after[table]]


def _told(plan: PlannedMigration, outcome: MoveOutcome) -> set[int]:
    return {piece.key for piece in plan.pieces if piece.outcome is outcome and piece.key}


def _headers_of(job: Job, node: Node) -> bytes | None:
    if job.headers is not None:
        return job.headers
    return node.work.headers if isinstance(node.work, JobDefinition) else None


# -- modifications -------------------------------------------------------------------------------------------

GOES_ON = (moves.ElementActivating, moves.FlowTaken, moves.ElementActivated, moves.ElementCompleting)
"""With these something begins: what ends from there on may have been ended by that."""


def not_named(events: Sequence[Event], before: Rows) -> Iterator[str]:
    """What a modification has ended that was neither named by it nor inside what was."""
    elements: Mapping[int, ElementInstance] = before[ElementInstance]
    named: Collection[int] = ()
    for event in events:
        if isinstance(event, ProcessInstanceModified):
            named = event.terminated
        elif isinstance(event, GOES_ON):
            return
        elif isinstance(event, moves.ElementTerminating) and not _is_inside(event.key, named, elements):
            yield f"{event} ends what nobody has named: {named}"
        elif isinstance(event, undo.UndoDropped) and not _is_inside(
            _scope_at_work(event.scope_key, before), named, elements
        ):
            yield f"{event} loses what has been done elsewhere than in what was named: {named}"


def _scope_at_work(key: int, before: Rows) -> int:
    """What has completed is in what it has completed in."""
    inside = {
        row.element_instance_key: row.scope_key
        for row in before[UndoRecord].values()
        if row.variables is not None
    }
    while key in inside:
        key = inside[key]
    return key


def _is_inside(key: int, named: Collection[int], elements: Mapping[int, ElementInstance]) -> bool:
    while key and key not in named:
        key = elements[key].scope_key if key in elements else 0
    return bool(key)
