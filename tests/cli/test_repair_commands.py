"""Finding what is stuck, and letting it go on."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from counterflow.cli.exits import Failure
from counterflow.cli.remote import Remote
from tests.cli.commands import CommandLine
from tests.cli.models import CALLING, PAYMENT
from tests.queries.models import GUARDED, PAID, TRIP


@pytest.fixture(autouse=True)
def deployed(counterflow: CommandLine, tmp_path: Path) -> None:
    """What the tests start."""
    (tmp_path / "trip.bpmn").write_bytes(TRIP)
    (tmp_path / "guarded.bpmn").write_bytes(GUARDED)
    counterflow.good("deploy", tmp_path / "trip.bpmn", tmp_path / "guarded.bpmn")


def test_incidents_as_json(counterflow: CommandLine) -> None:
    key = counterflow.start("trip")
    incident = counterflow.fail(key, "book-hotel", "no rooms")
    (found,) = counterflow.good("incidents", "--instance", key, "--json").json
    assert found["key"] == incident
    assert found["processInstanceKey"] == key
    assert (found["errorType"], found["elementId"], found["message"]) == (
        "JOB_NO_RETRIES",
        "book-hotel",
        "no rooms",
    )
    assert found["remedy"].startswith("Mend what the worker tripped over")


def test_incidents_say_what_to_do(counterflow: CommandLine) -> None:
    key = counterflow.start("trip")
    incident = counterflow.fail(key, "book-hotel", "no rooms")
    head, message, remedy, command = counterflow.good("incidents", "--instance", key).data.splitlines()
    assert head.startswith(f"{incident}  JOB_NO_RETRIES at book-hotel of trip, process instance {key}  ")
    assert message.strip() == "no rooms"
    assert remedy.strip().startswith("→ Mend what the worker tripped over")
    assert str(incident) in counterflow.good("show", key).data
    counterflow.good(*shlex.split(command)[1:])
    assert counterflow.good("incidents", "--instance", key).words == "No open incidents.\n"


def test_the_commands_to_paste_go_to_the_same_server_and_set_first_what_is_missing(
    counterflow: CommandLine,
) -> None:
    key = counterflow.start("guarded")
    counterflow.complete(key, "reserve")
    *_, assignment, resolution = counterflow.good(
        "incidents", "--instance", key, "--address", counterflow.address
    ).data.splitlines()
    drawn = counterflow.good("show", key, "--address", counterflow.address).data
    assert assignment.strip() in drawn
    assert resolution.strip() in drawn
    words = shlex.split(assignment.replace('"kind": VALUE', '"kind": "charge"'))
    assert words[:4] == ["counterflow", "--address", counterflow.address, "set-variables"]
    counterflow.good(*words[1:])
    counterflow.good(*shlex.split(resolution)[1:])
    counterflow.complete(key, "charge")


def test_an_incident_in_a_called_process_is_found_from_its_caller(
    counterflow: CommandLine, tmp_path: Path
) -> None:
    (tmp_path / "payment.bpmn").write_bytes(PAYMENT)
    (tmp_path / "calling.bpmn").write_bytes(CALLING)
    counterflow.good("deploy", tmp_path / "payment.bpmn", tmp_path / "calling.bpmn")
    key = counterflow.start("calling")
    child = counterflow.good("show", key, "--json").json["root"]["children"][1]["calledProcessInstanceKey"]
    incident = counterflow.fail(child, "charge", "no card")
    assert [one["key"] for one in counterflow.good("incidents", "--instance", key, "--json").json] == [
        incident
    ]


def test_no_incidents(counterflow: CommandLine) -> None:
    key = counterflow.start("trip")
    run = counterflow.good("incidents", "--instance", key)
    assert (run.data, run.words) == ("", "No open incidents.\n")


@pytest.mark.parametrize(
    "asked,retries,words", [((), 1, "has 1 retry."), (("--retries", 3), 3, "has 3 retries.")]
)
def test_resolving_gives_the_job_retries_first(
    counterflow: CommandLine, asked: tuple[object, ...], retries: int, words: str
) -> None:
    key = counterflow.start("trip")
    incident = counterflow.fail(key, "book-hotel", "no rooms")
    run = counterflow.good("resolve", incident, *asked)
    assert run.words.endswith(words + "\n")
    assert counterflow.good("incidents", "--instance", key, "--json").json == []
    (job,) = counterflow.good("show", key, "--json").json["root"]["children"][1]["jobs"]
    assert (job["state"], job["retries"]) == ("activatable", retries)
    counterflow.complete(key, "book-hotel")


def test_resolving_an_incident_without_a_job(counterflow: CommandLine) -> None:
    key = counterflow.start("guarded")
    counterflow.complete(key, "reserve")
    (incident,) = counterflow.good("incidents", "--instance", key, "--json").json
    assert (incident["errorType"], incident["jobKey"]) == ("EXTRACT_VALUE_ERROR", 0)
    counterflow.good("set-variables", key, '{"kind": "charge"}')
    assert PAID["kind"] == "charge"
    assert counterflow.good("resolve", incident["key"], "--json").json == {
        "incidentKey": incident["key"],
        "jobKey": None,
        "retries": None,
        "newIncidentKey": None,
    }
    counterflow.complete(key, "charge")


def test_resolving_what_is_held_again_at_once_says_so(counterflow: CommandLine) -> None:
    key = counterflow.start("guarded")
    counterflow.complete(key, "reserve")
    (incident,) = counterflow.good("incidents", "--instance", key, "--json").json
    said = counterflow.good("resolve", incident["key"]).words
    (again,) = counterflow.good("incidents", "--instance", key, "--json").json
    assert said.splitlines()[0] == f"Resolved incident {incident['key']}."
    assert f"A new one has come at once: {again['key']}  EXTRACT_VALUE_ERROR at " in said
    resolved = counterflow.good("resolve", again["key"], "--json").json
    (last,) = counterflow.good("incidents", "--instance", key, "--json").json
    assert resolved["newIncidentKey"] == last["key"]


def test_resolving_what_is_not_there(counterflow: CommandLine) -> None:
    run = counterflow("resolve", 2251799813685249)
    assert run.code == 3
    assert "incident with key '2251799813685249', but no such incident was found" in run.words


@pytest.mark.parametrize("key", ["-5", "4711", str(2**52 + 5), str(2**63 - 1)])
@pytest.mark.parametrize(
    "command, what",
    [
        (("resolve",), "incident with key"),
        (("cancel",), "a process instance with key"),
        (("show",), "a process instance"),
        (("history",), "a process instance"),
        (("quarantine", "release"), "process instance"),
        (("set-variables",), "element with key"),
    ],
)
def test_a_key_that_cannot_be_of_this_server_is_not_found(
    counterflow: CommandLine, command: tuple[str, ...], what: str, key: str
) -> None:
    run = counterflow(*command, "--", key, *(['{"a": 1}'] if command == ("set-variables",) else []))
    assert run.code == 3, run.words
    assert what in run.words
    assert f"'{key}'" in run.words


def test_a_gateway_without_the_reading_service_resolves_all_the_same(
    monkeypatch: pytest.MonkeyPatch, counterflow: CommandLine
) -> None:
    key = counterflow.start("guarded")
    counterflow.complete(key, "reserve")
    (incident,) = counterflow.good("incidents", "--instance", key, "--json").json
    counterflow.good("set-variables", key, '{"kind": "charge"}')
    known = Remote.call

    def call(self: Remote, method: str, **fields: object) -> object:
        if method == "ListIncidents":
            raise Failure(1, "unknown call", "UNIMPLEMENTED")
        return known(self, method, **fields)  # type: ignore[arg-type] # fields as they came

    monkeypatch.setattr(Remote, "call", call)
    assert counterflow.good("resolve", incident["key"]).words == f"Resolved incident {incident['key']}.\n"


def test_the_quarantine_is_empty(counterflow: CommandLine) -> None:
    assert counterflow.good("quarantine", "list", "--json").json == []
    assert counterflow.good("quarantine", "list").data.split() == [
        "INSTANCE",
        "PROCESS",
        "VERSION",
        "SINCE",
        "REASON",
    ]


def test_only_what_is_set_aside_can_be_released(counterflow: CommandLine) -> None:
    key = counterflow.start("trip")
    assert counterflow("quarantine", "release", key).code == 4
    assert counterflow("quarantine", "release", 4711).code == 3
