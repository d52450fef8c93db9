"""Publishing messages, and what waits for them."""

from __future__ import annotations

from pathlib import Path

import pytest

from counterflow.cli.exits import Failure
from counterflow.cli.output import moment
from counterflow.cli.remote import Remote
from tests.cli.commands import CommandLine
from tests.cli.models import CALLING, PAYMENT, REMINDED


@pytest.fixture(autouse=True)
def deployed(counterflow: CommandLine, tmp_path: Path) -> None:
    """What the tests start."""
    contents = {"reminded.bpmn": REMINDED, "payment.bpmn": PAYMENT, "calling.bpmn": CALLING}
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    counterflow.good("deploy", *(tmp_path / name for name in contents))


def state_of(counterflow: CommandLine, key: int) -> object:
    return counterflow.good("show", key, "--json").json["processInstance"]["state"]


def test_a_message_reaches_who_waits_and_brings_its_variables(counterflow: CommandLine) -> None:
    key = counterflow.start("reminded", {"order": "cli-1"})
    run = counterflow.good("publish", "paid", "--key", "cli-1", "--variables", '{"amount": 12}')
    assert int(run.data) > key
    assert run.words == (
        f"Published paid / cli-1. It has reached\n  process instance {key} of reminded, which waited at Wait for the money\n"
    )
    found = counterflow.good("show", key, "--json").json
    assert found["processInstance"]["state"] == "completed"
    assert {"name": "amount", "value": 12} in found["root"]["variables"]


def test_a_message_is_kept_for_who_comes_later(counterflow: CommandLine) -> None:
    run = counterflow.good("publish", "paid", "--key", "cli-2", "--ttl", "5m", "--json")
    assert sorted(run.json) == ["expiresAtMs", "isKept", "key", "publishedAtMs", "receivers", "tenantId"]
    assert (run.json["tenantId"], run.json["isKept"], run.json["receivers"]) == ("<default>", True, [])
    assert run.json["expiresAtMs"] - run.json["publishedAtMs"] == 300_000
    until = moment(run.json["expiresAtMs"])
    assert run.words == f"Published paid / cli-2: nobody waits for it yet, and it is kept until {until}.\n"
    assert state_of(counterflow, counterflow.start("reminded", {"order": "cli-2"})) == "completed"


def test_a_message_that_is_not_kept_is_gone(counterflow: CommandLine) -> None:
    run = counterflow.good("publish", "paid", "--key", "cli-3")
    assert (
        run.words == "Published paid / cli-3: nobody waited for it, and it is gone; --ttl keeps a message.\n"
    )
    assert state_of(counterflow, counterflow.start("reminded", {"order": "cli-3"})) == "active"


def test_an_id_is_taken_once(counterflow: CommandLine) -> None:
    published = ("publish", "paid", "--key", "cli-4", "--ttl", "60000", "--id", "m-1")
    assert "nobody waits for it yet, and it is kept until" in counterflow.good(*published).words
    run = counterflow(*published)
    assert (run.code, run.data) == (4, "")
    assert "message with id 'm-1', but a message with that id was already published" in run.words


def test_show_tells_what_is_waited_for(counterflow: CommandLine) -> None:
    key = counterflow.start("reminded", {"order": "cli-5"})
    drawn = counterflow.good("show", key).data
    assert "✉ paid / cli-5" in drawn
    assert "(2 times)  Remind" in drawn
    waits = counterflow.good("show", key, "--json").json["root"]["children"][1]["waits"]
    assert [(wait["kind"], wait["elementId"], wait["name"], wait["correlationKey"]) for wait in waits] == [
        ("message", "paid", "paid", "cli-5"),
        ("timer", "remind", "", ""),
        ("timer", "too-late", "", ""),
    ]


def test_show_leads_from_a_call_to_what_it_called_and_back(counterflow: CommandLine) -> None:
    key = counterflow.start("calling")
    child = counterflow.good("show", key, "--json").json["root"]["children"][1]["calledProcessInstanceKey"]
    assert f"called process instance {child}" in counterflow.good("show", key).data
    assert f"called by process instance {key}" in counterflow.good("show", child).data
    listed = counterflow.good("instances", "--limit", 2, "--json").json
    assert [(one["key"], one["parentProcessInstanceKey"]) for one in listed] == [(child, key), (key, 0)]
    run = counterflow("cancel", child)
    assert (run.code, run.data) == (4, "")
    assert f"cancel the root process instance '{key}' instead" in run.words
    counterflow.good("cancel", key)
    assert state_of(counterflow, child) == "terminated"


