"""Looks at every commit, and at what a life of the process leaves behind."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from counterflow import kernel
from counterflow.kernel.course.moves import ElementActivated
from counterflow.kernel.course.undo import UndoStarted
from counterflow.kernel.rows import ProcessDefinition, ProcessInstance
from counterflow.model.graph import Process
from counterflow.queries.messages import SENT_BY
from counterflow.store.port import Batch
from tests.simulation.coverage import note_element
from tests.simulation.data import Data
from tests.simulation.fold import Fold, check_replay
from tests.simulation.history import History
from tests.simulation.invariants import InstanceCheck, Violation, check_shared
from tests.simulation.oracle import Oracle

if TYPE_CHECKING:
    from tests.simulation.world import World


class Judge:
    """Judges what was committed."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.history = History(self._process_of)
        self._fold = Fold()
        self._processes: dict[int, Process] = {}
        self._data = Data(self._process_of)
        self._oracle = Oracle(world.seed, world.drawn) if world.case.is_structured else None

    def committed(self, batch: Batch) -> None:
        """What a batch has left. Raises `Violation`."""
        self._count_messages(batch)
        self.history.read(batch.log)
        self._count_elements(batch)
        self._data.read(batch.log)
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
        self._tell(self._fold.commit(batch, self._world.store))

    def _count_messages(self, batch: Batch) -> None:
        for entry in batch.log:
            events = kernel.events_of(entry)
            kinds = [type(event).__name__ for event in events]
            self._world.fired["message early"] += (
                entry.command not in SENT_BY and "MessageCorrelated" in kinds
            )
            self._world.fired["message late"] += entry.command == "TriggerDue" and "MessageExpired" in kinds

    def _count_elements(self, batch: Batch) -> None:
        """What was at work; a handler that begins stands for the compensation event that has caught."""
        for entry in batch.log:
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
        process = self._processes.get(header.definition_key)
        if process is None:
            definition = self._world.store.get(ProcessDefinition, (header.definition_key,))
            if definition is None:
                raise Violation(f"{header} runs on a definition that is not there")
            process = self._processes[header.definition_key] = self._world.processes[
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
