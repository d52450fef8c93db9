"""What memory does beyond the exam: it forgets what is gone, and what it hands out never changes."""

from __future__ import annotations

from counterflow.kernel.rows import INSTANCE_TABLES, TABLES, Job, key_of
from counterflow.store.memory import MemoryStore
from tests.conformance.store_samples import batch, sample


def test_deleted_instances_leave_no_trace() -> None:
    store = MemoryStore()
    for number in range(1, 50):
        rows = [sample(table, number) for table in INSTANCE_TABLES]
        store.commit(batch(*rows))
        store.commit(batch(deletes={type(row): [key_of(row)] for row in rows}))
    assert not any(any(part.values()) for part in (store._rows, store._keys_of_instance))


def test_what_was_read_stays_as_it_was() -> None:
    store = MemoryStore()
    store.commit(batch(*(sample(table) for table in TABLES)))
    scanned, loaded = store.scan(Job, {}), store.load_instance(1)
    store.commit(batch(sample(Job, 1, state="later"), sample(Job, 2, process_instance_key=1)))
    assert list(scanned) == loaded[Job] == [sample(Job, 1)]
