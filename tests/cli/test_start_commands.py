"""Starting process instances, and waiting for what comes of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from counterflow.cli.exits import Failure
from counterflow.cli.remote import Remote
from tests.cli.commands import CommandLine
from tests.cli.models import CALLING
from tests.queries.models import TRIP, flows, process, task

STRAIGHT = process("straight", '<bpmn:startEvent id="s"/><bpmn:endEvent id="e"/>' + flows("s", "e"))
STUCK = process(
    "payment",
    '<bpmn:startEvent id="start"/>'
    + task("charge", job_type="= kind")
    + '<bpmn:endEvent id="end"/>'
    + flows("start", "charge", "end"),
)
"""Meets an incident at once, unless there is a variable `kind`."""


@pytest.fixture(autouse=True)
def deployed(counterflow: CommandLine, tmp_path: Path) -> None:
    """What the tests start."""
    contents = {"trip.bpmn": TRIP, "straight.bpmn": STRAIGHT, "stuck.bpmn": STUCK, "calling.bpmn": CALLING}
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    counterflow.good("deploy", *(tmp_path / name for name in contents))


def test_start_gives_the_key_as_data_and_the_rest_as_words(counterflow: CommandLine) -> None:
    run = counterflow.good("start", "trip", "--variables", '{"days": 3}')
    assert run.words == f"Started trip version 1; watch it with `counterflow show {int(run.data)}`.\n"


def test_start_gives_json(counterflow: CommandLine) -> None:
    found = counterflow.good("start", "trip", "--json").json
    assert (found["bpmnProcessId"], found["version"], found["tenantId"]) == ("trip", 1, "<default>")
    assert isinstance(found["processInstanceKey"], int)


def test_variables_can_come_from_a_file(counterflow: CommandLine, tmp_path: Path) -> None:
    document = tmp_path / "variables.json"
    document.write_text('{"days": 1180591620717411303424}', encoding="utf-8")
    key = int(counterflow.good("start", "trip", "--variables", f"@{document}").data)
    assert counterflow.good("show", key, "--json").json["root"]["variables"] == [
        {"name": "days", "value": 2**70}
    ]


def test_start_can_wait_for_the_end(counterflow: CommandLine) -> None:
    run = counterflow.good("start", "straight", "--await", "--variables", '{"a": [1]}')
    assert run.json == {"a": [1]}
    assert "Completed straight version 1" in run.words
    assert counterflow.good("start", "straight", "--await", "--json").json["variables"] == {}


def test_start_at_chosen_elements(counterflow: CommandLine) -> None:
    key = int(counterflow.good("start", "trip", "--at", "book-car", "--at", "book-hotel").data)
    children = counterflow.good("show", key, "--json").json["root"]["children"]
    assert [child["elementId"] for child in children] == ["book-car", "book-hotel"]


def test_waiting_ends_when_the_time_is_over(counterflow: CommandLine) -> None:
    run = counterflow("start", "trip", "--await", "--timeout", "0.1")
    assert (run.code, run.data) == (124, "")
    assert "has not completed within 100 ms" in run.words


@pytest.mark.parametrize("process_id", ["payment", "calling"])
def test_an_incident_ends_the_wait_at_once_with_its_text_and_a_code_of_its_own(
    counterflow: CommandLine, process_id: str
) -> None:
    run = counterflow("start", process_id, "--await", "--timeout", "3600")
    assert (run.code, run.data) == (7, "")
    head, message, remedy, assignment, resolution = [line.strip() for line in run.words.splitlines()]
    assert "EXTRACT_VALUE_ERROR at charge of payment, process instance " in head
    assert "kind" in message
    assert remedy.startswith("→ Set the variables")
    assert assignment.startswith("counterflow set-variables ")
    assert resolution == f"counterflow resolve {head.split()[1]}"


def test_an_incident_as_json(counterflow: CommandLine) -> None:
    run = counterflow("start", "payment", "--await", "--json")
    assert run.code == 7
    (incident,) = run.json["incidents"]
    assert (incident["errorType"], incident["processInstanceKey"]) == (
        "EXTRACT_VALUE_ERROR",
        run.json["processInstanceKey"],
    )


def test_an_end_before_completion_ends_the_wait(
    counterflow: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = Remote.call

    def call(self: Remote, method: str, **fields: object) -> object:
        answer = known(self, method, **fields)  # type: ignore[arg-type] # fields as they came
        if method == "CreateProcessInstance":
            known(self, "CancelProcessInstance", processInstanceKey=answer.processInstanceKey)
        return answer

    monkeypatch.setattr(Remote, "call", call)
    run = counterflow("start", "trip", "--await")
    assert (run.code, run.data) == (1, "")
    assert "was terminated before it could complete; `counterflow show " in run.words


def test_work_that_is_done_meanwhile_is_waited_for(
    counterflow: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[int] = []
    known = Remote.call

    def call(self: Remote, method: str, **fields: object) -> object:
        if method == "ListIncidents":
            looks.append(1)
            if len(looks) == 2:
                counterflow.complete(int(str(fields["process_instance_key"])), "charge")
        return known(self, method, **fields)  # type: ignore[arg-type] # fields as they came

    monkeypatch.setattr(Remote, "call", call)
    run = counterflow.good("start", "payment", "--await", "--variables", '{"kind": "charge"}')
    assert run.json == {"kind": "charge"}
    assert len(looks) >= 2


def test_who_waits_is_told_which_instance_goes_on_when_the_server_does_not_answer(
    counterflow: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = Remote.call

    def call(self: Remote, method: str, **fields: object) -> object:
        if method == "ListIncidents":
            raise Failure(5, "Expected a server, but found none", "UNAVAILABLE")
        return known(self, method, **fields)  # type: ignore[arg-type] # fields as they came

    monkeypatch.setattr(Remote, "call", call)
    run = counterflow("start", "trip", "--await")
    assert run.code == 5
    assert run.words.startswith("Expected a server, but found none; process instance ")
    assert run.words.endswith(" was started and goes on\n")


def test_a_gateway_without_the_reading_service_is_waited_for_all_the_same(
    counterflow: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = Remote.call

    def call(self: Remote, method: str, **fields: object) -> object:
        if method == "ListProcessInstances":
            raise Failure(1, "unknown call", "UNIMPLEMENTED")
        return known(self, method, **fields)  # type: ignore[arg-type] # fields as they came

    monkeypatch.setattr(Remote, "call", call)
    run = counterflow.good("start", "straight", "--await", "--variables", '{"a": 1.50}')
    assert run.data == '{\n  "a": 1.50\n}\n'
    assert "Completed straight version 1" in run.words
    assert counterflow("start", "trip", "--await", "--timeout", "0.1").code == 124


def test_ctrl_c_ends_the_wait_and_says_which_instance_goes_on(
    counterflow: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = Remote.call

    def call(self: Remote, method: str, **fields: object) -> object:
        if method == "ListIncidents":
            raise KeyboardInterrupt
        return known(self, method, **fields)  # type: ignore[arg-type] # fields as they came

    monkeypatch.setattr(Remote, "call", call)
    run = counterflow("start", "trip", "--await")
    assert run.code == 130
    assert run.words.startswith("Interrupted; process instance ")
