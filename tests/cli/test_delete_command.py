"""`counterflow delete`: a version is gone, and what runs on it goes on or is cancelled."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.commands import CommandLine
from tests.cli.models import CALLING, PAYMENT


@pytest.fixture
def key(counterflow: CommandLine, tmp_path: Path) -> str:
    """That of a process, deployed beside one that calls it."""
    for name, content in {"payment.bpmn": PAYMENT, "calling.bpmn": CALLING}.items():
        (tmp_path / name).write_bytes(content)
    counterflow.good("deploy", tmp_path / "payment.bpmn", tmp_path / "calling.bpmn")
    (found,) = counterflow.good("definitions", "--process", "payment", "--json").json
    return str(found["key"])


def test_what_runs_goes_on(counterflow: CommandLine, key: str) -> None:
    counterflow.start("payment")
    run = counterflow.good("delete", key)
    assert run.words == (
        "Deleted version 1 of payment.\n1 process instance on it may go on to the end; "
        "`counterflow cancel KEY` ends one before its end.\n"
    )
    assert counterflow("start", "payment").code == 3
    again = counterflow("delete", key)
    assert (again.code, "it was deleted before" in again.words) == (3, True)


def test_with_cascade_it_is_cancelled_but_for_what_others_have_called(
    counterflow: CommandLine, key: str
) -> None:
    running, calling = counterflow.start("payment"), counterflow.start("calling")
    told = counterflow.good("delete", key, "--cascade", "--json")
    (called,) = told.json["running"]
    assert told.json == {"resourceKey": int(key), "cancelled": [running], "running": [called]}
    assert (
        "Cancelled 1 process instance.\n1 process instance on it may go on to the end; others" in told.words
    )
    states = {one["key"]: one["state"] for one in counterflow.good("instances", "--json").json}
    assert (states[running], states[calling], states[called]) == ("terminated", "active", "active")


def test_a_key_of_nothing_is_refused(counterflow: CommandLine) -> None:
    run = counterflow("delete", "7")
    assert (run.code, run.data) == (3, "")
    assert "no such resource was found" in run.words
