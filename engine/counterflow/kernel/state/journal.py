"""The one way in which rows change: each change is followed by every index, and noted.

Rows enter and leave only through `put` and `delete`, called by appliers. The notes serve three ends: a
command that fails is rolled back exactly, the rows to be written are known without looking for them, and a
row that is born and dies within a batch never reaches the disk.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any, NamedTuple

import msgspec

from counterflow.kernel.row import Row
from counterflow.kernel.rows import (
    INSTANCE_TABLES,
    PLACES,
    TABLES,
    Partition,
    ProcessInstance,
    Quarantine,
    as_key,
)
from counterflow.kernel.state.indexes import PARTITION_INDEXERS, Indexer
from counterflow.kernel.state.instance import INDEXERS, InstanceIndexer, InstanceState
from counterflow.kernel.state.source import Source
from counterflow.kernel.state.waiting import Waiting
from counterflow.kernel.state.weight import weight_of
from counterflow.kernel.suspended import Suspension
from counterflow.kernel.vocabulary import BrokenInvariant, first_key

Key = tuple[int | str, ...]

OWNED = tuple(table for table in INSTANCE_TABLES if table.owned)
STAND_STILL = tuple(table for table in INSTANCE_TABLES if table.stands_still)


class Changes(NamedTuple):
    """What has become of rows since it was asked last, each row once.

    A row that was born and died meanwhile is not among them at all.
    """

    puts: dict[type[Row], list[Row]]
    deletes: dict[type[Row], list[Key]]


class StateMark(msgspec.Struct, frozen=True, gc=False):
    """How far a state had come: the lengths of what it has noted, and its counters."""

    journal: int
    newly_ready: int
    last_key: int
    last_position: int


class Kept(msgspec.Struct, frozen=True):
    """What follows from the description of a table for whoever changes its rows, told once.

    It is asked at every change.
    """

    place_of: Callable[[Any], Any]
    owner_of: Callable[[Any], int] | None
    """The process instance of a row; None where rows belong to none."""
    inside: InstanceIndexer | None
    """What is told of a change, in its instance."""
    across: Indexer | None
    """What is told of a change, across instances."""
    is_owned: bool
    stands_still: bool


def _kept(table: type[Row]) -> Kept:
    return Kept(
        PLACES[table],
        attrgetter(table.instance_field) if table.instance_field else None,
        INDEXERS.get(table),
        PARTITION_INDEXERS.get(table) if table.known_at_start else None,
        table.owned,
        table.stands_still,
    )


KEPT: dict[type[Row], Kept] = {table: _kept(table) for table in TABLES}


class Journal(Waiting):
    """A partition's rows in memory, and how they change."""

    def __init__(self, source: Source, partition: Partition) -> None:
        super().__init__(source)
        self.partition_id = partition.id
        self.last_key = partition.last_key or first_key(partition.id)
        self.last_position = partition.last_position
        self.journal: list[tuple[type[Row], Any, Row | None, Row | None]] = []
        """Every change since the last batch was sealed: table, place in it, row before, row after."""
        self.weight = 0
        """What the instances in memory take there, in bytes, as their last sealed rows tell."""

    def put(self, row: Row) -> None:
        """Put a row in the place of the one with its key, if any."""
        table = type(row)
        kept = KEPT[table]
        key = kept.place_of(row)
        if kept.owner_of is not None:
            instance = self.instances[kept.owner_of(row)]
            rows = instance.rows[table]
            old = rows.get(key)
            rows[key] = row
            self._follow(instance, kept, old, row)
            instance.last_batch = self.batch
        else:
            old = self._put_shared(table, key, row)
        self.journal.append((table, key, old, row))

    def delete(self, row: Row) -> None:
        """Take a row away."""
        table = type(row)
        kept = KEPT[table]
        key = kept.place_of(row)
        if kept.owner_of is not None:
            instance = self.instances[kept.owner_of(row)]
            old = instance.rows[table].pop(key)
            self._follow(instance, kept, old, None)
            instance.last_batch = self.batch
        else:
            old = self._put_shared(table, key, None)
            if old is None:
                raise BrokenInvariant(f"there is no row {key} in {table.table} to take away")
        self.journal.append((table, key, old, None))

    def open_instance(self, key: int) -> InstanceState:
        """Make room for a new process instance; its first row follows."""
        instance = self.instances[key] = InstanceState(key)
        return instance

    def forget(self, key: int) -> None:
        """Drop one instance from memory; its rows are the store's alone from here."""
        instance = self.instances.pop(key, None)
        if instance is None:
            return
        self.weight -= instance.weight
        for table in OWNED:
            for row_key in instance.rows[table]:
                self.owners.pop(row_key, None)

    def mark(self) -> StateMark:
        """Where the state stands now, for `roll_back`."""
        return StateMark(len(self.journal), len(self.newly_ready), self.last_key, self.last_position)

    def roll_back(self, mark: StateMark) -> None:
        """Take back every change noted since `mark`, and the counters with it."""
        while len(self.journal) > mark.journal:
            self._restore(*self.journal.pop())
        del self.newly_ready[mark.newly_ready :]
        self.last_key, self.last_position = mark.last_key, mark.last_position

    @property
    def has_changed(self) -> bool:
        """Whether any row has changed since the last batch was sealed."""
        return bool(self.journal)

    def seal(self) -> Changes:
        """Everything that has changed since the last call: one batch."""
        spans: dict[tuple[type[Row], Any], tuple[Row | None, Row | None]] = {}
        for table, key, old, new in self.journal:
            earlier = spans.get((table, key))
            spans[table, key] = (old if earlier is None else earlier[0], new)
        changes = Changes({}, {})
        for (table, key), (before, after) in spans.items():
            if after is not None:
                changes.puts.setdefault(table, []).append(after)
            elif before is not None:
                changes.deletes.setdefault(table, []).append(as_key(key))
            self._weigh(KEPT[table], before, after)
        self.journal.clear()
        self.batch += 1
        return changes

    def _weigh(self, kept: Kept, before: Row | None, after: Row | None) -> None:
        """A row of an instance is to be written: so much more or less of it is in memory."""
        row = after if after is not None else before
        if row is None or kept.owner_of is None:
            return
        instance = self.instances.get(kept.owner_of(row))
        if instance is not None:
            change = (weight_of(after) if after is not None else 0) - (
                weight_of(before) if before is not None else 0
            )
            instance.weight += change
            self.weight += change

    def _put_shared(self, table: type[Row], key: Any, new: Row | None) -> Row | None:
        """Put a row that belongs to no instance, or take it away; answers the one before.

        What is at home in the store is not kept.
        """
        if table not in self.shared:
            return None
        old = self._exchange(table, key, new)
        if table in PARTITION_INDEXERS:
            PARTITION_INDEXERS[table](self, old, new)
        return old

    def _exchange(self, table: type[Row], key: Any, new: Row | None) -> Row | None:
        laid = self.laid.get(table)
        if laid is None:
            rows = self.shared[table]
            before: Row | None = rows.pop(key, None) if new is None else rows.get(key)
            if new is not None:
                rows[key] = new
            return before
        old = self.row(table, key)
        if new is not None:
            laid.put(key, new, self.batch)
        else:
            laid.remove(key, self.batch)
        return old

    def _restore(self, table: type[Row], key: Any, old: Row | None, new: Row | None) -> None:
        kept = KEPT[table]
        if kept.owner_of is None:
            self._put_shared(table, key, old)
            self.cursors.clear()
            return
        row = old if old is not None else new
        if row is None:
            raise BrokenInvariant("a journal note without a row")
        instance = self.instances[kept.owner_of(row)]
        if old is None:
            del instance.rows[table][key]
        else:
            instance.rows[table][key] = old
        self._follow(instance, kept, new, old)
        instance.plans.clear()
        if old is None and (table is ProcessInstance or (table is Quarantine and instance.damage)):
            self.forget(instance.key)

    # -- indexes follow --------------------------------------------------------------------------------------

    def _follow(self, instance: InstanceState, kept: Kept, old: Any, new: Any) -> None:
        """Tell every index of a change in an instance: its own, who owns what, and those across instances."""
        if kept.inside is not None:
            kept.inside(instance, old, new)
        if kept.is_owned:
            if new is None:
                self.owners.pop(old.key, None)
            elif old is None:
                self.owners[new.key] = instance.key
        if kept.across is not None:
            is_still = kept.stands_still and (
                instance.quarantine is not None or instance.suspension is not None
            )
            kept.across(self, old, None if is_still else new)
        elif (kept is _OF_QUARANTINE and instance.suspension is None) or (
            kept is _OF_SUSPENSION and instance.quarantine is None
        ):
            self._follow_stillness(instance, is_still=new is not None)

    def _follow_stillness(self, instance: InstanceState, *, is_still: bool) -> None:
        """Nothing of an instance that is set aside or suspended is offered or comes due.

        What it has kept from coming due elsewhere may go on, and what could not be read is tried again.
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


_OF_QUARANTINE, _OF_SUSPENSION = KEPT[Quarantine], KEPT[Suspension]
