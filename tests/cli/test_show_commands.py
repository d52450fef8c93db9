"""Looking at one process instance."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.commands import CommandLine
from tests.cli.models import CALLING, PAYMENT
from tests.queries.models import GUARDED, PAID, TRIP


@pytest.fixture(autouse=True)
def deployed(counterflow: CommandLine, tmp_path: Path) -> None:
    """What the tests start."""
    (tmp_path / "trip.bpmn").write_bytes(TRIP)
    (tmp_path / "guarded.bpmn").write_bytes(GUARDED)
    counterflow.good("deploy", tmp_path / "trip.bpmn", tmp_path / "guarded.bpmn")


def test_show_draws_a_tree_with_compensation_in_pairs(counterflow: CommandLine) -> None:
    key = counterflow.start("trip", {"days": 3})
    counterflow.complete(key, "book-hotel", "book-car", "cancel-car")
    drawn = counterflow.good("show", key).data
    assert "↶ undone by Cancel car (1st)" in drawn
    assert "↶ being undone by Cancel hotel (2nd)" in drawn
    assert "↶ undoes Book car" in drawn
    assert "days = 3" in drawn


def test_show_of_active_elements_only(counterflow: CommandLine) -> None:
    key = counterflow.start("guarded", PAID)
    counterflow.complete(key, "reserve")
    drawn = counterflow.good("show", key, "--active").data
    assert "Charge" in drawn
    assert "Reserve" not in drawn
    assert "… and 3 element instances that are left out" in drawn
    assert "… and 2 element instances that are left out" in counterflow.good("show", key, "--limit", 4).data


def test_history_tells_every_event(counterflow: CommandLine) -> None:
    key = counterflow.start("trip", {"days": 3})
    records = counterflow.good("history", key, "--json").json
    assert records[0]["event"] == "ProcessInstanceCreated"
    assert next(record for record in records if record["event"] == "VariablesSet")["details"]["values"] == {
        "days": 3
    }
    lines = counterflow.good("history", key).data.splitlines()
    assert len(lines) == len(records)
    assert lines[0].split()[3] == "ProcessInstanceCreated"
    assert len(counterflow.good("history", key, "--limit", 2).data.splitlines()) == 2


def test_history_can_be_followed_to_the_end(counterflow: CommandLine) -> None:
    key = counterflow.start("trip")
    counterflow.good("cancel", key)
    lines = counterflow.good("history", key, "--follow", "--json").data.splitlines()
    assert json.loads(lines[-1])["event"] == "ElementTerminated"
    assert json.loads(lines[-1])["key"] == key
    assert counterflow.good("history", key, "--follow").data.count("\n") == len(lines)


def test_the_last_one_is_found_without_its_key(counterflow: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "payment.bpmn").write_bytes(PAYMENT)
    (tmp_path / "calling.bpmn").write_bytes(CALLING)
    counterflow.good("deploy", tmp_path / "payment.bpmn", tmp_path / "calling.bpmn")
    trip = counterflow.start("trip")
    calling = counterflow.start("calling")
    assert counterflow.good("show", "--last", "--json").json["processInstance"]["key"] == calling, (
        "and not the one that it has called"
    )
    assert (
        counterflow.good("show", "--last", "--process", "trip", "--json").json["processInstance"]["key"]
        == trip
    )


def test_show_says_why(counterflow: CommandLine) -> None:
    key = counterflow.start("guarded", PAID)
    counterflow.complete(key, "reserve")
    job = counterflow.job_of(key, "charge")
    counterflow.good("jobs", "fail", job, "--retries", 1, "--message", "no answer")
    counterflow.good("jobs", "throw", job, "REFUSED", "--message", "no money")
    drawn = counterflow.good("show", key).data
    assert "✗ Inside" in drawn
    assert "terminated by Card refused, error REFUSED: no money" in drawn
    assert f"job {job} charge  error caught, worker anna  REFUSED: no money" in drawn
    assert "worker anna  no answer" in drawn
    found = counterflow.good("show", key, "--json").json["root"]["children"][1]
    assert found["termination"]["cause"] == "event"
    (ended,) = found["children"][-1]["endedJobs"]
    assert [one["outcome"] for one in ended["tries"]] == ["failed", "error_thrown"]


def test_who_cancelled_and_which_incident_was_resolved(counterflow: CommandLine) -> None:
    key = counterflow.start("trip")
    counterflow.good("resolve", counterflow.fail(key, "book-hotel", "no rooms"))
    counterflow.good("cancel", key)
    drawn = counterflow.good("show", key).data
    assert drawn.splitlines()[1] == "cancelled by a caller (CancelProcessInstance)"
    assert "JOB_NO_RETRIES  resolved after " in drawn


def test_bars_along_time(counterflow: CommandLine) -> None:
    key = counterflow.start("trip")
    counterflow.complete(key, "book-hotel", "book-car", "cancel-car")
    lines = counterflow.good("show", key, "--timeline").data.splitlines()
    assert lines[0].startswith(f"● trip version 1  {key}  active")
    assert [line.split("█")[0].strip() for line in lines[1:] if line.strip()] == [
        "Book hotel",
        "Book car",
        "Cancel car",
        "Cancel hotel",
    ]
    assert [line.split()[-1] for line in lines[1:] if line.strip()] == ["done", "done", "undone", "…"]
