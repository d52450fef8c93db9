"""Finding jobs, and doing by hand what a worker would."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cli.commands import CommandLine
from tests.queries.models import GUARDED, PAID, TRIP


@pytest.fixture(autouse=True)
def deployed(counterflow: CommandLine, tmp_path: Path) -> None:
    """What the tests start."""
    (tmp_path / "trip.bpmn").write_bytes(TRIP)
    (tmp_path / "guarded.bpmn").write_bytes(GUARDED)
    counterflow.good("deploy", tmp_path / "trip.bpmn", tmp_path / "guarded.bpmn")


def job_of(counterflow: CommandLine, instance: int) -> dict[str, Any]:
    (job,) = counterflow.good("jobs", "--instance", instance, "--json").json
    return dict(job)


def test_jobs_are_listed_and_narrowed(counterflow: CommandLine) -> None:
    trip, guarded = counterflow.start("trip"), counterflow.start("guarded", PAID)
    listed = counterflow.good("jobs", "--limit", 2, "--json").json
    assert [(job["processInstanceKey"], job["type"], job["state"]) for job in listed] == [
        (guarded, "reserve", "activatable"),
        (trip, "book-hotel", "activatable"),
    ]
    head, line = counterflow.good("jobs", "--instance", trip).data.splitlines()
    assert head.split() == ["KEY", "TYPE", "STATE", "RETRIES", "WORKER", "DUE", "INSTANCE", "ELEMENT"]
    assert line.split() == [
        str(listed[1]["key"]),
        "book-hotel",
        "activatable",
        "1",
        "-",
        "-",
        str(trip),
        "book-hotel",
    ]
    assert counterflow.good("jobs", "--type", "reserve", "--instance", trip, "--json").json == []


def test_completing(counterflow: CommandLine) -> None:
    key = counterflow.start("trip")
    job = job_of(counterflow, key)["key"]
    assert (
        counterflow.good("jobs", "complete", job, "--variables", '{"room": 7}').words
        == f"Completed job {job}.\n"
    )
    assert job_of(counterflow, key)["type"] == "book-car"
    assert {"name": "room", "value": 7} in counterflow.good("show", key, "--json").json["root"]["variables"]


def test_failing_takes_a_retry(counterflow: CommandLine) -> None:
    key = counterflow.start("trip")
    job = job_of(counterflow, key)["key"]
    assert counterflow.good("jobs", "retries", job, 3).words == f"Job {job} has 3 retries.\n"
    run = counterflow.good("jobs", "fail", job, "--message", "no rooms")
    assert run.words == f"Failed job {job}; it has 2 retries.\n"
    found = job_of(counterflow, key)
    assert (found["state"], found["retries"], found["errorMessage"]) == ("activatable", 2, "no rooms")
    run = counterflow.good("jobs", "fail", job, "--retries", 0)
    assert run.words == f"Failed job {job}; it has 0 retries, and an incident tells of it.\n"
    assert [
        one["key"] for one in counterflow.good("jobs", "--state", "failed", "--instance", key, "--json").json
    ] == [job]


def test_failing_until_later(counterflow: CommandLine) -> None:
    key = counterflow.start("trip")
    job = job_of(counterflow, key)["key"]
    counterflow.good("jobs", "fail", job, "--retries", 1, "--back-off", "1h")
    assert job_of(counterflow, key)["state"] == "backing_off"
    assert "waits for its back-off to end" in counterflow("jobs", "fail", job).words


def test_throwing(counterflow: CommandLine) -> None:
    key = counterflow.start("guarded", PAID)
    counterflow.complete(key, "reserve")
    job = job_of(counterflow, key)["key"]
    assert (
        counterflow.good("jobs", "throw", job, "REFUSED").words
        == f"Job {job} has thrown the error REFUSED.\n"
    )
    assert counterflow.good("show", key, "--json").json["processInstance"]["state"] == "completed"


def test_more_time_for_a_worker(counterflow: CommandLine) -> None:
    key = counterflow.start("trip")
    job = counterflow.job_of(key, "book-hotel")
    before = job_of(counterflow, key)["dueAtMs"]
    assert (
        counterflow.good("jobs", "timeout", job, "2h").words
        == f"The worker that has job {job} has it for 2h from now.\n"
    )
    assert job_of(counterflow, key)["dueAtMs"] > before + 3_600_000


REFUSALS = [
    (
        ("jobs", "--state", "done"),
        2,
        "--state: expected one of activatable, activated, backing_off, failed, error_thrown, found 'done'",
    ),
    (("jobs", "--type", "a", "frobnicate"), 2, "No such command 'frobnicate'"),
    (("jobs", "complete"), 2, "KEY"),
    (
        ("jobs", "complete", "2251799813685249"),
        3,
        "job with key '2251799813685249', but no such job was found",
    ),
    (("jobs", "fail", "2251799813685249"), 3, "job with key '2251799813685249', but no such job was found"),
    (
        ("jobs", "throw", "2251799813685249", "E"),
        3,
        "job with key '2251799813685249', but no such job was found",
    ),
    (
        ("jobs", "retries", "2251799813685249", "2"),
        3,
        "job with key '2251799813685249', but no such job was found",
    ),
    (
        ("jobs", "timeout", "2251799813685249", "2m"),
        3,
        "job with key '2251799813685249', but no such job was found",
    ),
    (("jobs", "timeout", "2251799813685249", "soon"), 2, "TIME: expected a length of time such as 30s"),
    (("jobs", "complete", "1", "--variables", "[]"), 2, "--variables: expected a JSON object"),
    (
        ("jobs", "fail", "9223372036854775808"),
        2,
        "Job key: expected a number up to 9223372036854775807, but found 9223372036854775808",
    ),
]


@pytest.mark.parametrize("arguments,code,words", REFUSALS, ids=[" ".join(case[0]) for case in REFUSALS])
def test_what_cannot_be_done(
    counterflow: CommandLine, arguments: tuple[str, ...], code: int, words: str
) -> None:
    run = counterflow(*arguments)
    assert (run.code, run.data) == (code, "")
    assert words in run.words
    assert "Traceback" not in run.words
