"""Text that would seize a terminal comes from a model, a job, a message and variables; none of it reaches
one, and JSON stays exact.
"""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import pytest

from tests.cli.commands import CommandLine, Run
from tests.queries.models import flows, process, task

SEIZING = "\x1b[2J\x1b]0;mine\x07\x9b31m\x7f\r\u202egpj\u2066\u200b\u2028\nERROR forged"
"""Clears the screen, names the window, colours, deletes, overwrites, turns round, hides, and begins a line of
its own.
"""
IN_XML = "\u202eegaP\u009b31m\u2028\u007f"
"""What of it XML can hold: C0 it cannot."""

HOSTILE = process(
    "hostile",
    '<bpmn:startEvent id="start"/>'
    + task("work", f"Work {IN_XML}", job_type=f"type {IN_XML}")
    + '<bpmn:receiveTask id="wait" name="Wait" messageRef="message"/><bpmn:endEvent id="end"/>'
    + flows("start", "work", "wait", "end"),
    f'<bpmn:message id="message" name="name {IN_XML}"><bpmn:extensionElements><zeebe:subscription correlationKey="= text"/>'
    "</bpmn:extensionElements></bpmn:message>",
)


def seizes(text: str) -> list[str]:
    """What of a text a terminal would obey."""
    return [
        character
        for character in text
        if (unicodedata.category(character) in {"Cc", "Cf", "Zl", "Zp"} and character != "\n")
        or unicodedata.bidirectional(character) in {"RLO", "LRI"}
    ]


@pytest.fixture
def instance(counterflow: CommandLine, tmp_path: Path) -> int:
    """An instance with an incident, such text wherever text can be, and a message that waits for nobody."""
    (tmp_path / "hostile.bpmn").write_bytes(HOSTILE)
    counterflow.good("deploy", tmp_path / "hostile.bpmn")
    key = counterflow.start("hostile", {"text": SEIZING, f"name{SEIZING}": 1})
    job = counterflow.job_of(key, f"type {IN_XML}")
    counterflow.server.call("FailJob", jobKey=job, retries=1, errorMessage=f"first {SEIZING}")
    counterflow.server.call("FailJob", jobKey=job, retries=0, errorMessage=f"second {SEIZING}")
    return key


def test_no_command_shows_it(counterflow: CommandLine, instance: int) -> None:
    runs: list[Run] = [
        counterflow.good("show", instance),
        counterflow.good("show", instance, "--timeline"),
        counterflow.good("history", instance),
        counterflow.good("incidents", "--instance", instance),
        counterflow.good("jobs", "--instance", instance),
        counterflow.good("instances", "--variable", "text"),
        counterflow.good("publish", f"name {IN_XML}", "--key", SEIZING),
        counterflow("publish", f"name {IN_XML}", "--key", SEIZING, "--require-receiver"),
        counterflow("start", "hostile", "--variables", json.dumps({"text": SEIZING}), "--at", SEIZING),
        counterflow(
            "jobs",
            "throw",
            counterflow.good("jobs", "--instance", instance, "--json").json[0]["key"],
            SEIZING,
        ),
        counterflow.good("show", instance),
        counterflow.good("incidents", "--instance", instance),
    ]
    for run in runs:
        assert seizes(run.data + run.words) == []
        assert not any(line.startswith("ERROR") for line in run.data.splitlines())
    assert "\\x1b[2J" in runs[3].data
    assert "Work \\u202eegaP\\x9b31m" in runs[0].data


def test_json_is_exact(counterflow: CommandLine, instance: int) -> None:
    run = counterflow.good("show", instance, "--json")
    assert seizes(run.data) == []
    root = run.json["root"]
    assert {"name": "text", "value": SEIZING} in root["variables"]
    assert {"name": f"name{SEIZING}", "value": 1} in root["variables"]
    work = root["children"][1]
    assert work["elementName"] == f"Work {IN_XML}".replace("\u2028", "\u2028")
    assert work["jobs"][0]["errorMessage"] == f"second {SEIZING}"
    assert json.loads(run.data) == run.json
