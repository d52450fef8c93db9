"""The part of the exam that is about walking along indexes."""

from __future__ import annotations

from msgspec.structs import replace

from counterflow.kernel.row import Row
from counterflow.kernel.rows import Job, MessageCorrelation
from counterflow.store.port import Batch, Store
from tests.conformance.store_exam import behaviour
from tests.conformance.store_samples import sample


def _jobs() -> list[Row]:
    times = (None, 30, 10, None, 10, 20)
    return [
        replace(sample(Job), key=key, type="ship" if key % 2 else "pack", due_ms=due_ms, state="activated")
        for key, due_ms in enumerate(times, start=1)
    ]


@behaviour
def an_index_is_walked_along_in_its_order_behind_a_place(store: Store) -> None:
    """Rows that are NULL there have no entry; a place may be the beginning of one."""
    store.commit(Batch({Job: list(reversed(_jobs()))}, {}, []))
    owner = sample(Job).process_instance_key
    entries = [(10, 3, owner), (10, 5, owner), (20, 6, owner), (30, 2, owner)]
    assert [*store.walk(Job, "due", (), limit=9)] == entries
    assert [*store.walk(Job, "due", (), after=(-1,), limit=3)] == entries[:3]
    assert [*store.walk(Job, "due", (), after=(10,), limit=9)] == entries[2:]
    assert [*store.walk(Job, "due", (), after=(10, 3), limit=9)] == entries[1:]
    assert [*store.walk(Job, "due", (), after=entries[1], limit=1)] == entries[2:3]
    assert [*store.walk(Job, "due", (), after=(31,), limit=9)] == []


@behaviour
def an_index_is_walked_along_where_its_first_columns_equal(store: Store) -> None:
    store.commit(Batch({Job: _jobs()}, {}, []))
    owner = sample(Job).process_instance_key
    ships = [(1, owner), (3, owner), (5, owner)]
    assert [*store.walk(Job, "ready", ("ship", "activated"), limit=9)] == ships
    assert [*store.walk(Job, "ready", ("ship", "activated"), after=(1,), limit=1)] == ships[1:2]
    assert [*store.walk(Job, "ready", ("ship", "activatable"), limit=9)] == []
    store.commit(Batch({}, {Job: [(3,)]}, []))
    assert [*store.walk(Job, "ready", ("ship", "activated"), limit=9)] == [ships[0], ships[2]]


@behaviour
def a_changed_row_has_its_new_entry_alone(store: Store) -> None:
    first, owner = _jobs()[1], sample(Job).process_instance_key
    store.commit(Batch({Job: [first]}, {}, []))
    store.commit(Batch({Job: [replace(first, due_ms=5)]}, {}, []))
    assert [*store.walk(Job, "due", (), after=(-1,), limit=9)] == [(5, 2, owner)]
    store.commit(Batch({Job: [replace(first, due_ms=None)]}, {}, []))
    assert [*store.walk(Job, "due", (), after=(-1,), limit=9)] == []


@behaviour
def a_part_of_a_composite_key_is_walked_along(store: Store) -> None:
    reached: list[Row] = [MessageCorrelation(key, name) for key in (1, 2) for name in ("b", "a")]
    store.commit(Batch({MessageCorrelation: reached}, {}, []))
    assert [*store.walk(MessageCorrelation, "key", (2,), limit=9)] == [("a",), ("b",)]
    assert [*store.walk(MessageCorrelation, "key", (2,), after=("a",), limit=9)] == [("b",)]
