"""A partition between store and kernel: how its state is loaded, and how what has changed is sealed into a batch."""

from __future__ import annotations

from typing import Any

from counterflow.kernel.records import LogEntry
from counterflow.kernel.row import Row
from counterflow.kernel.rows import Job, MessageSubscription, Partition, Quarantine, Timer, as_key
from counterflow.kernel.state import SHARED_INDEXERS, State
from counterflow.model.graph import CompensationOrder
from counterflow.source import StoreSource
from counterflow.store.port import Batch, Store

PARTITION_ID = 1


def load_state(store: Store, order: CompensationOrder = CompensationOrder.MIRROR) -> State:
    """The state as the last commit left it: counters, what belongs to no instance, who waits for what. Instances are loaded when touched.

    Jobs and timers of quarantined instances do not wait for anyone.
    """
    partition = store.get(Partition, (PARTITION_ID,)) or Partition(PARTITION_ID, 0, 0)
    state = State(StoreSource(store), partition, order=order)
    for table in SHARED_INDEXERS:
        for row in store.scan(table, {}):
            state.admit(row)
    aside = {row.process_instance_key for row in store.scan(Quarantine, {})}
    for job in store.scan(Job, {}):
        if job.process_instance_key not in aside:
            state.admit_job(job)
    for timer in store.scan(Timer, {}):
        if timer.process_instance_key not in aside:
            state.admit_timer(timer)
    for subscription in store.scan(MessageSubscription, {}):
        state.admit_receiver(subscription)
    state.newly_ready.clear()
    return state


def seal(state: State, log: list[LogEntry]) -> Batch:
    """Everything that has changed since the last call, each row once: a row that was born and died meanwhile not at all."""
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
