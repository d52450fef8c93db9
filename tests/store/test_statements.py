"""The statements: each is answered by an index, and none stands in PostgreSQL's way."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from counterflow.kernel.row import Row
from counterflow.kernel.rows import (
    INSTANCE_TABLES,
    TABLES,
    DecisionDefinition,
    Job,
    ProcessDefinition,
    ProcessInstance,
    Variable,
)
from counterflow.store.open import open_store
from counterflow.store.port import Key, Where
from counterflow.store.sql.dialects import SQLITE
from counterflow.store.sql.statements import Statements

Plan = tuple[type[Row], Where, Key | None, str]
PLANS: list[Plan] = [
    (Job, {"process_instance_key": 1}, None, "INDEX ix_job_instance (process_instance_key=?)"),
    (
        Job,
        {"process_instance_key": frozenset({1, 2, 3})},
        None,
        "INDEX ix_job_instance (process_instance_key=?)",
    ),
    (Job, {}, (1,), "INTEGER PRIMARY KEY (rowid>?)"),
    (Variable, {"scope_key": 1}, None, "INDEX sqlite_autoindex_variable_1 (scope_key=?)"),
    (Variable, {}, (1, "a"), "INDEX sqlite_autoindex_variable_1 ((scope_key,name)>(?,?))"),
    (ProcessInstance, {"state": "active"}, (1,), "INDEX ix_process_instance_active"),
    (
        ProcessInstance,
        {"bpmn_process_id": "a"},
        (1,),
        "INDEX ix_process_instance_process (bpmn_process_id=? AND rowid>?)",
    ),
    (
        DecisionDefinition,
        {"decision_id": "a"},
        (1,),
        "INDEX ix_decision_definition_decision (decision_id=? AND rowid>?)",
    ),
    (
        ProcessDefinition,
        {"bpmn_process_id": "a", "version": 1},
        None,
        "INDEX ix_process_definition_version (bpmn_process_id=? AND version=?)",
    ),
]


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    """To ask SQLite what it would do."""
    path: Path = tmp_path_factory.mktemp("plans") / "a.db"
    open_store(f"sqlite:///{path}").close()
    with closing(sqlite3.connect(path)) as opened:
        yield opened


def plan(connection: sqlite3.Connection, text: str, parameters: tuple[object, ...]) -> str:
    """SQLite's plan, in its words."""
    return "; ".join(row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {text}", parameters))


@pytest.mark.parametrize("row, where, after, expected", PLANS)
def test_a_scan_is_answered_by_an_index(
    connection: sqlite3.Connection,
    row: type[Row],
    where: Where,
    after: Key | None,
    expected: str,
) -> None:
    text, parameters = Statements(SQLITE).scan(row, where, after, 10)
    found = plan(connection, text, parameters)
    assert expected in found
    is_ordered = not any(isinstance(value, frozenset) for value in where.values())
    assert ("TEMP B-TREE" not in found) == is_ordered, "the index gives the order too, save that of a set"


def test_loading_an_instance_scans_no_table(connection: sqlite3.Connection) -> None:
    plans = [plan(connection, text, (1,)) for text in Statements(SQLITE).instance]
    assert len(plans) == len(INSTANCE_TABLES)
    assert all(found.startswith("SEARCH") for found in plans), plans


def test_the_log_of_an_instance_is_answered_by_an_index(connection: sqlite3.Connection) -> None:
    text, parameters = Statements(SQLITE).read_log({"process_instance_key": 1}, 5, 10)
    assert "ix_event_log_instance (process_instance_key=? AND rowid>?)" in plan(connection, text, parameters)


def test_a_scan_is_written_once_for_all_values() -> None:
    statements = Statements(SQLITE)
    texts = {
        statements.scan(Job, {"state": state, "type": f"type {number}"}, (number,), number)[0]
        for number, state in enumerate("abc")
    }
    assert len(texts) == 1


def test_sets_of_about_the_same_size_share_a_text() -> None:
    statements = Statements(SQLITE)
    texts = {
        count: statements.scan(Job, {"process_instance_key": frozenset(range(count))}, None, None)
        for count in range(10)
    }
    assert len({text for text, _ in texts.values()}) == 5
    assert texts[0][1] == (None,)
    assert texts[5][1] == (0, 1, 2, 3, 4, None, None, None)
    assert texts[8][1] == tuple(range(8))


def test_values_are_parameters_save_those_of_partial_indexes() -> None:
    statements = Statements(SQLITE)
    text, parameters = statements.scan(
        ProcessInstance, {"state": "x' OR '1'='1", "bpmn_process_id": "y"}, None, None
    )
    assert "'" not in text
    assert parameters == ("x' OR '1'='1", "y")
    text, parameters = statements.scan(ProcessInstance, {"state": "active", "ended_at_ms": None}, None, None)
    assert "'active'" in text
    assert "IS NULL" in text
    assert parameters == ()


def test_another_dialect_has_the_same_statements_with_its_own_parameters() -> None:
    statements = Statements(replace(SQLITE, parameter="%s"))
    assert all("ON CONFLICT" in statements.upsert[row] for row in TABLES)
    text, parameters = statements.scan(Variable, {"scope_key": 7}, (7, "a"), 10)
    assert text.count("%s") == len(parameters) == 4
    assert parameters == (7, 7, "a", 10)
