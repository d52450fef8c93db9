"""Bringing running instances to another version, on the command line."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.behaviours.script import BOOK
from tests.cli.commands import CommandLine

MODELS = BOOK / "migration"
NUMBERS = itertools.count(1)


class Trip(NamedTuple):
    """A process of its own, in a server that other tests use as well, and an instance whose hotel and car are
    booked.
    """

    process: str
    key: int
    folder: Path

    def file(self, name: str) -> Path:
        """A version of the process."""
        path = self.folder / name
        text = (MODELS / name).read_text(encoding="utf-8").replace('"trip"', f'"{self.process}"')
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path


@pytest.fixture
def trip(counterflow: CommandLine, tmp_path: Path) -> Trip:
    found = Trip(f"trip-{next(NUMBERS)}", 0, tmp_path)
    counterflow.good("deploy", found.file("trip.bpmn"))
    key = counterflow.start(found.process)
    counterflow.complete(key, "hotel", "car")
    return found._replace(key=key)


def version(counterflow: CommandLine, key: int) -> int:
    return int(counterflow.good("show", key, "--json").json["processInstance"]["version"])


def test_all_of_a_version_go_to_the_latest(counterflow: CommandLine, trip: Trip) -> None:
    name = trip.process
    others = [counterflow.start(name) for _ in range(3)]
    counterflow.good("deploy", trip.file("second/trip.bpmn"))
    run = counterflow.good("migrate", "--from", f"{name}:1", "--to", name)
    assert run.words == f"Migrated 4 process instances to version 2 of {name}.\n"
    assert {version(counterflow, key) for key in (trip.key, *others)} == {2}
    assert counterflow.good("migrate", "--from", name, "--to", f"{name}:2").words.startswith("Migrated 0 ")


def test_a_dry_run_says_everything_and_changes_nothing(counterflow: CommandLine, trip: Trip) -> None:
    counterflow.start(trip.process)
    counterflow.good("deploy", trip.file("second/trip-without-undo.bpmn"))
    run = counterflow("migrate", "--from", f"{trip.process}:1", "--to", f"{trip.process}:2", "--dry-run")
    assert run.code == 4
    rows = [line.split() for line in run.data.splitlines()]
    assert ["job", "pay", "pay", "moved", "1"] in rows
    assert ["undo", "hotel", "-", "lost", "1"] in rows
    assert ["timer", "late", "late", "moved", "1"] in rows
    assert f"would lose: what 'hotel' has done could no longer be undone  ({trip.key})" in run.data
    assert run.words == "1 of 2 process instances would move; nothing was changed.\n"
    (plan,) = counterflow("migrate", "--instance", trip.key, "--to", trip.process, "--dry-run", "--json").json
    assert plan["losses"] == ["what 'hotel' has done could no longer be undone"]
    assert version(counterflow, trip.key) == 1


def test_losing_is_refused_until_it_is_accepted(counterflow: CommandLine, trip: Trip) -> None:
    counterflow.good("deploy", trip.file("second/trip-without-undo.bpmn"))
    refused = counterflow("migrate", "--instance", trip.key, "--to", trip.process)
    assert refused.code == 4
    assert "Migrated 0 of 1 process instance" in refused.words
    assert "could no longer be undone; nothing was changed" in refused.words
    counterflow.good("migrate", "--instance", trip.key, "--to", trip.process, "--accept-losses")
    assert version(counterflow, trip.key) == 2


def test_elements_are_mapped_by_hand(counterflow: CommandLine, trip: Trip) -> None:
    counterflow.good("deploy", trip.file("second/trip-renamed.bpmn"))
    asked = ("migrate", "--instance", trip.key, "--to", trip.process)
    run = counterflow(*asked, "--map", "pay=nobody", "--json")
    assert (run.code, run.json[0]["migrated"]) == (4, False)
    assert "has none with the id 'nobody'" in run.json[0]["error"]
    counterflow.good(*asked, "--map", "pay=charge")


@pytest.mark.parametrize(
    "arguments, code, words",
    [
        (["--to", "trip"], 2, "Expected --from ID[:VERSION]"),
        (["--to", "trip", "--from", "trip", "--instance", "7"], 2, "or --instance KEY"),
        (["--to", "nobody", "--from", "trip"], 3, "--to: expected a deployed process"),
        (["--to", "trip:9", "--from", "trip"], 3, "found none for 'trip:9'"),
        (["--to", "trip:x", "--from", "trip"], 2, "found 'x'"),
        (["--to", "trip", "--from", "trip", "--map", "pay"], 2, "--map: expected A=B"),
        (["--to", "trip", "--instance", "7"], 3, "no such active process instance"),
        (["--to", "trip", "--instance", "7", "--dry-run"], 3, "no such active process instance"),
    ],
)
def test_what_cannot_be_done_is_told(
    counterflow: CommandLine, trip: Trip, arguments: list[str], code: int, words: str
) -> None:
    run = counterflow("migrate", *(word.replace("trip", trip.process) for word in arguments))
    assert run.code == code
    assert words.replace("trip", trip.process) in run.words
