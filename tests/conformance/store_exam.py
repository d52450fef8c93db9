"""The exam that every store must pass: what the port promises, one behaviour a function, the same for all.

`BEHAVIOURS` take a store that is empty; `LASTING_BEHAVIOURS` take the URL of an empty database and open it
themselves. A new store joins by its URL alone.
"""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import TypeVar

import pytest
from msgspec.structs import astuple

from counterflow.kernel.row import Row
from counterflow.kernel.rows import (
    INSTANCE_TABLES,
    TABLES,
    ElementInstance,
    Job,
    Partition,
    ProcessInstance,
    Resource,
    Variable,
    key_of,
)
from counterflow.store.open import open_store
from counterflow.store.port import Batch, Key, Store, StoreError
from tests.conformance.store_samples import batch, entry, sample, variable

ROOT = Path(__file__).parents[2]
RowType = TypeVar("RowType", bound=Row)

Behaviour = Callable[[Store], None]
LastingBehaviour = Callable[[str], None]
BEHAVIOURS: list[Behaviour] = []
LASTING_BEHAVIOURS: list[LastingBehaviour] = []


def behaviour(examine: Behaviour) -> Behaviour:
    """Put a behaviour on the list."""
    BEHAVIOURS.append(examine)
    return examine


def lasting(examine: LastingBehaviour) -> LastingBehaviour:
    """Put a behaviour on the list of those that only a store with a disk can have."""
    LASTING_BEHAVIOURS.append(examine)
    return examine


# Rows.


def in_same_type(one: object, other: object) -> bool:
    """Equal, and no False that is a 0."""
    return one == other and type(one) is type(other)


@behaviour
def every_table_gives_back_what_was_put(store: Store) -> None:
    store.commit(batch(*(sample(table) for table in TABLES)))
    for table in TABLES:
        row = sample(table)
        found = store.get(table, key_of(row))
        assert found is not None
        assert type(found) is table
        assert all(map(in_same_type, astuple(found), astuple(row))), (found, row)


@behaviour
def a_key_that_is_not_there_is_none(store: Store) -> None:
    for table in TABLES:
        assert store.get(table, key_of(sample(table))) is None
        assert list(store.scan(table, {})) == []


@behaviour
def a_second_put_replaces_the_row(store: Store) -> None:
    for state in ("activatable", "activated"):
        store.commit(batch(sample(Job, 1, state=state), sample(Job, 2, state=state)))
    assert [job.state for job in store.scan(Job, {})] == ["activated", "activated"]


@behaviour
def a_row_may_move_to_another_instance(store: Store) -> None:
    for instance in (1, 2):
        store.commit(batch(sample(Job, 5, process_instance_key=instance)))
    assert list(store.scan(Job, {"process_instance_key": 1})) == []
    assert [job.key for job in store.scan(Job, {"process_instance_key": 2})] == [5]
    assert store.load_instance(1)[Job] == []


@behaviour
def a_deleted_row_is_gone_and_the_others_stay(store: Store) -> None:
    store.commit(batch(*(sample(Job, key) for key in (1, 2, 3))))
    store.commit(batch(deletes={Job: [(1,), (3,)]}))
    assert [job.key for job in store.scan(Job, {})] == [2]
    store.commit(batch(sample(Job, 1)))
    assert [job.key for job in store.scan(Job, {})] == [1, 2]


@behaviour
def deleting_what_is_absent_does_nothing(store: Store) -> None:
    store.commit(batch(deletes={table: [key_of(sample(table))] for table in TABLES}))
    store.commit(batch(sample(Job), deletes={Variable: [(1, "absent")]}))
    assert store.get(Job, (1,)) == sample(Job)


@behaviour
def an_empty_batch_is_no_fault(store: Store) -> None:
    store.commit(batch())
    assert list(store.read_log()) == []


@behaviour
def a_composite_key_is_the_whole_of_its_fields(store: Store) -> None:
    store.commit(batch(variable("a"), variable("b"), variable("a", scope=2)))
    store.commit(batch(variable("a", value=b"2"), deletes={Variable: [(1, "b")]}))
    assert store.get(Variable, (1, "a")) == variable("a", value=b"2")
    assert store.get(Variable, (1, "b")) is None
    assert store.get(Variable, (2, "a")) == variable("a", scope=2)


