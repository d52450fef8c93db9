"""What may be asked of the state, and the one way in which it changes.

`State` is a partition: counters, definitions, and those process instances that are being worked on. An
`InstanceState` holds all rows of one process instance with the indexes the rooms ask for. Rows enter and
leave only through `put` and `delete`, called by appliers; each leaves a note in the journal, so that a
command that fails is rolled back exactly, and the rows to be written are known without looking for them.

What a command sees is the last commit with everything decided since laid over it: an instance whose rows are
on their way to the disk stays here (`release` puts away only what is safe on disk), and everything else is
loaded when touched.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import msgspec

from counterflow.kernel.row import Home, Row
from counterflow.kernel.rows import (
    INSTANCE_TABLES,
    PLACES,
    DecisionRequirements,
    MessageSubscription,
    Partition,
    ProcessDefinition,
    ProcessInstance,
    Quarantine,
    as_key,
)
from counterflow.kernel.state.indexes import PARTITION_INDEXERS
from counterflow.kernel.state.instance import INDEXERS, InstanceState
from counterflow.kernel.state.shelf import ModelNeeded
from counterflow.kernel.state.source import CacheLimits, Source
from counterflow.kernel.state.waiting import Waiting
from counterflow.kernel.state.weight import weight_of
from counterflow.kernel.state.windows import Due
from counterflow.kernel.vocabulary import BrokenInvariant, DamagedInstance, first_key
from counterflow.model.events import CompensationOrder
from counterflow.model.graph import Process

if TYPE_CHECKING:
    from counterflow.dmn import Definitions

RowType = TypeVar("RowType", bound=Row)
Key = tuple[int | str, ...]

OWNED = tuple(table for table in INSTANCE_TABLES if table.owned)
STAND_STILL = tuple(table for table in INSTANCE_TABLES if table.stands_still)


class Changes(NamedTuple):
    """What has become of rows since it was asked last, each row once: a row that was born and died meanwhile
    not at all.
    """

    puts: dict[type[Row], list[Row]]
    deletes: dict[type[Row], list[Key]]


class StateMark(NamedTuple):
    """How far a state had come: the lengths of what it has noted, and its counters."""

    journal: int
    newly_ready: int
    last_key: int
    last_position: int


class State(Waiting):
    """One partition as its commands see it."""

    def __init__(
        self, source: Source, partition: Partition, *, order: CompensationOrder = CompensationOrder.MIRROR
    ) -> None:
        super().__init__(source)
        self.partition_id = partition.id
        self.last_key = partition.last_key or first_key(partition.id)
        self.last_position = partition.last_position
        self.now_ms = 0
        self.default_order = order
        self.journal: list[tuple[type[Row], Any, Row | None, Row | None]] = []
        """Every change since the last batch was sealed: table, place in it, the row before and the row
        after.
        """
        self.weight = 0
        """What the instances in memory take there, in bytes, as their last sealed rows tell."""

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

    # -- changing (appliers only) ----------------------------------------------------------------------------

    def put(self, row: Row) -> None:
        """Put a row in the place of the one with its key, if any."""
        table = type(row)
        place = PLACES[table](row)
        if table.instance_field:
            instance = self.instances[getattr(row, table.instance_field)]
            rows = instance.rows[table]
            old = rows.get(place)
            rows[place] = row
            self._follow(instance, table, old, row)
            instance.last_batch = self.batch
        else:
            old = self._put_shared(table, place, row)
        self.journal.append((table, place, old, row))

    def delete(self, row: Row) -> None:
        """Take a row away."""
        table = type(row)
        place = PLACES[table](row)
        if table.instance_field:
            instance = self.instances[getattr(row, table.instance_field)]
            old = instance.rows[table].pop(place)
            self._follow(instance, table, old, None)
            instance.last_batch = self.batch
        else:
            old = self._put_shared(table, place, None)
            if old is None:
                raise BrokenInvariant(f"there is no row {place} in {table.table} to take away")
        self.journal.append((table, place, old, None))

    def open_instance(self, key: int) -> InstanceState:
        """Make room for a new process instance; its first row follows."""
        instance = self.instances[key] = InstanceState(key)
        return instance

    def mark(self) -> StateMark:
        """Where the state stands now, for `roll_back`."""
        return StateMark(len(self.journal), len(self.newly_ready), self.last_key, self.last_position)

    def roll_back(self, mark: StateMark) -> None:
        """Take back every change noted since `mark`, and the counters with it."""
        while len(self.journal) > mark.journal:
            self._restore(*self.journal.pop())
        del self.newly_ready[mark.newly_ready :]
        self.last_key, self.last_position = mark.last_key, mark.last_position

    # -- what has come of it, for whom it concerns ----------------------------------------------------------

    @property
    def has_changed(self) -> bool:
        """Whether any row has changed since the last batch was sealed."""
        return bool(self.journal)

    def seal(self) -> Changes:
        """Everything that has changed since the last call: one batch."""
        spans: dict[tuple[type[Row], Any], tuple[Row | None, Row | None]] = {}
        for table, place, old, new in self.journal:
            earlier = spans.get((table, place))
            spans[table, place] = (old if earlier is None else earlier[0], new)
        changes = Changes({}, {})
        for (table, place), (before, after) in spans.items():
            if after is not None:
                changes.puts.setdefault(table, []).append(after)
            elif before is not None:
                changes.deletes.setdefault(table, []).append(as_key(place))
            if table.instance_field:
                self._weigh(table, before, after)
        self.journal.clear()
        self.batch += 1
        return changes

    def counters(self) -> Partition:
        """The row that says how far the partition has come."""
        return Partition(self.partition_id, self.last_key, self.last_position)

    def is_ready(self, job_type: str) -> bool:
        """Whether a job of a type can be taken now."""
        return self.queue_of(job_type).first() is not None

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
        """Put away the least recently used instances and models that there is no room for, of those that are
        safe on disk.
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
        """The keys of the instances to put away, the least recently used first; none whose work goes on, and
        not the last one that would fill the room alone: whoever touches it next would wait until all of it is
        read.
        """
        large = self._large(caches.instance_bytes)
        if len(self.instances) <= caches.instances and self.weight - large.weight <= caches.instance_bytes:
            return []
        away: list[int] = []
        count, weight = len(self.instances), self.weight - large.weight
        for key, instance in self.instances.items():
            if count <= caches.instances and weight <= caches.instance_bytes:
                break
            if instance.last_batch <= committed_batch and key not in self.busy and instance is not large:
                away.append(key)
                count, weight = count - 1, weight - instance.weight
        return away

    def _large(self, room: int) -> InstanceState:
        """The instance used last of those that take more than half of the room; one without weight where none
        does.
        """
        if self.weight > room // 2:
            for instance in reversed(self.instances.values()):
                if instance.weight > room // 2:
                    return instance
        return InstanceState(0)

    def forget(self, key: int) -> None:
        """Drop one instance from memory; its rows are the store's alone from here."""
        instance = self.instances.pop(key, None)
        if instance is None:
            return
        self.weight -= instance.weight
        for table in OWNED:
            for row_key in instance.rows[table]:
                self.owners.pop(row_key, None)

    def admit(self, row: Row) -> None:
        """Know of a row that the store holds, of a table that is known at start; its instance, if any, is not
        loaded.
        """
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
            for row in rows:
                instance.rows[table][PLACES[table](row)] = row
                self._follow_inside(instance, table, None, row)
                instance.weight += weight_of(row)
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

    def _weigh(self, table: type[Row], before: Row | None, after: Row | None) -> None:
        """A row of an instance is to be written: so much more or less of it is in memory."""
        row = after if after is not None else before
        instance = self.instances.get(getattr(row, table.instance_field)) if row is not None else None
        if instance is None:
            return
        change = (weight_of(after) if after is not None else 0) - (
            weight_of(before) if before is not None else 0
        )
        instance.weight += change
        self.weight += change

    def _put_shared(self, table: type[Row], place: Any, new: Row | None) -> Row | None:
        """Put a row that belongs to no instance, or take it away; answers the one before. What is at home in
        the store is not kept.
        """
        if table not in self.shared:
            return None
        old = self._exchange(table, place, new)
        if table in PARTITION_INDEXERS:
            PARTITION_INDEXERS[table](self, old, new)
        return old

    def _exchange(self, table: type[Row], place: Any, new: Row | None) -> Row | None:
        laid = self.laid.get(table)
        if laid is None:
            rows = self.shared[table]
            before: Row | None = rows.pop(place, None) if new is None else rows.get(place)
            if new is not None:
                rows[place] = new
            return before
        old = self.row(table, place)
        if new is not None:
            laid.put(place, new, self.batch)
        else:
            laid.remove(place, self.batch)
        return old

    def _restore(self, table: type[Row], place: Any, old: Row | None, new: Row | None) -> None:
        row = old if old is not None else new
        if row is None:
            raise BrokenInvariant("a journal note without a row")
        if not table.instance_field:
            self._put_shared(table, place, old)
            self.cursors.clear()
            return
        instance = self.instances[getattr(row, table.instance_field)]
        if old is None:
            del instance.rows[table][place]
        else:
            instance.rows[table][place] = old
        self._follow(instance, table, new, old)
        instance.plans.clear()
        if old is None and (table is ProcessInstance or (table is Quarantine and instance.damage)):
            self.forget(instance.key)

    # -- indexes follow --------------------------------------------------------------------------------------

    def _follow(self, instance: InstanceState, table: type[Row], old: Any, new: Any) -> None:
        """Tell every index of a change in an instance: its own, who owns what, and those across instances."""
        self._follow_inside(instance, table, old, new)
        if table.known_at_start:
            is_still = table.stands_still and instance.quarantine is not None
            PARTITION_INDEXERS[table](self, old, None if is_still else new)
        elif table is Quarantine:
            self._follow_quarantine(instance, is_still=new is not None)

    def _follow_inside(self, instance: InstanceState, table: type[Row], old: Any, new: Any) -> None:
        index = INDEXERS.get(table)
        if index is not None:
            index(instance, old, new)
        if table.owned:
            if new is None:
                self.owners.pop(old.key, None)
            elif old is None:
                self.owners[new.key] = instance.key

    def _follow_quarantine(self, instance: InstanceState, *, is_still: bool) -> None:
        """Nothing of an instance that is set aside is offered or comes due. What it has kept from coming due
        elsewhere may go on, and what could not be read is tried again.
        """
        if is_still:
            self.set_aside.add(instance.key)
        else:
            self.set_aside.discard(instance.key)
            self.due.take_up()
            self.processes.faults.clear()
            self.decisions.models.faults.clear()
        for table in STAND_STILL:
            for row in instance.rows[table].values():
                before, after = (row, None) if is_still else (None, row)
                PARTITION_INDEXERS[table](self, before, after)
