"""Asking the conditions of start events."""

from __future__ import annotations

from pathlib import Path

import pytest

from counterflow.cli.exits import NOT_FOUND, REJECTED
from tests.bpmn.diagram import conditional, end, model, path, service, start
from tests.cli.commands import CommandLine

WATCHING = model(
    start(),
    start("begun", conditional("= amount > 100")),
    service("work", job="work"),
    end(),
    path("start", "work", "end"),
    path("begun", "work"),
    process_id="watching",
)


@pytest.fixture(autouse=True)
def deployed(counterflow: CommandLine, tmp_path: Path) -> None:
    """What begins where an amount is large."""
    file = tmp_path / "watching.bpmn"
    file.write_bytes(WATCHING)
    counterflow.good("deploy", file)


def test_an_instance_begins_where_a_condition_holds(counterflow: CommandLine) -> None:
    run = counterflow.good("evaluate-conditional", "--variables", '{"amount": 150}')
    assert run.words == "Begun: 1 process instance.\n"
    found = counterflow.good("show", run.data.strip(), "--json").json
    assert {"name": "amount", "value": 150} in found["root"]["variables"]


def test_where_none_holds_nothing_begins(counterflow: CommandLine) -> None:
    run = counterflow.good("evaluate-conditional", "--variables", '{"amount": 50}')
    assert (run.data, run.words) == ("", "No condition holds: nothing has begun.\n")


def test_a_script_may_insist_that_something_begins(counterflow: CommandLine) -> None:
    run = counterflow("evaluate-conditional", "--require-begun")
    assert (run.code, run.data) == (REJECTED, "")
    assert run.words == "No condition holds: nothing has begun\n"


def test_one_definition_alone_may_be_asked(counterflow: CommandLine) -> None:
    variables = '{"amount": 150}'
    begun = counterflow.good("evaluate-conditional", "--variables", variables, "--json").json
    (instance,) = begun["processInstances"]
    definition = instance["processDefinitionKey"]
    again = counterflow.good("evaluate-conditional", "--definition", definition, "--variables", variables)
    assert int(again.data) > int(instance["processInstanceKey"])


def test_a_definition_that_is_not_there_is_refused(counterflow: CommandLine) -> None:
    run = counterflow("evaluate-conditional", "--definition", "7")
    assert (run.code, run.data) == (NOT_FOUND, "")
    assert "process definition with key '7', but no such definition was found" in run.words
