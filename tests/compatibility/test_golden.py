"""A database of every earlier schema opens, has what its log tells, and goes on as if nothing had changed.

The databases are SQL text, each written by the last version that had that schema (`python -m
tests.compatibility`).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from counterflow.kernel.rows import TABLES, ElementInstance
from counterflow.store.open import open_store
from counterflow.store.sql import migrating, schema
from counterflow.testing import Engine
from tests.compatibility.story import PLACES, finish
from tests.simulation.fold import check_replay

GOLDEN = sorted(Path(__file__).parent.glob("schema-*.sql"))
EMPTY = {
    *("user_task_transition", "waiting_work"),
    *("user_task", "ended_user_task", "user_task_candidate", "form", "bound_form"),
    *("decision_requirements", "decision_definition", "bound_decision", "arrived_token"),
    *("start_timer", "message_start", "message_correlation", "start_lock"),
    *("sweep", "undertaking", "errand", "carried"),
    *("signal_subscription", "signal_start"),
    *("conditional_subscription", "conditional_start"),
    *("arrived_part", "ended_incident", "unfilled"),
    *("suspension", "suspended_definition", "suspended_job_type"),
}
"""The tables of which the story has nothing."""


def written(golden: Path, folder: Path) -> Path:
    """The database that SQL text describes."""
    made = folder / "golden.db"
    connection = sqlite3.connect(made)
    connection.executescript(golden.read_text())
    connection.close()
    return made


@pytest.fixture(params=GOLDEN, ids=lambda path: path.stem)
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A golden database."""
    return written(request.param, tmp_path)


@pytest.fixture
def engine(path: Path) -> Iterator[Engine]:
    """An engine of this version on it."""
    store = open_store(f"sqlite:///{path}")
    yield Engine(store)
    store.close()


def test_every_schema_before_this_one_has_a_golden_database() -> None:
    known = {step.revision for step in ScriptDirectory(str(migrating.MIGRATIONS)).walk_revisions()}
    assert {path.stem.removeprefix("schema-") for path in GOLDEN} >= known - {schema.HEAD}


def made_by(path: Path) -> list[tuple[object, ...]]:
    """What a database says of how its tables and indexes are made."""
    connection = sqlite3.connect(path)
    try:
        return connection.execute("SELECT name, sql FROM sqlite_master ORDER BY name").fetchall()
    finally:
        connection.close()


@pytest.mark.parametrize("golden", GOLDEN, ids=lambda path: path.stem)
def test_the_migrations_up_to_it_make_what_they_made_then(golden: Path, tmp_path: Path) -> None:
    then, now = written(golden, tmp_path), tmp_path / "now.db"
    engine = create_engine(f"sqlite:///{now}")
    with engine.begin() as attached:
        config = Config(attributes={"connection": attached})
        config.set_main_option("script_location", str(migrating.MIGRATIONS))
        command.upgrade(config, golden.stem.removeprefix("schema-"))
    engine.dispose()
    assert made_by(now) == made_by(then)


def test_it_is_migrated_when_it_is_opened(engine: Engine, path: Path) -> None:
    connection = sqlite3.connect(path)
    assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [(schema.HEAD,)]
    connection.close()


def test_its_rows_are_those_that_its_log_tells_of(engine: Engine) -> None:
    assert {table.table for table in TABLES if not engine.store.scan(table, {})} == EMPTY
    assert list(check_replay(engine.store)) == []


def test_every_instance_goes_on_from_where_it_stood(engine: Engine) -> None:
    assert finish(engine) == {
        place: "terminated" if place == "cancelled" else "completed" for place in PLACES
    }
    assert list(check_replay(engine.store)) == []


@pytest.mark.parametrize(
    "state, error_type, phase",
    [
        ("completing", "CONDITION_ERROR", "flows"),
        ("completing", "IO_MAPPING_ERROR", ""),
        ("activated", "JOB_NO_RETRIES", ""),
    ],
)
def test_what_an_incident_has_held_goes_on_in_its_phase(
    state: str, error_type: str, phase: str, tmp_path: Path
) -> None:
    made = written(Path(__file__).with_name("schema-0002.sql"), tmp_path)
    connection = sqlite3.connect(made)
    ((key,),) = connection.execute("SELECT element_instance_key FROM incident").fetchall()
    connection.execute("UPDATE incident SET error_type = ?", (error_type,))
    connection.execute("UPDATE element_instance SET state = ? WHERE key = ?", (state, key))
    connection.commit()
    connection.close()
    store = open_store(f"sqlite:///{made}")
    (element,) = [row for row in store.scan(ElementInstance, {}) if row.key == key]
    store.close()
    assert element.phase == phase
