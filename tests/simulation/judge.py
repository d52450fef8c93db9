"""Looks at every commit, and at what a life of the process leaves behind."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from counterflow import kernel
from counterflow.kernel.course.beginning import ProcessInstanceCreated
from counterflow.kernel.course.moves import ElementActivated
from counterflow.kernel.course.undo import UndoStarted
from counterflow.kernel.lives.migration import ProcessInstanceMigrated
from counterflow.kernel.rows import ProcessDefinition, ProcessInstance, UndoRecord
from counterflow.kernel.vocabulary import LogEntry
from counterflow.model.graph import Process
from counterflow.queries.messages import SENT_BY
from counterflow.store.port import Batch
from tests.simulation.coverage import note_element
from tests.simulation.data import Data
from tests.simulation.fold import Fold, Rows, check_replay, is_by_hand
from tests.simulation.history import History
from tests.simulation.invariants import InstanceCheck, Violation, check_shared
from tests.simulation.oracle import Oracle
from tests.simulation.steering import Migrated, missing, not_named

if TYPE_CHECKING:
    from tests.simulation.world import World


class Judge:
    """Judges what was committed."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.history = History(self._process_of)
        self._fold = Fold(self._steered)
        self._definitions: dict[int, int] = {}
        """On which definition each instance runs, as far as the log is read."""
        self.positions: dict[int, int] = {}
        """The position of the last event of each instance."""
        self._processes: dict[int, Process] = {}
        self._began: dict[int, int] = {}
        """The position of the first event of each instance in the batch that is looked at."""
        self._data = Data(self._process_of)
        self._oracle = Oracle(world.seed, world.drawn) if world.case.is_structured else None

    def committed(self, batch: Batch) -> None:
        """What a batch has left. Raises `Violation`."""
        self._count_messages(batch)
        for part in self._by_versions(batch.log):
            self.history.read(part)
            self._count_elements(part)
            self._data.read(part)
        if self._oracle is not None:
            self._oracle.read(batch.log, self._world.store)
        touched = dict.fromkeys(
            entry.process_instance_key for entry in batch.log if entry.process_instance_key
        )
        instances = self._world.store.scan(ProcessInstance, {})
        called = [
            one.key for one in instances if one.parent_instance_key in touched and one.ended_at_ms is None
        ]
        for key in {**touched, **dict.fromkeys(called)}:
            rows = self._world.store.load_instance(key)
            header = rows[ProcessInstance][0] if rows[ProcessInstance] else None
            if isinstance(header, ProcessInstance):
                self._tell(
                    InstanceCheck(self._world.store, self._process_of(key), rows).wrong(),
                    f"{header.bpmn_process_id} {key}: ",
                )
        self._tell(check_shared(self._world.store, batch.log[-1].timestamp_ms if batch.log else 0))
        self._began = {entry.process_instance_key: entry.position for entry in reversed(batch.log)}
        self._tell(self._fold.commit(batch, self._world.store))
        self.positions |= {
            entry.process_instance_key: entry.position + entry.event_count for entry in batch.log
        }

    def _by_versions(self, entries: Sequence[LogEntry]) -> Iterator[Sequence[LogEntry]]:
        """The same entries, in pieces that each begin with a migration: what is read is read on the version that
        the instance is of by then.
        """
        begins = [place for place, entry in enumerate(entries) if is_by_hand(entry)]
        moved = {entries[place].process_instance_key for place in begins}
        if moved:
            self._definitions |= self._versions_before(moved, entries)
        for first, end in pairwise(sorted({0, *begins, len(entries)})):
            part = entries[first:end]
            for event in kernel.events_of(part[0]) if first in begins else ():
                if isinstance(event, ProcessInstanceMigrated):
                    self._definitions[part[0].process_instance_key] = event.definition_key
            yield part

    def _versions_before(self, keys: Collection[int], entries: Sequence[LogEntry]) -> dict[int, int]:
        known = self._fold.rows[ProcessInstance]
        before = [
            (row.key, row.definition_key)
            for key in keys
            if isinstance(row := known.get(key), ProcessInstance)
        ]
        begun = [
            (event.key, event.definition_key)
            for entry in entries
            if entry.process_instance_key in keys
            for event in kernel.events_of(entry)
            if isinstance(event, ProcessInstanceCreated)
        ]
        return dict([*before, *begun])

    def _steered(self, entry: LogEntry, before: Rows, after: Rows) -> Iterator[str]:
        """What is wrong with what was done to an instance by hand."""
        events, key = kernel.events_of(entry), entry.process_instance_key
        if not isinstance(events[-1], ProcessInstanceMigrated):
            self._world.fired["modified"] += 1
            yield from not_named(events, before)
            return
        source, target = (
            self._process(rows[ProcessInstance][key].definition_key) for rows in (before, after)
        )
        migrated = Migrated(before, after, source, target)
        yield from migrated.wrong()
        self._world.fired["migrated"] += 1
        self._world.fired["undo lost by a migration"] += bool(missing(UndoRecord, before, after))
        self._world.fired["undo kept by a migration"] += bool(after[UndoRecord])
        place = key, after[ProcessInstance][key].definition_key
        asked = [each for each in self._world.foretold if each.place == place]
        is_as_then = entry.position == self._began[key] and len(asked) == 1
        if is_as_then and asked[0].position == self.positions.get(key, 0):
            self._world.fired["migrated as foretold"] += 1
            yield from migrated.otherwise_than(asked[0])

    def _count_messages(self, batch: Batch) -> None:
        for entry in batch.log:
            events = kernel.events_of(entry)
            kinds = [type(event).__name__ for event in events]
            self._world.fired["message early"] += (
                entry.command not in SENT_BY and "MessageCorrelated" in kinds
            )
            self._world.fired["message late"] += entry.command == "TriggerDue" and "MessageExpired" in kinds

    def _count_elements(self, entries: Sequence[LogEntry]) -> None:
        """What was at work; a handler that begins stands for the compensation event that has caught."""
        for entry in entries:
            for event in kernel.events_of(entry):
                if isinstance(event, ElementActivated):
                    self._count_element(event.key)
                elif isinstance(event, UndoStarted):
                    self._world.tally["element", "boundaryEvent compensateEventDefinition", "handler"] += 1

    def _count_element(self, key: int) -> None:
        life = self.history.books.elements[key]
        header = self._world.store.get(ProcessInstance, (life.instance_key,))
        process = self._process_of(life.instance_key)
        if header is not None:
            note_element(
                self._world.tally, process, process.nodes[life.element_id], header, life.loop_counter
            )

    def _process_of(self, instance_key: int) -> Process:
        header = self._world.store.get(ProcessInstance, (instance_key,))
        if header is None:
            raise Violation(f"instance {instance_key} has events and no row")
        return self._process(self._definitions.get(instance_key, header.definition_key))

    def _process(self, definition_key: int) -> Process:
        process = self._processes.get(definition_key)
        if process is None:
            definition = self._world.store.get(ProcessDefinition, (definition_key,))
            if definition is None:
                raise Violation(f"an instance runs on the definition {definition_key}, which is not there")
            process = self._processes[definition_key] = self._world.processes[
                definition.checksum, definition.bpmn_process_id
            ]
        return process

    def _tell(self, wrong: Iterator[str], where: str = "") -> None:
        for text in wrong:
            raise Violation(where + text)

    def check_life(self) -> None:
        """The log tells the whole story of every row that a crash has left. Raises `Violation`."""
        self._tell(self._fold.wrong(self._world.store))

    def check_end(self) -> None:
        """The log, read from its beginning, gives what is there, and what was deployed is there.

        Raises `Violation`.
        """
        self._tell(check_replay(self._world.store))
        found = {(row.checksum, row.bpmn_process_id) for row in self._world.store.scan(ProcessDefinition, {})}
        first, *_ = self._world.resources
        missing = {process.id for process in first.processes if (first.checksum, process.id) not in found}
        if missing or not found <= self._world.processes.keys():
            raise Violation(f"what was deployed is not there: {missing}, and {found}")
