"""From a URL to a store: what is understood, what is refused, and in which words."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from counterflow.kernel.rows import Partition
from counterflow.store.errors import DatabaseInUseError, ForeignDatabaseError, UnsupportedDatabaseError
from counterflow.store.memory import MemoryStore
from counterflow.store.open import masked, open_store
from counterflow.store.port import Batch, StoreError

REFUSED = [
    (
        "postgresql+psycopg://localhost/counterflow",
        r"PostgreSQL comes in a later version.*expected sqlite:///FILE or memory:",
    ),
    ("postgresql://localhost/counterflow", r"PostgreSQL comes in a later version"),
    (
        "mysql://localhost/x",
        r"mysql is not a database that Counterflow uses: expected sqlite:///FILE or memory:",
    ),
    ("sqlite+aiosqlite:///x.db", r"sqlite\+aiosqlite is not a database that Counterflow uses"),
    ("sqlite://", r"sqlite:// without a file keeps nothing: expected sqlite:///FILE"),
    ("sqlite:///:memory:", r"without a file keeps nothing"),
    ("sqlite:///a.db?mode=ro", r"mode is an option that Counterflow does not know: expected sqlite:///FILE"),
    ("sqlite:///a.db?%1b[31m", r"'\\x1b\[31m' is an option that Counterflow does not know"),
    ("sqlite:///a.db?=", r"'' is an option that Counterflow does not know"),
    ("sqlite:///a%00b.db", r"'sqlite:///a%00b\.db' names nothing that could be a file: expected"),
    ("sqlite:///a\0b.db", r"'sqlite:///a\\x00b\.db' names nothing that could be a file: expected"),
    ("sqlite:////", r"'sqlite:////' names nothing that could be a file: expected sqlite:///FILE"),
    ("sqlite:///.", r"'sqlite:///\.' names nothing that could be a file"),
    ("data.db", r"'data\.db' is not the URL of a database: expected sqlite:///FILE or memory:"),
    ("", r"'' is not the URL of a database"),
]


@pytest.mark.parametrize("url, words", REFUSED)
def test_a_url_of_no_store_is_refused_with_what_is_expected(url: str, words: str) -> None:
    with pytest.raises(UnsupportedDatabaseError, match=words):
        open_store(url)


def test_a_password_in_a_url_is_not_repeated() -> None:
    with pytest.raises(UnsupportedDatabaseError) as refused:
        open_store("mysql://me:secret@localhost/x")
    assert "secret" not in str(refused.value)


def test_memory_forgets() -> None:
    store = open_store("memory:")
    assert isinstance(store, MemoryStore)
    store.commit(Batch({Partition: [Partition(1, 2, 3)]}, {}, []))
    assert open_store("memory:").get(Partition, (1,)) is None


def test_a_file_is_made_where_there_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    open_store("sqlite:///relative.db").close()
    open_store(f"sqlite:///{tmp_path}/odd%20name%25 ünï.db").close()
    open_store("sqlite:///not%FFa text.db").close()
    assert {os.fsencode(path.name) for path in tmp_path.glob("*.db")} == {
        b"relative.db",
        "odd name% ünï.db".encode(),
        b"not\xffa text.db",
    }


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"the folder .*/missing does not exist"):
        open_store(f"sqlite:///{tmp_path}/missing/a.db")


def test_a_folder_is_not_a_file(tmp_path: Path) -> None:
    (tmp_path / "a.db").mkdir()
    with pytest.raises(StoreError, match=r"cannot open .*a\.db.*SQLITE_CANTOPEN"):
        open_store(f"sqlite:///{tmp_path}/a.db")


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear reader, " * 500)
    with pytest.raises(ForeignDatabaseError, match=r"letter\.txt is not a SQLite database"):
        open_store(f"sqlite:///{path}")
    assert path.read_text() == "Dear reader, " * 500


def test_a_database_has_one_writer_by_whatever_name(tmp_path: Path) -> None:
    (tmp_path / "link.db").symlink_to(tmp_path / "a.db")
    store = open_store(f"sqlite:///{tmp_path / 'a.db'}")
    for name in ("a.db", "link.db"):
        with pytest.raises(DatabaseInUseError, match=rf"a\.db is in use by process {os.getpid()}"):
            open_store(f"sqlite:///{tmp_path / name}")
    store.close()
    open_store(f"sqlite:///{tmp_path / 'link.db'}").close()


def test_a_refused_file_is_not_left_locked(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    path.write_text("not a database " * 500)
    with pytest.raises(ForeignDatabaseError):
        open_store(f"sqlite:///{path}")
    path.unlink()
    open_store(f"sqlite:///{path}").close()


@pytest.mark.parametrize(
    "url, shown",
    [
        ("postgresql+psycopg://me:s@cret@localhost/x", "postgresql+psycopg://me:***@localhost/x"),
        (
            "postgresql://localhost/x?user=me&password=secret&sslpassword=other",
            "postgresql://localhost/x?user=me&password=***&sslpassword=***",
        ),
        ("not a url://me:secret@host", "not a url://me:***@host"),
        ("sqlite:////var/lib/counterflow.db", "sqlite:////var/lib/counterflow.db"),
        ("memory:", "memory:"),
        ("postgres:me:s@cret@host/x", "postgres:***@host/x"),
        ("sqlite:///data@home.db", "sqlite:///data@home.db"),
    ],
)
def test_a_url_is_shown_without_its_password(url: str, shown: str) -> None:
    assert masked(url) == shown
