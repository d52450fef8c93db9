"""Why an instance has not gone on, and what an undo would do, on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.commands import CommandLine
from tests.cli.models import BORDERED, REMINDED
from tests.queries.models import TRIP


@pytest.fixture(autouse=True)
def deployed(counterflow: CommandLine, tmp_path: Path) -> None:
    """What the tests start."""
    (tmp_path / "trip.bpmn").write_bytes(TRIP)
    counterflow.good("deploy", tmp_path / "trip.bpmn")


def test_why_names_what_is_waited_for_and_who_could_end_it(counterflow: CommandLine) -> None:
    key = counterflow.start("trip")
    told = " ".join(counterflow.good("why", key).data.split())
    assert f"trip {key} active" in told
    assert (
        "● Book hotel waits for a worker to take a job of type 'book-hotel'; no worker asks for this type"
        in told
    )
    assert "→ a worker for 'book-hotel', or a person (`counterflow jobs complete " in told
    (reason,) = counterflow.good("why", key, "--json").json["reasons"]
    assert (reason["kind"], reason["elementId"], reason["isAskedFor"]) == ("job", "book-hotel", False)


def test_why_of_what_has_ended_says_that_nothing_waits(counterflow: CommandLine) -> None:
    key = counterflow.start("trip")
    counterflow.good("cancel", key)
    assert "terminated: nothing is waited for" in counterflow.good("why", key).data


def test_an_undo_plan_says_what_would_run_on_what(counterflow: CommandLine) -> None:
    key = counterflow.start("trip")
    counterflow.complete(key, "book-hotel")
    told = " ".join(counterflow.good("undo-plan", key).data.split())
    assert "a compensation in trip would run 1 handler, in mirror order" in told
    assert "1st ↶ Cancel hotel undoes Book hotel" in told
    assert (
        counterflow.good("undo-plan", key, "--json").json["handlers"][0]["handlerElementId"] == "cancel-hotel"
    )


def test_an_undo_plan_says_what_a_failed_handler_holds_up_and_how_it_is_resolved(
    counterflow: CommandLine,
) -> None:
    key = counterflow.start("trip")
    counterflow.complete(key, "book-hotel")
    counterflow.complete(key, "book-car")
    (job,) = counterflow.good("jobs", "--instance", key, "--json").json
    counterflow.good("jobs", "fail", job["key"], "--retries", "0", "--message", "no line")
    told = " ".join(counterflow.good("undo-plan", key).data.split())
    (incident,) = counterflow.good("incidents", "--instance", key, "--json").json
    assert "a compensation in trip would run 0 more handlers" in told
    assert "1st ↶ Cancel car undoes Book car, has failed: nothing that waits for it begins until" in told
    assert f"incident {incident['key']} JOB_NO_RETRIES at cancel-car of trip" in told
    assert f"→ counterflow resolve {incident['key']}" in told
    held, *_ = counterflow.good("undo-plan", key, "--json").json["underway"]
    assert held["incidents"][0]["message"] == "no line"


def test_what_the_element_itself_waits_for_comes_first_and_then_or(
    counterflow: CommandLine, tmp_path: Path
) -> None:
    (tmp_path / "reminded.bpmn").write_bytes(REMINDED)
    counterflow.good("deploy", tmp_path / "reminded.bpmn")
    key = counterflow.start("reminded", {"order": "o-1"})
    lines = [line.strip() for line in counterflow.good("why", key).data.splitlines()]
    beginnings = [line.split(" waits")[0] for line in lines if " waits for " in line]
    assert beginnings == [
        "● Wait for the money",
        "or Wait for the money, by Remind,",
        "or Wait for the money, by too-late,",
    ]


def test_of_a_scope_that_only_its_border_tells_of_nothing_stands_before_or(
    counterflow: CommandLine, tmp_path: Path
) -> None:
    (tmp_path / "bordered.bpmn").write_bytes(BORDERED)
    counterflow.good("deploy", tmp_path / "bordered.bpmn")
    told = counterflow.good("why", counterflow.start("bordered")).data
    assert "● inside, by late, waits for a moment" in told
    assert "● work waits for a worker" in told
    assert "or inside" not in told
