"""docs/limits.md names every limit there is, with the default that it has and what shows it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest

from counterflow.edge import bounds
from counterflow.edge.http import bodies, records, serving
from counterflow.edge.http import forms as http_forms
from counterflow.feel.run import Limits as FeelLimits
from counterflow.kernel.data import assignments
from counterflow.kernel.elements import ad_hoc_activation
from counterflow.kernel.lives import migration_plan, modification_instructions
from counterflow.kernel.work.budget import ProcessLimits
from counterflow.model import schedules
from counterflow.service import forms, polls, requests, rests
from counterflow.settings import SETTINGS, Settings
from counterflow.settings.table import LIMITS
from counterflow.wire import fields as wire_fields
from counterflow.wire import reflection
from counterflow.wire.http2.limits import ConnectionLimits
from counterflow.wire.native import reception, rounds
from counterflow.wire.native.limits import ServerLimits, WireLimits
from tests.hostile.attack import FOLDER

ROOT = Path(__file__).parents[2]
MEBIBYTE = 1024 * 1024
CLASSES: tuple[Any, ...] = (WireLimits, ConnectionLimits, ServerLimits, ProcessLimits)
CONSTANTS = {
    "ad_hoc_activation.AT_ONCE": ad_hoc_activation.AT_ONCE,
    "assignments.CANDIDATES": assignments.CANDIDATES,
    "assignments.NAME_LENGTH": assignments.NAME_LENGTH,
    "fields.FIELDS": wire_fields.FIELDS,
    "forms.ID_LENGTH": forms.ID_LENGTH,
    "bodies.BODY_SECONDS": bodies.BODY_SECONDS,
    "bodies.LARGE_BYTES": bodies.LARGE_BYTES,
    "records.OBJECTS": records.OBJECTS,
    "forms.FILES": http_forms.FILES,
    "serving.HEADER_BYTES": serving.HEADER_BYTES,
    "serving.HEADER_SECONDS": serving.HEADER_SECONDS,
    "serving.IDLE_SECONDS": serving.IDLE_SECONDS,
    "bounds.NAME_LENGTH": bounds.NAME_LENGTH,
    "migration_plan.LARGEST": migration_plan.LARGEST,
    "bounds.ENTRIES": bounds.ENTRIES,
    "requests.VARIABLES": requests.VARIABLES,
    "requests.NESTING": requests.NESTING,
    "requests.START_INSTRUCTIONS": requests.START_INSTRUCTIONS,
    "polls.JOBS_AT_ONCE": polls.JOBS_AT_ONCE,
    "requests.TAGS": requests.TAGS,
    "requests.BUSINESS_ID_LENGTH": requests.BUSINESS_ID_LENGTH,
    "modification_instructions.AT_ONCE": modification_instructions.AT_ONCE,
    "reception.CALLS_AT_EASE": reception.CALLS_AT_EASE,
    "reception.CALL_BYTES": reception.CALL_BYTES,
    "rounds.LARGE_BYTES": rounds.LARGE_BYTES,
    "schedules.LEAST_WAIT_MS": schedules.LEAST_WAIT_MS,
    "rounds.WORK_IN_TURN": rounds.WORK_IN_TURN,
    "rests.LONG_SECONDS": rests.LONG_SECONDS,
    "reflection.QUESTION_BYTES": reflection.QUESTION_BYTES,
}
NO_LIMITS = {
    "WireLimits.message_bytes",
    "WireLimits.compressed_bytes",
    "WireLimits.age_seconds",
    "WireLimits.http2",
    "ServerLimits.connections",
    "ServerLimits.connections_per_address",
    "ServerLimits.client_bytes",
    "ServerLimits.waiting_calls",
    "ProcessLimits.steps",
    "ProcessLimits.variable_bytes",
    "ProcessLimits.message_bytes",
}
"""Settings of their own, and what is no limit."""
ROW = re.compile(
    r"^\| `(?P<name>[\w.]+)` \| (?P<default>[^|]+) \| (?P<protects>[^|]+) \| (?P<shown>[^|]+) \|$"
)


class Row(NamedTuple):
    name: str
    default: str
    protects: str
    shown: str


def rows() -> list[Row]:
    lines = (ROOT / "docs" / "limits.md").read_text().splitlines()
    return [Row(**found.groupdict()) for line in lines if (found := ROW.match(line))]


def limits() -> Iterator[tuple[str, object]]:
    """Every limit of the program and its default."""
    for setting in SETTINGS:
        if setting.section == LIMITS:
            yield setting.name, getattr(Settings(), setting.name)
    for group in CLASSES:
        names = group._fields if issubclass(group, tuple) else [field.name for field in fields(group)]
        for field in names:
            name = f"{group.__name__}.{field}"
            if name not in NO_LIMITS:
                yield name, getattr(group(), field)
    yield from CONSTANTS.items()


def expressions() -> Iterator[tuple[str, object]]:
    """What one evaluation may take."""
    yield from ((f"Limits.{name}", value) for name, value in msgspec.structs.asdict(FeelLimits()).items())


def as_read(name: str, value: object) -> str:
    """A default as a person reads it."""
    assert isinstance(value, int | float)
    if isinstance(value, int) and value >= MEBIBYTE and not value % MEBIBYTE:
        return f"{value // MEBIBYTE:,} MiB"
    unit = " ms" if name.lower().endswith("_ms") else " s" if name.lower().endswith("_seconds") else ""
    return f"{value:,g}{unit}" if isinstance(value, float) else f"{value:,}{unit}"


def test_every_limit_has_its_row_and_its_default() -> None:
    found = {row.name: row.default for row in rows()}
    expected = {name: as_read(name, value) for name, value in chain(limits(), expressions())}
    assert found == expected


@pytest.mark.parametrize("row", rows(), ids=lambda row: str(row.name))
def test_what_shows_a_limit_is_there(row: Row) -> None:
    for name in re.findall(r"`([^`]+)`", row.shown):
        assert (FOLDER / f"{name}.py").is_file() or (ROOT / name).is_file(), name
    assert row.protects.strip() not in {"", "?"}
    assert "`" in row.shown