@behaviour
def none_is_kept_apart_from_empty_and_zero(store: Store) -> None:
    nothing = sample(Job, 1, due_ms=None, error_code=None)
    store.commit(batch(nothing, sample(Job, 2, due_ms=0, error_code="")))
    assert store.get(Job, (1,)) == nothing
    assert [job.key for job in store.scan(Job, {"error_code": None})] == [1]
    assert [job.key for job in store.scan(Job, {"error_code": ""})] == [2]
    assert [job.key for job in store.scan(Job, {"due_ms": None, "error_code": ""})] == []


@behaviour
def blobs_are_kept_byte_for_byte(store: Store) -> None:
    contents = [b"", b"\x00", bytes(range(256)), random.Random(1).randbytes(4_000_000)]
    store.commit(batch(*(sample(Resource, key, content=content) for key, content in enumerate(contents))))
    assert [resource.content for resource in store.scan(Resource, {})] == contents


@behaviour
def text_is_kept_letter_for_letter(store: Store) -> None:
    names = [
        "",
        "a b",
        "Ünïcödé",
        "e\u0301",
        "\u00e9",
        "名前",
        "🛒",
        'it\'s "quoted"; -- %s ? :x',
        "tab\tnewline\n",
    ]
    store.commit(batch(*(variable(name) for name in names)))
    assert {found.name for found in store.scan(Variable, {})} == set(names)
    assert all(store.get(Variable, (1, name)) == variable(name) for name in names)


@behaviour
def integers_have_64_bits(store: Store) -> None:
    for number in (0, -1, 2**31, 2**51 + 7, 2**63 - 1, -(2**63)):
        store.commit(batch(sample(Partition, 1, last_key=number)))
        partition = store.get(Partition, (1,))
        assert partition is not None
        assert partition.last_key == number


# Scans.


@behaviour
def a_scan_is_in_order_of_key_whatever_the_order_of_writing(store: Store) -> None:
    keys = list(range(-3, 40))
    random.Random(7).shuffle(keys)
    for key in keys:
        store.commit(batch(sample(Job, key)))
    assert [job.key for job in store.scan(Job, {})] == sorted(keys)


@behaviour
def text_is_ordered_by_code_point(store: Store) -> None:
    names = ["B", "a", "Z", "é", "z", "\uffee", "🛒", "a1", "a10", "a2", ""]
    store.commit(batch(*(variable(name) for name in names)))
    assert [found.name for found in store.scan(Variable, {"scope_key": 1})] == sorted(names)


@behaviour
def a_scan_finds_rows_whose_columns_all_equal(store: Store) -> None:
    jobs = [
        sample(Job, key, type="ab"[key % 2], state=("activatable", "activated", "failed")[key % 3])
        for key in range(12)
    ]
    store.commit(batch(*jobs))
    for where in (
        {},
        {"type": "a"},
        {"state": "activatable"},
        {"type": "b", "state": "activatable"},
        {"state": "failed", "type": "a"},
        {"type": "c"},
    ):
        expected = [job for job in jobs if all(getattr(job, name) == value for name, value in where.items())]
        assert list(store.scan(Job, where)) == expected, where


