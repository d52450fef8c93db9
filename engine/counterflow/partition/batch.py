"""How a partition's state is loaded, what has been decided and not yet sealed, and how it is sealed. It is
loaded from the store, and sealed into the batch of one transaction.
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from counterflow.kernel.row import Home, Row
from counterflow.kernel.rows import TABLES, Partition, Quarantine, key_of
from counterflow.kernel.state.partition import State
from counterflow.kernel.state.source import CacheLimits
from counterflow.kernel.state.waiting import ASKED_OF_THE_STORE
from counterflow.kernel.state.weight import weight_of
from counterflow.kernel.suspended import Suspension
from counterflow.kernel.vocabulary import LogEntry
from counterflow.model.events import CompensationOrder
from counterflow.partition.filling import fill
from counterflow.partition.source import StoreSource
from counterflow.store.errors import DamagedError
from counterflow.store.port import Batch, Store

PARTITION_ID = 1
AT_ONCE = 16
"""Rows that are read at a time, of tables that may be long: each may hold a document of megabytes."""


class OpenBatch:
    """What has been decided and not yet sealed: its log, positions that it makes void, whom to tell. The
    positions are those of entries; who is told, is told when it is committed or has failed.
    """

    def __init__(self) -> None:
        self.log: list[LogEntry] = []
        self.superseded: list[int] = []
        self.committed: list[Callable[[], None]] = []
        self.failed: list[Callable[[Exception], None]] = []


def load_state(
    store: Store,
    order: CompensationOrder = CompensationOrder.MIRROR,
    caches: CacheLimits = CacheLimits(),  # noqa: B008 - a frozen tuple
) -> State:
    """The state as the last commit left it: counters, what belongs to no instance, who waits for what.
    Instances are loaded when touched, and of what is more than has room the first of it is read when it is
    asked for.

    What stands still in an instance that is set aside or suspended waits for no one. A damaged row waits for
    no one either; raises `DamagedError` where it says what is deployed, or what begins instances.
    """
    fill(store)
    partition = store.get(Partition, (PARTITION_ID,)) or Partition(PARTITION_ID, 0, 0)
    state = State(StoreSource(store), partition, order=order)
    state.set_aside |= {row.process_instance_key for row in store.scan(Quarantine, {})}
    state.set_aside |= {row.process_instance_key for row in store.scan(Suspension, {})}
    few = {table: _few(store, table, caches) for table in TABLES if table.known_at_start}
    state.know_only(table for table, rows in few.items() if rows is None)
    for table, rows in few.items():
        for row in rows or ():
            if not (table.stands_still and getattr(row, table.instance_field) in state.set_aside):
                state.admit(row)
        _refuse_damaged(store, table)
    state.take_ready()
    return state


def _few(store: Store, table: type[Row], caches: CacheLimits) -> list[Row] | None:
    """The rows of a table; None where they are more than has room and the store can be asked instead."""
    if table not in ASKED_OF_THE_STORE:
        return list(store.scan(table, {}))
    rows: list[Row] = []
    size = 0
    while len(rows) <= caches.waiting and size <= caches.message_bytes:
        page = store.scan(table, {}, after=key_of(rows[-1]) if rows else None, limit=AT_ONCE)
        rows += page
        size += sum(map(weight_of, page))
        if len(page) < AT_ONCE:
            return rows
    return None


def damaged_instances(store: Store) -> set[int]:
    """Whose rows were left out when the state was loaded, as far as they still say."""
    return {
        getattr(row, table.instance_field)
        for table in TABLES
        if table.known_at_start and table.instance_field
        for row in store.left_out(table)
    }


def _refuse_damaged(store: Store, table: type[Row]) -> None:
    """Raise `DamagedError` where rows are damaged that every start needs. They say which version is the
    latest, and what is to begin when. A damaged message is none of them: it is not delivered, as the log
    says.
    """
    if table.home is Home.PARTITION and (rows := store.left_out(table)):
        raise DamagedError(
            f"{len(rows)} rows of {table.table} are not as they were written, the first one is "
            f"{rows[0]}; put a copy "
            "of the database in its place, or start with --accept-loss to go on without them"
        )


def last_time(store: Store, last_position: int) -> int:
    """When the last entry of the log was written, epoch milliseconds; 0 where there is none. An entry stands
    at the position of its first event, so it is looked for further and further back.
    """
    back = 1
    while back < 2 * last_position:
        try:
            entries = store.read_log(after=max(last_position - back, 0))
        except DamagedError:  # then the clock's word is taken for it
            return 0
        if entries:
            return entries[-1].timestamp_ms
        back *= 2
    return 0


def seal(state: State, log: list[LogEntry]) -> Batch:
    """Everything that has changed since the last call, with its log."""
    changes = state.seal()
    if log:
        changes.puts[Partition] = [state.counters()]
    return Batch(changes.puts, changes.deletes, with_row_counts(state, log))


def with_row_counts(state: State, log: list[LogEntry]) -> list[LogEntry]:
    """A batch's log, where the last entry of each instance says how many rows this has after it."""
    last = {entry.process_instance_key: index for index, entry in enumerate(log)}
    last.pop(0, None)
    counted = list(log)
    for key, index in last.items():
        instance = state.instances.get(key)
        if instance is not None:
            counted[index] = replace(log[index], instance_rows=instance.row_count)
    return counted
