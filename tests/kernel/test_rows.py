"""Rows know their table and their place in it."""

from __future__ import annotations

import pytest

from counterflow.kernel import rows
from counterflow.kernel.row import Row
from counterflow.kernel.rows import (
    INSTANCE_TABLES,
    PLACES,
    TABLES,
    ArrivedToken,
    Partition,
    Quarantine,
    Variable,
    as_key,
    key_of,
)

SHARED = {
    *(
        "partition",
        "resource",
        "process_definition",
        "decision_requirements",
        "decision_definition",
        "bound_decision",
        "form",
        "bound_form",
        "ended_user_task",
    ),
    *(
        "ended_element",
        "ended_job",
        "ended_incident",
        "ended_variable",
        "unfilled",
    ),
    *(
        "start_timer",
        "message_start",
        "signal_start",
        "conditional_start",
        "message",
        "message_correlation",
        "start_lock",
    ),
    *("undertaking", "errand", "carried"),
    *("suspended_definition", "suspended_job_type"),
}


def test_every_row_has_a_table_of_its_own() -> None:
    assert set(TABLES) == set(Row.__subclasses__())
    assert len({table.table for table in TABLES}) == len(TABLES)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.table)
def test_key_and_instance_are_fields(table: type[Row]) -> None:
    fields = set(table.__struct_fields__)
    assert set(table.key_fields) <= fields
    assert table.instance_field in fields | {""}
    assert table.__struct_config__.frozen


def test_tables_of_instances() -> None:
    assert {table.table for table in TABLES if table not in INSTANCE_TABLES} == SHARED
    assert (
        INSTANCE_TABLES[0] is rows.ProcessInstance
    )  # the header is written and loaded before what hangs on it


@pytest.mark.parametrize(
    "row, key",
    [
        (Partition(1, 5, 6), (1,)),
        (Variable(3, "name", 9, b"1"), (3, "name")),
        (ArrivedToken(3, "flow", 9, "join", 1), (3, "flow")),
        (Quarantine(9, "why", 0), (9,)),
    ],
)
def test_keys(row: Row, key: tuple[int | str, ...]) -> None:
    assert key_of(row) == key
    assert as_key(PLACES[type(row)](row)) == key
