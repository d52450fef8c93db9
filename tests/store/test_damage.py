"""Bits turn over, pages are gone, rows are lost: whatever is read is what was written, or it is not read."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import astuple

from counterflow.kernel.row import Home, Row
from counterflow.kernel.rows import INSTANCE_TABLES, TABLES, Partition, ProcessInstance, Variable, key_of
from counterflow.kernel.vocabulary import DamagedInstance, LogEntry
from counterflow.store.errors import DamagedError
from counterflow.store.open import open_store
from counterflow.store.port import Store, StoreError
from tests.compatibility.told import copied_to, run, told_in
from tests.conformance.store_samples import batch, counted, sample

SEEDS = 40
PAGE = 4096


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of a real run."""
    return told_in(tmp_path_factory.mktemp("written"))


@pytest.fixture
def path(written: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return copied_to(tmp_path, written)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A store with a row in each table, of one instance where they are of instances."""
    opened = open_store(f"sqlite:///{tmp_path}/s.db")
    rows = [
        sample(table, 1, **({table.instance_field: 1} if table.instance_field else {})) for table in TABLES
    ]
    rows[0] = Partition(1, 1, 1)
    opened.commit(batch(*rows, log=[LogEntry(1, 1, 0, "Test", 1, b"\x90", len(INSTANCE_TABLES))]))
    yield opened
    opened.close()


def changed(value: Any) -> Any:
    """Another value of the same type; of a name the same letters in another order."""
    if value is None:
        return 1
    if isinstance(value, bool):
        return not value
    return value ^ 4 if isinstance(value, int) else value[::-1] + value[:1]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.table)
def test_each_column_is_held_to_the_checksum(table: type[Row], store: Store, tmp_path: Path) -> None:
    (row,) = store.scan(table, {})
    keys = dict(zip(table.key_fields, key_of(row), strict=True))
    others = [name for name in table.__struct_fields__ if name not in {*keys, table.instance_field}]
    for name in others:
        place = " AND ".join(f'"{key}" = ?' for key in keys)
        statement = f'UPDATE "{table.table}" SET "{name}" = ? WHERE {place}'  # noqa: S608 - names of ours
        run(tmp_path / "s.db", statement, changed(getattr(row, name)), *keys.values())
        with pytest.raises(DamagedError, match=f"{table.table} .*is not as it was written"):
            store.get(table, key_of(row))
        assert list(store.scan(table, {})) == []
        assert len(store.left_out(table)) == 1
        if table.home is Home.INSTANCE:
            with pytest.raises(DamagedInstance, match=f"{table.table} .*is not as it was written"):
                store.load_instance(1)
        run(tmp_path / "s.db", statement, getattr(row, name), *keys.values())
        assert store.get(table, key_of(row)) == row


def test_a_row_in_the_place_of_another_is_noticed(store: Store, tmp_path: Path) -> None:
    store.commit(counted(2, sample(Variable, 1, name="other"), sample(Variable, 1, name="third", value=b"3")))
    run(
        tmp_path / "s.db",
        "UPDATE variable SET (value, row_checksum) = (SELECT value, row_checksum FROM variable WHERE name = 'third') "
        "WHERE name = 'other'",
    )
    with pytest.raises(DamagedError, match="variable 1, 'other' is not as it was written"):
        store.get(Variable, (1, "other"))


def test_a_row_without_a_checksum_is_not_taken_where_all_had_one(store: Store, tmp_path: Path) -> None:
    run(tmp_path / "s.db", "UPDATE variable SET row_checksum = NULL")
    assert list(store.scan(Variable, {})) == []


@pytest.mark.parametrize("table", INSTANCE_TABLES, ids=lambda table: table.table)
def test_a_row_that_is_gone_is_missed_with_its_instance(
    table: type[Row], store: Store, tmp_path: Path
) -> None:
    assert sum(map(len, store.load_instance(1).values())) == len(INSTANCE_TABLES)
    run(tmp_path / "s.db", f'DELETE FROM "{table.table}"')  # noqa: S608 - a name of ours
    with pytest.raises(DamagedInstance, match=f"it has {len(INSTANCE_TABLES) - 1} rows, and") as damaged:
        store.load_instance(1)
    assert damaged.value.lacks == 1


def test_an_entry_of_the_log_is_held_to_its_checksum(store: Store, tmp_path: Path) -> None:
    for name, value in (("events", b"\x91"), ("timestamp_ms", 1), ("command", "Other"), ("instance_rows", 9)):
        run(tmp_path / "s.db", f"UPDATE event_log SET {name} = ?", value)  # noqa: S608 - a name of ours
        with pytest.raises(DamagedError, match="event_log 1 is not as it was written"):
            store.read_log()


def test_a_page_that_is_short_is_the_last_one_also_where_rows_are_left_out(
    store: Store, tmp_path: Path
) -> None:
    store.commit(batch(*(sample(ProcessInstance, key) for key in range(2, 11))))
    run(tmp_path / "s.db", "UPDATE process_instance SET version = 99 WHERE key IN (2, 3, 7)")
    found = store.scan(ProcessInstance, {}, limit=4)
    assert [row.key for row in found] == [1, 4, 5, 6]
    assert [row.key for row in store.scan(ProcessInstance, {}, after=(6,), limit=4)] == [8, 9, 10]


# Chance: whatever can be read of a damaged database is what was written.


def everything(store: Store) -> tuple[dict[type[Row], set[bytes]], list[LogEntry]]:
    """All that scans give, and the log."""
    rows = {table: {repr(astuple(row)).encode() for row in store.scan(table, {})} for table in TABLES}
    return rows, list(store.read_log())


def flip(content: bytearray, chance: random.Random) -> None:
    """Turn one bit over, where there is something."""
    place = chance.choice([place for place, byte in enumerate(content) if byte])
    content[place] ^= 1 << chance.randrange(8)


def empty_page(content: bytearray, chance: random.Random) -> None:
    """Nothing but zeros in a page, but for the first one."""
    page = chance.randrange(1, len(content) // PAGE)
    content[page * PAGE : (page + 1) * PAGE] = bytes(PAGE)


@pytest.mark.parametrize("attack", [flip, empty_page])
def test_what_can_be_read_of_a_damaged_database_is_what_was_written(
    path: Path, attack: Any, caplog: pytest.LogCaptureFixture
) -> None:
    pristine = path.read_bytes()
    store = open_store(f"sqlite:///{path}")
    rows, log = everything(store)
    instances = [row.key for row in store.scan(ProcessInstance, {})]
    loaded = {key: store.load_instance(key) for key in instances}
    store.close()
    pristine = path.read_bytes()
    mark = path.with_name("a.db-commit").read_bytes()
    noticed = 0
    for seed in range(SEEDS):
        content = bytearray(pristine)
        attack(content, random.Random(seed))
        path.write_bytes(content)
        path.with_name("a.db-commit").write_bytes(mark)
        noticed += is_noticed(path, rows, log, loaded)
    assert noticed > SEEDS // 3


def is_noticed(path: Path, rows: Any, log: Any, loaded: dict[int, Any]) -> bool:
    """Open a damaged database and read all of it; answers whether anything was refused. Raises
    `AssertionError` where something is read that was not written.
    """
    try:
        store = open_store(f"sqlite:///{path}")
    except StoreError:
        return True
    noticed = False
    try:
        for table, expected in rows.items():
            if table is Partition:
                continue
            try:
                found = {repr(astuple(row)).encode() for row in store.scan(table, {})}
            except StoreError:
                noticed = True
                continue
            assert found <= expected, (table, found - expected)
            noticed |= found != expected
        try:
            assert list(store.read_log()) == log
        except StoreError:
            noticed = True
        for key, expected in loaded.items():
            try:
                assert store.load_instance(key) == expected
            except (DamagedInstance, StoreError):
                noticed = True
    finally:
        store.close()
    return noticed
