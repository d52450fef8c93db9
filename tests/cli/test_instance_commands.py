"""Starting, watching, changing and ending process instances."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.commands import CommandLine
from tests.queries.models import GUARDED, PAID, TRIP


@pytest.fixture(autouse=True)
def deployed(counterflow: CommandLine, tmp_path: Path) -> None:
    """What the tests start."""
    (tmp_path / "trip.bpmn").write_bytes(TRIP)
    (tmp_path / "guarded.bpmn").write_bytes(GUARDED)
    counterflow.good("deploy", tmp_path / "trip.bpmn", tmp_path / "guarded.bpmn")


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
    assert counterflow.good("show", key, "--json").json["root"]["variables"] == [{"name": "days", "value": 2**70}]


def test_start_can_wait_for_the_end(counterflow: CommandLine, tmp_path: Path) -> None:
    straight = tmp_path / "straight.bpmn"
    middle = TRIP[: TRIP.index(b"<bpmn:startEvent")].replace(b'"trip"', b'"straight"')
    straight.write_bytes(
        middle + b'<bpmn:startEvent id="s"/><bpmn:endEvent id="e"/><bpmn:sequenceFlow id="f" sourceRef="s" targetRef="e"/>'
        b"</bpmn:process></bpmn:definitions>"
    )
    counterflow.good("deploy", straight)
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


def test_instances_are_listed_and_narrowed(counterflow: CommandLine) -> None:
    trip, guarded = counterflow.start("trip"), counterflow.start("guarded", PAID)
    counterflow.good("cancel", trip)
    newest = counterflow.good("instances", "--limit", 2, "--json").json
    assert [(one["key"], one["state"]) for one in newest] == [(guarded, "active"), (trip, "terminated")]
    ended = counterflow.good("instances", "--state", "terminated", "--process", "trip", "--json").json
    assert ended[0]["key"] == trip
    assert {one["state"] for one in ended} == {"terminated"}
    table = counterflow.good("instances", "--limit", 2).data.splitlines()
    assert table[0].split() == ["KEY", "PROCESS", "VERSION", "STATE", "STARTED", "FOR"]
    assert table[1].split()[:4] == [str(guarded), "guarded", "1", "active"]


def test_more_instances_than_fit_on_a_page(counterflow: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = [counterflow.start("trip") for _ in range(5)]
    monkeypatch.setattr("counterflow.cli.remote.LARGEST_PAGE", 2)
    assert [one["key"] for one in counterflow.good("instances", "--limit", 5, "--json").json] == keys[::-1]


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
    assert next(record for record in records if record["event"] == "VariablesSet")["details"]["values"] == {"days": 3}
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


def test_variables_are_set_from_outside(counterflow: CommandLine) -> None:
    key = counterflow.start("trip", {"days": 3})
    task = counterflow.good("show", key, "--json").json["root"]["children"][1]["key"]
    counterflow.good("set-variables", key, '{"days": 4}')
    counterflow.good("set-variables", task, '{"days": 5}', "--local")
    root = counterflow.good("show", key, "--json").json["root"]
    assert root["variables"] == [{"name": "days", "value": 4}]
    assert root["children"][1]["variables"] == [{"name": "days", "value": 5}]


REFUSALS = [
    (("start", "nope"), 3, "Expected to find process definition with process ID 'nope', but none found"),
    (("start", "trip", "--version", "9"), 3, "process ID 'trip' and version '9', but none found"),
    (("start", "trip", "--at", "nowhere"), 4, "at element 'nowhere', but no such element was found"),
    (
        ("start", "trip", "--at", "start"),
        4,
        "at element 'start', but the element of type startEvent is not one that an instance can begin at",
    ),
    (("start", "trip", "--variables", "[1]"), 2, "--variables: expected a JSON object such as {\"days\": 3}, but found '[1]'"),
    (("start", "trip", "--variables", "{days: 3}"), 2, "but '{days: 3}' is no JSON"),
    (("start", "trip", "--variables", "@nothing.json"), 3, "nothing.json: expected a file, found nothing"),
    (("instances", "--state", "done"), 2, "--state: expected one of active, completed, terminated, found 'done'"),
    (("instances", "--limit", "0"), 2, "'--limit'"),
    (("show", "4711"), 3, "process instance with key '4711', but none was found"),
    (("show", "trip"), 2, "KEY"),
    (("history", "4711"), 3, "process instance with key '4711', but none was found"),
    (("cancel", "2251799813685249"), 3, "process instance with key '2251799813685249', but no such process was found"),
    (("set-variables", "2251799813685249", "{}"), 3, "element with key '2251799813685249', but no such element was found"),
]


@pytest.mark.parametrize("arguments,code,words", REFUSALS, ids=[" ".join(case[0]) for case in REFUSALS])
def test_a_refusal_is_a_sentence_and_a_code(counterflow: CommandLine, arguments: tuple[str, ...], code: int, words: str) -> None:
    run = counterflow(*arguments)
    assert (run.code, run.data) == (code, "")
    assert words in run.words
    assert "Traceback" not in run.words
    assert "rejected with code" not in run.words
