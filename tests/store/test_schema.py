"""Opening a database brings its schema up to date, or says why it cannot and touches nothing."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory

from counterflow.store.errors import DatabaseTooNewError, ForeignDatabaseError
from counterflow.store.open import open_store
from counterflow.store.port import StoreError
from counterflow.store.sql import migrating, schema

FIRST_STEP = """
revision = "0001"
down_revision = None
"""
FAILING_STEP = """
from alembic import op
from sqlalchemy import Column, Integer

revision = "0002"
down_revision = "0001"

def upgrade():
    op.create_table("half_way", Column("key", Integer, primary_key=True))
    op.execute("INSERT INTO nowhere VALUES (1)")
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A database of the current schema."""
    made = tmp_path / "a.db"
    open_store(f"sqlite:///{made}").close()
    return made


def run(path: Path, text: str) -> list[tuple[object, ...]]:
    """What the file says when asked directly."""
    connection = sqlite3.connect(path)
    try:
        with connection:
            return connection.execute(text).fetchall()
    finally:
        connection.close()


def test_the_program_names_the_last_step() -> None:
    assert ScriptDirectory(str(migrating.MIGRATIONS)).get_current_head() == schema.HEAD


def test_a_new_database_is_marked_with_it(path: Path) -> None:
    assert run(path, "SELECT version_num FROM alembic_version") == [(schema.HEAD,)]


def test_a_database_of_a_later_version_is_refused_and_left_alone(path: Path) -> None:
    run(path, "UPDATE alembic_version SET version_num = '9999'")
    before = path.read_bytes()
    with pytest.raises(
        DatabaseTooNewError, match=rf"has schema 9999; Counterflow .* knows schemas up to {schema.HEAD}"
    ):
        open_store(f"sqlite:///{path}")
    assert path.read_bytes() == before


ALEMBIC = "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"
THEIR_MARK = f"INSERT INTO alembic_version VALUES ('{schema.HEAD}')"  # noqa: S608 - our own name
THEIRS = [
    (["CREATE TABLE customer (id INTEGER PRIMARY KEY)"], "customer"),
    (["CREATE VIEW customer AS SELECT 1 AS id"], "customer"),
    (
        [ALEMBIC, THEIR_MARK, "CREATE TABLE customer (id)"],
        "alembic_version, customer",
    ),
    ([ALEMBIC, "INSERT INTO alembic_version VALUES ('0005')"], "alembic_version"),
]


@pytest.mark.parametrize("texts, names", THEIRS)
def test_a_database_of_somebody_else_is_refused_and_left_alone(
    tmp_path: Path, texts: list[str], names: str
) -> None:
    """To the byte: it is not even written in another way from now on."""
    path = tmp_path / "theirs.db"
    for text in texts:
        run(path, text)
    before = path.read_bytes()
    with pytest.raises(ForeignDatabaseError, match=f"holds tables that are not Counterflow's: {names}"):
        open_store(f"sqlite:///{path}")
    assert path.read_bytes() == before
    assert not path.with_name("theirs.db-wal").exists()
    assert run(path, "PRAGMA journal_mode") == [("delete",)]


def test_a_database_that_was_emptied_is_as_a_new_one(tmp_path: Path) -> None:
    """What SQLite keeps for itself is nobody's."""
    path = tmp_path / "a.db"
    run(path, "CREATE TABLE customer (id INTEGER PRIMARY KEY AUTOINCREMENT)")
    run(path, "DROP TABLE customer")
    assert run(path, "SELECT name FROM sqlite_master") == [("sqlite_sequence",)]
    open_store(f"sqlite:///{path}").close()
    assert run(path, "SELECT version_num FROM alembic_version") == [(schema.HEAD,)]


def test_a_step_that_fails_leaves_the_schema_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = tmp_path / "migrations"
    (steps / "versions").mkdir(parents=True)
    (steps / "env.py").write_text((migrating.MIGRATIONS / "env.py").read_text())
    (steps / "versions" / "v0001.py").write_text(FIRST_STEP)
    (steps / "versions" / "v0002.py").write_text(FAILING_STEP)
    monkeypatch.setattr(migrating, "MIGRATIONS", steps)
    path = tmp_path / "a.db"
    run(path, "CREATE TABLE event_log (position INTEGER PRIMARY KEY)")
    run(path, "CREATE TABLE alembic_version (version_num TEXT)")
    run(path, "INSERT INTO alembic_version VALUES ('0001')")
    before = run(path, "SELECT name FROM sqlite_master")
    with pytest.raises(StoreError, match="no such table: nowhere"):
        open_store(f"sqlite:///{path}")
    assert run(path, "SELECT name FROM sqlite_master") == before
    assert run(path, "SELECT version_num FROM alembic_version") == [("0001",)]


def test_a_table_that_cannot_be_made_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.db"
    with monkeypatch.context() as patched:
        patched.setattr(schema, "BEGUN", "INSERT INTO nowhere VALUES (1)")
        with pytest.raises(StoreError, match="no such table: nowhere"):
            open_store(f"sqlite:///{path}")
    assert run(path, "SELECT name FROM sqlite_master") == []
    open_store(f"sqlite:///{path}").close()


def imported_on_opening(url: str) -> set[str]:
    """The top-level modules that a fresh process has imported once the store is open."""
    program = f"import sys; from counterflow.store.open import open_store; open_store({url!r}).close(); print(*sys.modules)"
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return {name.split(".")[0] for name in found.stdout.split()}


@pytest.mark.parametrize("name", ["a.db", "new.db"])
def test_a_database_that_is_current_or_new_is_opened_without_a_library(path: Path, name: str) -> None:
    imported = imported_on_opening(f"sqlite:///{path.with_name(name)}")
    assert imported.isdisjoint({"alembic", "sqlalchemy"})
