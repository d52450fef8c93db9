"""How a partition's state is loaded from the store, what has been decided and not yet sealed, and how it is
sealed into the batch of one transaction.
"""

from __future__ import annotations

from collections.abc import Callable

from counterflow.kernel.rows import TABLES, Partition, Quarantine
from counterflow.kernel.state.partition import State
from counterflow.kernel.vocabulary import LogEntry
from counterflow.model.events import CompensationOrder
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
    state.take_ready()
    return state


def last_time(store: Store, last_position: int) -> int:
    """When the last entry of the log was written, epoch milliseconds; 0 where there is none. An entry stands
    at the position of its first event, so it is looked for further and further back.
    """
    back = 1
    while back < 2 * last_position:
        entries = store.read_log(after=max(last_position - back, 0))
        if entries:
            return entries[-1].timestamp_ms
        back *= 2
    return 0


def seal(state: State, log: list[LogEntry]) -> Batch:
    """Everything that has changed since the last call, with its log."""
    changes = state.seal()
    if log:
        changes.puts[Partition] = [state.counters()]
    return Batch(changes.puts, changes.deletes, log)
