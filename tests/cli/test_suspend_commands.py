"""Holding something back, on the command line."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from tests.cli.commands import CommandLine
from tests.queries.models import flows, process, task

NUMBERS = itertools.count(1)


@pytest.fixture
def name(counterflow: CommandLine, tmp_path: Path) -> str:
    """A process of its own, in a server that other tests use as well; its job has its name."""
    found = f"held-{next(NUMBERS)}"
    inner = (
        '<bpmn:startEvent id="start"/>'
        + task(found)
        + '<bpmn:endEvent id="end"/>'
        + flows("start", found, "end")
    )
    (tmp_path / "held.bpmn").write_bytes(process(f"{found}-process", inner))
    counterflow.good("deploy", tmp_path / "held.bpmn")
    return found


def test_an_instance(counterflow: CommandLine, name: str) -> None:
    key = counterflow.start(f"{name}-process")
    assert counterflow.good("suspend", key).words == "Suspended 1 process instance.\n"
    assert "suspended since" in counterflow.good("show", key).data
    assert "it is suspended" in counterflow.good("why", key).data
    listed = counterflow.good("instances", "--process", f"{name}-process").data
    assert "suspended" in listed
    assert counterflow.good("resume", key, "--json").json == {"instances": 1}
    assert "suspended" not in counterflow.good("show", key).data


def test_a_definition_with_its_instances(counterflow: CommandLine, name: str) -> None:
    counterflow.start(f"{name}-process")
    asked = ("--definition", f"{name}-process", "--instances")
    words = counterflow.good("suspend", *asked).words
    assert words == f"Suspended version 1 of {name}-process.\nSuspended 1 process instance.\n"
    assert counterflow("start", f"{name}-process").code == 4
    assert "definition" in counterflow.good("suspend").data
    assert "Nothing had to be done" in counterflow.good("suspend", *asked).words
    counterflow.good("resume", *asked)
    assert counterflow.start(f"{name}-process")


def test_a_type_of_jobs(counterflow: CommandLine, name: str) -> None:
    assert counterflow.good("suspend", "--job-type", name).words == f"Suspended jobs of type {name}.\n"
    listed = counterflow.good("suspend", "--json").json
    assert [one["type"] for one in listed["jobTypes"] if one["type"] == name] == [name]
    counterflow.good("resume", "--job-type", name)
    assert counterflow.good("resume", "--job-type", name).words == "Nothing had to be done.\n"


@pytest.mark.parametrize(
    "arguments, code",
    [
        (("resume",), 2),
        (("suspend", "7", "--job-type", "a"), 2),
        (("suspend", "7"), 3),
        (("resume", "--definition", "nobody"), 3),
    ],
)
def test_what_makes_no_sense_is_told(counterflow: CommandLine, arguments: tuple[str, ...], code: int) -> None:
    assert counterflow(*arguments).code == code