@pytest.mark.parametrize(
    "kept,words", [((), "nobody waited for it, and it is gone"), (("--ttl", "5m"), "nobody waits for it yet")]
)
def test_nobody_is_a_failure_where_a_receiver_is_required(
    counterflow: CommandLine, kept: tuple[str, ...], words: str
) -> None:
    key = counterflow.start("reminded", {"order": "cli-7"})
    run = counterflow("publish", "paid", "--key", "cli-8", "--require-receiver", *kept)
    assert (run.code, int(run.data) > key) == (4, True), "it was published all the same, and has a key"
    assert f"Published paid / cli-8: {words}" in run.words
    counterflow.good("publish", "paid", "--key", "cli-7", "--require-receiver", *kept)


def test_a_gateway_without_the_reading_service_publishes_all_the_same(
    monkeypatch: pytest.MonkeyPatch, counterflow: CommandLine
) -> None:
    known = Remote.call

    def call(self: Remote, method: str, **fields: object) -> object:
        if method == "GetMessage":
            raise Failure(1, "unknown call", "UNIMPLEMENTED")
        return known(self, method, **fields)  # type: ignore[arg-type] # fields as they came

    monkeypatch.setattr(Remote, "call", call)
    run = counterflow.good("publish", "paid", "--key", "cli-9", "--json")
    assert sorted(run.json) == ["key", "tenantId"]
    assert run.words == "Published paid / cli-9; this server does not say whom it has reached.\n"


REFUSALS = [
    (("publish",), 2, "NAME"),
    (("publish", " "), 4, "name of the message to publish, but it is empty"),
    (
        ("publish", "paid", "--ttl", "soon"),
        2,
        "--ttl: expected a length of time such as 30s, 5m, 2h, 1d, or milliseconds, but found 'soon'",
    ),
    (("publish", "paid", "--variables", "[1]"), 2, "--variables: expected a JSON object"),
]


@pytest.mark.parametrize("arguments,code,words", REFUSALS, ids=[" ".join(case[0]) for case in REFUSALS])
def test_what_cannot_be_published(
    counterflow: CommandLine, arguments: tuple[str, ...], code: int, words: str
) -> None:
    run = counterflow(*arguments)
    assert (run.code, run.data) == (code, "")
    assert words in run.words
    assert "Traceback" not in run.words


def test_the_history_says_which_message_has_reached_what(counterflow: CommandLine) -> None:
    key = counterflow.start("reminded", {"order": "cli-6"})
    message_key = counterflow.good("publish", "paid", "--key", "cli-6").data.strip()
    (line,) = [
        line for line in counterflow.good("history", key).data.splitlines() if "MessageCorrelated" in line
    ]
    (opened,) = [
        line for line in counterflow.good("history", key).data.splitlines() if "SubscriptionOpened" in line
    ]
    assert f'"message_key":{message_key}' in line
    assert line.split()[4] == opened.split()[4], "the element that had waited for it"


def test_who_correlates_is_told_whom_the_message_has_reached(counterflow: CommandLine) -> None:
    key = counterflow.start("reminded", {"order": "cli-12"})
    run = counterflow.good("correlate", "paid", "--key", "cli-12", "--variables", '{"amount": 12}')
    assert run.data == f"{key}\n"
    assert run.words == (
        f"Correlated paid / cli-12. It has reached\n  process instance {key} of reminded, which waited at Wait for the money\n"
    )
    assert state_of(counterflow, key) == "completed"


def test_what_is_correlated_as_json(counterflow: CommandLine) -> None:
    key = counterflow.start("reminded", {"order": "cli-13"})
    told = counterflow.good("correlate", "paid", "--key", "cli-13", "--json").json
    assert sorted(told) == ["begun", "bpmnProcessId", "messageKey", "processInstanceKey", "receivers"]
    assert (told["processInstanceKey"], told["bpmnProcessId"], told["begun"]) == (key, "reminded", False)
    assert [receiver["processInstanceKey"] for receiver in told["receivers"]] == [key]


def test_a_message_that_nobody_waits_for_is_not_correlated(counterflow: CommandLine) -> None:
    run = counterflow("correlate", "paid", "--key", "cli-14")
    assert run.code == 3
    assert run.data == ""
    assert "Expected somebody to wait for the message 'paid' with correlation key 'cli-14' now" in run.words
    assert state_of(counterflow, counterflow.start("reminded", {"order": "cli-14"})) == "active"


def test_a_receive_task_goes_on_without_a_message(counterflow: CommandLine) -> None:
    key = counterflow.start("reminded", {"order": "cli-11"})
    run = counterflow.good("trigger", key, "--variables", '{"amount": 3}')
    assert run.words == f"Triggered: process instance {key} of reminded goes on at Wait for the money.\n"
    (line,) = [line for line in counterflow.good("show", key).data.splitlines() if "✉" in line]
    assert line.strip("│├└─ ").startswith("✉ triggered 20")
    assert line.endswith(", without a message")
    found = counterflow.good("show", key, "--json").json
    assert found["processInstance"]["state"] == "completed"
    assert {"name": "amount", "value": 3} in found["root"]["variables"]
    assert counterflow("trigger", key).code == 3
