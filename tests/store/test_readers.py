"""Connections that read are lent out and come back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Barrier, Thread

import pytest

from counterflow.store.port import StoreError
from counterflow.store.sql.dialects import SQLITE, DatabaseConnection
from counterflow.store.sql.readers import Readers

NOWHERE = Path(":memory:")


class Opened:
    """Connections to an empty database, counted."""

    def __init__(self, path: Path) -> None:
        self.connections: list[DatabaseConnection] = []
        self.readers = Readers(replace(SQLITE, connect=self.connect), path)

    def connect(self, path: Path) -> DatabaseConnection:
        """As ever, and remember it."""
        self.connections.append(SQLITE.connect(path))
        return self.connections[-1]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    """Readers of an empty database."""
    made = Opened(tmp_path / "a.db")
    yield made
    made.readers.close()


def test_one_reader_after_another_shares_a_connection(opened: Opened) -> None:
    for number in range(5):
        assert opened.readers.fetch("SELECT ?", (number,)) == [(number,)]
        assert opened.readers.fetch_together(["SELECT ?", "SELECT ? + 1"], (number,)) == [
            [(number,)],
            [(number + 1,)],
        ]
    assert len(opened.connections) == 1


def test_a_query_that_fails_gives_its_connection_back(opened: Opened) -> None:
    for _ in range(3):
        with pytest.raises(StoreError, match=r"no such table: nowhere \(SQLITE_ERROR\); nothing was read"):
            opened.readers.fetch_together(["SELECT 1", "SELECT * FROM nowhere"], ())
    assert opened.readers.fetch("SELECT 1", ()) == [(1,)]
    assert len(opened.connections) == 1


def test_readers_at_one_moment_have_a_connection_each(opened: Opened) -> None:
    both_reading = Barrier(2, timeout=30)

    def connect(path: Path) -> DatabaseConnection:
        connection = SQLITE.connect(path)
        both_reading.wait()
        opened.connections.append(connection)
        return connection

    readers = Readers(replace(SQLITE, connect=connect), NOWHERE)
    threads = [Thread(target=readers.fetch, args=("SELECT 1", ())) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    readers.close()
    assert len(opened.connections) == 2


def test_what_is_lent_out_when_the_store_closes_is_closed_on_its_return(opened: Opened) -> None:
    connection = opened.connect(NOWHERE)
    lender = Readers(replace(SQLITE, connect=lambda _: connection), NOWHERE)

    def texts() -> Iterator[str]:
        yield "SELECT 1"
        lender.close()

    lender.fetch_together(texts(), ())
    with pytest.raises(StoreError, match="the store is closed; nothing was read"):
        lender.fetch("SELECT 1", ())
    with pytest.raises(SQLITE.errors, match="closed database"):
        connection.cursor()
