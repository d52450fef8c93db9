"""When the database refuses: the caller hears why, nothing of the batch is written, the next one is."""

from __future__ import annotations

import resource
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from counterflow.kernel.row import Row
from counterflow.kernel.rows import Job, Partition, Resource
from counterflow.store.open import open_store
from counterflow.store.port import Store, StoreError
from counterflow.store.sql import dialects
from tests.conformance.store_samples import batch, entry, sample


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the database is."""
    return tmp_path / "a.db"


@pytest.fixture
def store(path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """A store with one job in it, that does not wait for locks."""
    monkeypatch.setattr(dialects, "BUSY_TIMEOUT_S", 0.0)
    opened = open_store(f"sqlite:///{path}")
    opened.commit(batch(sample(Job, 1), log=[entry(1)]))
    yield opened
    opened.close()


@contextmanager
def at_its_file(path: Path) -> Iterator[sqlite3.Connection]:
    """Somebody else's connection to the same file."""
    with closing(sqlite3.connect(path, isolation_level=None, timeout=0)) as connection:
        yield connection


def check_refused(store: Store, words: str, *rows: Row) -> None:
    """The batch is refused with these words and has left nothing."""
    with pytest.raises(StoreError, match=rf"the database said: {words}.*nothing of the batch was written"):
        store.commit(
            batch(sample(Job, 1, state="changed"), *rows, deletes={Partition: [(1,)]}, log=[entry(2)])
        )
    assert list(store.scan(Job, {})) == [sample(Job, 1)]
    assert list(store.read_log()) == [entry(1)]


def check_goes_on(store: Store) -> None:
    """The next batch is written."""
    store.commit(batch(sample(Job, 2), log=[entry(2)]))
    assert [job.key for job in store.scan(Job, {})] == [1, 2]


def test_a_full_disk(store: Store) -> None:
    # The limit belongs to the connection that writes, so it is set there.
    writer: sqlite3.Connection = store._writer  # type: ignore[attr-defined] # no other door to it
    pages = writer.execute("PRAGMA page_count").fetchone()[0]
    writer.execute(f"PRAGMA max_page_count = {pages + 2}")
    check_refused(
        store, r"database or disk is full \(SQLITE_FULL\)", sample(Resource, content=bytes(1_000_000))
    )
    writer.execute("PRAGMA max_page_count = 1000000")
    check_goes_on(store)


def test_a_disk_that_fails(store: Store, path: Path) -> None:
    log_size = path.with_name("a.db-wal").stat().st_size
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (log_size + 10_000, before[1]))
    try:
        check_refused(store, r".*\(SQLITE_(IOERR_WRITE|FULL)\)", sample(Resource, content=bytes(1_000_000)))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    check_goes_on(store)


def test_a_refusal_in_the_middle_of_a_batch(store: Store, path: Path) -> None:
    with at_its_file(path) as connection:
        connection.execute(
            "CREATE TRIGGER refuse BEFORE INSERT ON event_log BEGIN SELECT RAISE(ABORT, 'not today'); END"
        )
        check_refused(store, "not today")
        connection.execute("DROP TRIGGER refuse")
    check_goes_on(store)


def test_a_refusal_that_rolls_back_by_itself(store: Store, path: Path) -> None:
    with at_its_file(path) as connection:
        connection.execute(
            "CREATE TRIGGER refuse BEFORE INSERT ON event_log BEGIN SELECT RAISE(ROLLBACK, 'not today'); END"
        )
        check_refused(store, "not today")
        connection.execute("DROP TRIGGER refuse")
    check_goes_on(store)


def test_a_lock_that_somebody_holds(store: Store, path: Path) -> None:
    with at_its_file(path) as connection:
        connection.execute("BEGIN IMMEDIATE")
        check_refused(store, r"database is locked \(SQLITE_BUSY\)")
        connection.execute("ROLLBACK")
    check_goes_on(store)


def test_a_fault_of_ours_is_raised_as_it_is_and_leaves_nothing(store: Store) -> None:
    class Stranger(Row, frozen=True):
        key: int

    with pytest.raises(KeyError):
        store.commit(batch(sample(Job, 2), Stranger(1)))
    assert list(store.scan(Job, {})) == [sample(Job, 1)]
    check_goes_on(store)


def test_a_read_that_fails_says_so(store: Store, path: Path) -> None:
    with at_its_file(path) as connection:
        connection.execute("ALTER TABLE job RENAME TO lost")
    for read in (lambda: store.get(Job, (1,)), lambda: store.scan(Job, {}), lambda: store.load_instance(1)):
        with pytest.raises(StoreError, match=r"the database said: no such table: job.*nothing was read"):
            read()
    with at_its_file(path) as connection:
        connection.execute("ALTER TABLE lost RENAME TO job")
    assert store.get(Job, (1,)) == sample(Job, 1)


def test_every_connection_writes_through_to_the_disk(store: Store) -> None:
    writer: sqlite3.Connection = store._writer  # type: ignore[attr-defined] # no other door to it
    assert writer.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert writer.execute("PRAGMA synchronous").fetchone() == (2,), "2 is FULL"