@behaviour
def a_scan_finds_rows_with_one_of_several_numbers(store: Store) -> None:
    jobs = [sample(Job, key, process_instance_key=key // 2, state="ab"[key % 2]) for key in range(2, 40)]
    store.commit(batch(*jobs))
    for keys in (frozenset[int](), {1}, {1, 3, 99}, {16, 2, 5, 4, 19}, set(range(40))):
        found = store.scan(Job, {"process_instance_key": frozenset(keys)})
        assert list(found) == [job for job in jobs if job.process_instance_key in keys], keys
    found = store.scan(Job, {"process_instance_key": frozenset({1, 3, 5}), "state": "b"}, after=(3,), limit=1)
    assert [job.key for job in found] == [7]
    assert [job.key for job in store.scan(Job, {"key": frozenset({3, 4})})] == [3, 4]


@behaviour
def a_scan_goes_on_after_a_key_and_stops_at_a_limit(store: Store) -> None:
    jobs = [sample(Job, key, state="activatable" if key % 2 else "activated") for key in range(1, 11)]
    store.commit(batch(*jobs))
    cases: list[tuple[int | None, int | None, list[int]]] = [
        (None, None, [1, 3, 5, 7, 9]),
        (None, 2, [1, 3]),
        (3, None, [5, 7, 9]),
        (4, 2, [5, 7]),
        (9, 5, []),
        (None, 0, []),
    ]
    for after, limit, expected in cases:
        found = store.scan(
            Job, {"state": "activatable"}, after=None if after is None else (after,), limit=limit
        )
        assert [job.key for job in found] == expected, (after, limit)


@behaviour
def a_scan_goes_on_after_a_composite_key(store: Store) -> None:
    rows = [variable(name, scope=scope) for scope in (1, 2, 3) for name in ("a", "b")]
    store.commit(batch(*rows))
    pages: list[Variable] = []
    after: Key | None = None
    while page := store.scan(
        Variable, {"process_instance_key": 1}, after=after, limit=2 if after is None else 3
    ):
        pages += page
        after = key_of(page[-1])
    assert pages == rows
    assert list(store.scan(Variable, {}, after=(1, "aa"), limit=2)) == [rows[1], rows[2]]


@behaviour
def a_column_that_does_not_exist_is_named(store: Store) -> None:
    with pytest.raises(StoreError, match="job has no column 'colour'"):
        store.scan(Job, {"colour": "red"})


# Instances.


@behaviour
def an_instance_is_loaded_with_all_its_rows_and_no_others(store: Store) -> None:
    for instance in (1, 2):
        store.commit(
            batch(
                *(
                    sample(table, instance * 10 + row, **{table.instance_field: instance})
                    for table in INSTANCE_TABLES
                    for row in (2, 1)
                )
            )
        )
    loaded = store.load_instance(2)
    assert list(loaded) == list(INSTANCE_TABLES)
    for table, rows in loaded.items():
        assert rows == list(store.scan(table, {table.instance_field: 2}))
        assert len(rows) == (1 if table.key_fields == (table.instance_field,) else 2), table


@behaviour
def an_instance_that_is_not_there_has_no_rows(store: Store) -> None:
    assert store.load_instance(404) == {table: [] for table in INSTANCE_TABLES}


# The log.


@behaviour
def the_log_is_read_in_order_of_position(store: Store) -> None:
    entries = [
        entry(position, instance, events=b"%d" % position)
        for position, instance in ((1, 0), (2, 7), (5, 8), (6, 7), (20, 8))
    ]
    store.commit(batch(log=entries[:3]))
    store.commit(batch(log=entries[3:]))
    assert list(store.read_log()) == entries
    assert list(store.read_log(after=2)) == entries[2:]
    assert list(store.read_log(after=3, limit=2)) == entries[2:4]
    assert list(store.read_log(process_instance_key=7)) == [entries[1], entries[3]]
    assert list(store.read_log(process_instance_key=8, after=5)) == [entries[4]]
    assert list(store.read_log(process_instance_key=8, limit=1)) == [entries[2]]
    assert list(store.read_log(process_instance_key=0)) == [entries[0]]
    assert list(store.read_log(process_instance_key=404)) == []


@behaviour
def what_a_later_entry_makes_void_is_taken_out(store: Store) -> None:
    entries = [entry(position, 7) for position in (1, 2, 3, 4)]
    store.commit(batch(log=entries[:2]))
    later = batch(log=entries[2:])
    later.superseded = [2, 3]
    store.commit(later)
    assert list(store.read_log()) == [entries[0], entries[3]]
    refused = batch(log=[entry(5), entry(5)])
    refused.superseded = [1]
    with pytest.raises(StoreError):
        store.commit(refused)
    assert list(store.read_log(process_instance_key=7)) == [entries[0], entries[3]]


# All or nothing.

UNWRITABLE: dict[str, Callable[[], Batch]] = {
    "a position that is written": lambda: batch(sample(Job, 2), log=[entry(2), entry(1)]),
    "a position twice": lambda: batch(sample(Job, 2), log=[entry(2), entry(2)]),
    "an integer of 65 bits": lambda: batch(
        sample(Job, 2), sample(Partition, 2, last_key=2**63), log=[entry(2)]
    ),
    "text that is not Unicode": lambda: batch(sample(Job, 2), variable("\ud800"), log=[entry(2)]),
}


@behaviour
def a_batch_that_cannot_be_written_leaves_nothing(store: Store) -> None:
    store.commit(batch(sample(Job, 1), log=[entry(1)]))
    for reason, unwritable in UNWRITABLE.items():
        refused = unwritable()
        refused.puts[Job].append(sample(Job, 1, type="changed"))
        refused.deletes[Job] = [(1,)]
        with pytest.raises(StoreError, match="nothing of the batch was"):
            store.commit(refused)
        assert list(store.scan(Job, {})) == [sample(Job, 1)], reason
        assert list(store.read_log()) == [entry(1)], reason
    store.commit(batch(sample(Job, 2), log=[entry(2)]))
    assert [job.key for job in store.scan(Job, {})] == [1, 2]


@behaviour
def a_reader_sees_whole_batches_while_one_is_written(store: Store) -> None:
    def generation(number: int) -> Batch:
        rows = [
            sample(ElementInstance, key, process_instance_key=1, activated_position=number)
            for key in range(50)
        ]
        return batch(
            *rows, *(variable(f"v{key}", value=b"%d" % number) for key in range(50)), log=[entry(number)]
        )

    store.commit(generation(1))

    def write() -> None:
        for number in range(2, 40):
            store.commit(generation(number))

    writer = Thread(target=write)
    writer.start()
    seen = [1]
    try:
        while writer.is_alive():
            seen.append(generation_seen(store))
    finally:
        writer.join()
    assert seen == sorted(seen), "time went backwards for a reader"
    assert len(store.read_log()) == 39


def generation_seen(store: Store) -> int:
    """The one generation that all rows of the instance are of."""
    loaded = store.load_instance(1)
    positions = {
        row.activated_position for row in loaded[ElementInstance] if isinstance(row, ElementInstance)
    }
    values = {int(row.value) for row in loaded[Variable] if isinstance(row, Variable)}
    assert values == positions, "half of one batch and half of another"
    (number,) = positions
    return number


@behaviour
def many_threads_read_at_once(store: Store) -> None:
    store.commit(batch(*(sample(Job, key, process_instance_key=key % 4) for key in range(200))))
    found: list[list[int]] = []
    threads = [
        Thread(
            target=lambda n=n: found.append(
                [job.key for job in store.scan(Job, {"process_instance_key": n % 4})]
            )
        )
        for n in range(16)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(keys[0] for keys in found) == sorted([0, 1, 2, 3] * 4)
    assert all(len(keys) == 50 for keys in found)


# What lasts.


@lasting
def what_was_committed_is_there_after_reopening(url: str) -> None:
    rows = [sample(table) for table in TABLES]
    store = open_store(url)
    counters = Partition(1, 9, 2)
    store.commit(batch(*rows, log=[entry(1)]))
    store.commit(batch(counters, deletes={Job: [(1,)]}, log=[entry(2)]))
    store.close()
    again = open_store(url)
    assert again.get(Partition, (1,)) == counters
    assert again.get(Job, (1,)) is None
    assert again.get(ProcessInstance, (1,)) == sample(ProcessInstance)
    assert list(again.read_log()) == [entry(1), entry(2)]
    again.close()


@lasting
def a_closed_store_says_so(url: str) -> None:
    store = open_store(url)
    store.close()
    store.close()
    with pytest.raises(StoreError, match="closed"):
        store.commit(batch(sample(Job)))
    with pytest.raises(StoreError, match="closed"):
        store.get(Job, (1,))


@lasting
def a_killed_process_loses_nothing_it_acknowledged(url: str) -> None:
    acknowledged = 0
    for more in (1, 7, 40):
        acknowledged = killed_after(url, more)
        store = open_store(url)
        partition = store.get(Partition, (1,))
        assert partition is not None
        assert partition.last_position >= acknowledged
        check_whole_batches(store, partition.last_position)
        store.close()


def killed_after(url: str, commits: int) -> int:
    """Let a child process commit so many batches, kill it while it goes on; the last one it acknowledged."""
    command = [sys.executable, "-m", "tests.conformance.store_victim", url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as victim:
        assert victim.stdout is not None
        lines = [victim.stdout.readline() for _ in range(commits)]
        victim.kill()
        lines += victim.stdout.read().splitlines(keepends=True)
    return max(int(line) for line in lines if line.endswith("\n"))


def check_whole_batches(store: Store, last: int) -> None:
    """What `store_victim` writes is either all of generation `last` or none of it."""
    assert [found.position for found in store.read_log()] == list(range(1, last + 1))
    loaded = store.load_instance(1)
    assert {
        row.activated_position for row in loaded[ElementInstance] if isinstance(row, ElementInstance)
    } == {last}
    assert [row.name for row in loaded[Variable] if isinstance(row, Variable)] == [f"generation {last}"]
