"""How a partition's state is loaded from the store, what has been decided and not yet sealed, and how it is
sealed into the batch of one transaction.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from counterflow.kernel.row import Row
from counterflow.kernel.rows import TABLES, Partition, Quarantine, as_key
from counterflow.kernel.state.partition import State
from counterflow.kernel.vocabulary import LogEntry
from counterflow.model.graph import CompensationOrder
from counterflow.partition.source import StoreSource
from counterflow.store.port import Batch, Store

PARTITION_ID = 1


class OpenBatch:
    """What has been decided and not yet sealed: its log, positions of entries that it makes void, and whom to
    tell when it is committed or has failed.
    """

    def __init__(self) -> None:
        self.log: list[LogEntry] = []
        self.superseded: list[int] = []
        self.committed: list[Callable[[], None]] = []
        self.failed: list[Callable[[Exception], None]] = []


def load_state(store: Store, order: CompensationOrder = CompensationOrder.MIRROR) -> State:
    """The state as the last commit left it: counters, what belongs to no instance, who waits for what.
    Instances are loaded when touched.

    What stands still in a quarantined instance waits for no one.
    """
    partition = store.get(Partition, (PARTITION_ID,)) or Partition(PARTITION_ID, 0, 0)
    state = State(StoreSource(store), partition, order=order)
    aside = {row.process_instance_key for row in store.scan(Quarantine, {})}
    for table in TABLES:
        if table.known_at_start:
            for row in store.scan(table, {}):
                if not (table.stands_still and getattr(row, table.instance_field) in aside):
                    state.admit(row)
    state.newly_ready.clear()
    return state


def seal(state: State, log: list[LogEntry]) -> Batch:
    """Everything that has changed since the last call, each row once: a row that was born and died meanwhile
    not at all.
    """
    changes: dict[tuple[type[Row], Any], tuple[Row | None, Row | None]] = {}
    for table, place, old, new in state.journal:
        earlier = changes.get((table, place))
        changes[table, place] = (old if earlier is None else earlier[0], new)
    batch = Batch({}, {}, log)
    for (table, place), (before, after) in changes.items():
        if after is not None:
            batch.puts.setdefault(table, []).append(after)
        elif before is not None:
            batch.deletes.setdefault(table, []).append(as_key(place))
    if log:
        batch.puts[Partition] = [Partition(state.partition_id, state.last_key, state.last_position)]
    state.journal.clear()
    state.batch += 1
    return batch
