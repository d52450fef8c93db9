"""What may be asked of the state, and what of it stays in memory.

`State` is a partition: counters, definitions, and those process instances that are being worked on. An
`InstanceState` holds all rows of one process instance with the indexes the rooms ask for. How rows change is
in `journal.py`.

What a command sees is the last commit with everything decided since laid over it: an instance whose rows are
on their way to the disk stays here (`release` puts away only what is safe on disk), and everything else is
loaded when touched.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from counterflow.kernel.row import Home, Row
from counterflow.kernel.rows import (
    PLACES,
    DecisionRequirements,
    MessageSubscription,
    Partition,
    ProcessDefinition,
    ProcessInstance,
    Quarantine,
)
from counterflow.kernel.state.indexes import PARTITION_INDEXERS
from counterflow.kernel.state.instance import InstanceState
from counterflow.kernel.state.journal import KEPT, Journal
from counterflow.kernel.state.shelf import ModelNeeded
from counterflow.kernel.state.source import CacheLimits, Source
from counterflow.kernel.state.weight import weight_of
from counterflow.kernel.state.windows import Due
from counterflow.kernel.suspended import SuspendedJobType
from counterflow.kernel.vocabulary import BrokenInvariant, DamagedInstance
from counterflow.model.events import CompensationOrder
from counterflow.model.graph import Process

if TYPE_CHECKING:
    from counterflow.dmn import Definitions


class State(Journal):
    """One partition as its commands see it."""

    def __init__(
        self, source: Source, partition: Partition, *, order: CompensationOrder = CompensationOrder.MIRROR
    ) -> None:
        super().__init__(source, partition)
        self.now_ms = 0
        self.default_order = order

    # -- asking ----------------------------------------------------------------------------------------------

    def instance(self, key: int) -> InstanceState | None:
        """The process instance with this key, loaded if need be; None when there is none."""
        instance = self.instances.get(key)
        if instance is not None:
            self.instances.move_to_end(key)
            return instance
        try:
            rows = self.source.load_instance(key)
        except DamagedInstance as damaged:
            return self._admit_aside(damaged)
        if not rows.get(ProcessInstance):
            return None
        return self._admit(key, rows)

    def instance_as_found(self, key: int) -> InstanceState | None:
        """Like `instance`, also where what is kept of it is damaged: for whoever sets it aside."""
        try:
            return self.instance(key)
        except DamagedInstance as damaged:
            return self._admit_damaged(damaged)

    def owner_of(self, table: type[Row], key: int) -> InstanceState | None:
        """The instance that the row with this key belongs to; None when there is no such row."""
        owner = self.owners.get(key)
        if owner is None:
            row = self.source.get(table, (key,))
            owner = getattr(row, row.instance_field) if row is not None else None
        instance = self.instance(owner) if owner is not None else None
        return instance if instance is not None and key in instance.rows[table] else None

    @property
    def definitions(self) -> dict[int, ProcessDefinition]:
        """Every definition, by key."""
        return self.shared[ProcessDefinition]

    def process(self, instance: InstanceState) -> Process:
        """The graph that an instance runs on."""
        if instance.process is None:
            header = instance.header
            if header is None:
                raise BrokenInvariant(f"process instance {instance.key} has no header row")
            instance.process = self.process_of(header.definition_key)
        return instance.process

    def process_of(self, definition_key: int) -> Process:
        """The graph of a definition. Raises `ModelNeeded` where it is not at hand."""
        process = self.processes.get(definition_key)
        if process is None:
            if why := self.processes.faults.get(definition_key):
                raise type(why)(str(why))
            raise ModelNeeded(self.definitions[definition_key])
        return process

    def decision_model(self, requirements_key: int) -> Definitions:
        """A decision model. Raises `ModelNeeded` where it is not at hand, or first one that it imports."""
        model = self.decisions.models.get(requirements_key)
        if model is None:
            if why := self.decisions.models.faults.get(requirements_key):
                raise type(why)(str(why))
            requirements = self.shared[DecisionRequirements][requirements_key]
            imported = [self.decision_model(key) for key in msgspec.json.decode(requirements.imported_keys)]
            raise ModelNeeded(requirements, imported)
        return model

    # -- what has come of it, for whom it concerns ----------------------------------------------------------

    def counters(self) -> Partition:
        """The row that says how far the partition has come."""
        return Partition(self.partition_id, self.last_key, self.last_position)

    def is_ready(self, job_type: str) -> bool:
        """Whether a job of a type can be taken now."""
        return job_type not in self.shared[SuspendedJobType] and self.ready[job_type].first() is not None

    def ready_types(self) -> list[str]:
        """The types of which a job in memory can be taken now."""
        return [job_type for job_type, window in self.ready.items() if len(window)]

    def take_ready(self) -> list[str]:
        """The types of the jobs that have become ready since the last call, in that order."""
        types = dict.fromkeys(job_type for job_type, _ in self.newly_ready)
        self.newly_ready.clear()
        return list(types)

    def next_due(self) -> Due | None:
        """What is due first, which stays; None when nothing is due, ever."""
        return self.due.first()

    def is_no_longer_due(self, due: Due) -> None:
        """What was due no longer stood at its moment."""
        self.due.discard(due.key)

    def comes_due_later(self, due: Due, due_ms: int) -> None:
        """What is due is put off to this moment, though its row says otherwise."""
        self.due.set_later(due.key, due_ms, due.table)

    def cannot_come_due(self, due: Due) -> None:
        """What is due cannot be triggered before a quarantine is released, or `may_come_due`."""
        self.due.set_aside(due.key)

    def may_come_due(self, due: Due) -> None:
        """What could not be triggered can be now, if it still waits for that moment."""
        self.due.take_up_one(due.key)

    # -- caching ---------------------------------------------------------------------------------------------

    def release(self, committed_batch: int, caches: CacheLimits) -> None:
        """Put away instances and models that there is no room for, the least recently used first.

        Only what is safe on disk is put away.
        """
        for key in self._without_room(committed_batch, caches):
            self.forget(key)
        if away := set(self.processes.release(committed_batch, caches.model_bytes)):
            for instance in self.instances.values():
                if instance.header is not None and instance.header.definition_key in away:
                    instance.process = None
        self.decisions.models.release(committed_batch, caches.model_bytes)
        self.release_waiting(committed_batch, caches)

    def _without_room(self, committed_batch: int, caches: CacheLimits) -> list[int]:
        """The keys of the instances to put away, the least recently used first.

        None is among them whose work goes on, nor the last one that would fill the room alone: whoever
        touches it next would wait until all of it is read.
        """
        count, weight = len(self.instances), self.weight
        if count <= caches.instances and weight <= caches.instance_bytes:
            return []
        large = self._large(caches.instance_bytes)
        weight -= large.weight if large is not None else 0
        away: list[int] = []
        for key, instance in self.instances.items():
            if count <= caches.instances and weight <= caches.instance_bytes:
                break
            if instance.last_batch <= committed_batch and key not in self.busy and instance is not large:
                away.append(key)
                count, weight = count - 1, weight - instance.weight
        return away

    def _large(self, room: int) -> InstanceState | None:
        """The instance used last of those that take more than half of the room."""
        half = room // 2
        return next(
            (instance for instance in reversed(self.instances.values()) if instance.weight > half), None
        )

    def admit(self, row: Row) -> None:
        """Know of a row that the store holds, of a table that is known at start; no instance is loaded."""
        table = type(row)
        if table in self.laid:
            self.laid[table].admit(PLACES[table](row), row)
        elif table.home is Home.PARTITION:
            self.shared[table][PLACES[table](row)] = row
        if table in PARTITION_INDEXERS and table is not MessageSubscription:
            PARTITION_INDEXERS[table](self, None, row)

    def _admit(self, key: int, loaded: Mapping[type[Row], Sequence[Any]]) -> InstanceState:
        """What is asked across instances knows of these rows already."""
        instance = self.instances[key] = InstanceState(key)
        for table, rows in loaded.items():
            kept, places = KEPT[table], instance.rows[table]
            for row in rows:
                places[kept.place_of(row)] = row
                if kept.inside is not None:
                    kept.inside(instance, None, row)
                if kept.is_owned:
                    self.owners[row.key] = key
            instance.weight += sum(map(weight_of, rows))
        self.weight += instance.weight
        return instance

    def _admit_aside(self, damaged: DamagedInstance) -> InstanceState:
        """An instance that is set aside or has ended stands as it was found, since nothing of it is run."""
        headers = damaged.rows.get(ProcessInstance, ())
        if not damaged.rows.get(Quarantine) and all(header.ended_at_ms is None for header in headers):
            raise damaged
        return self._admit_damaged(damaged)

    def _admit_damaged(self, damaged: DamagedInstance) -> InstanceState:
        instance = self._admit(damaged.process_instance_key, damaged.rows)
        instance.damage, instance.lacks = str(damaged), damaged.lacks
        return instance
