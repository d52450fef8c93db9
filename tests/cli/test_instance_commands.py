"""Finding, changing and ending process instances."""

from __future__ import annotations

import io
import json
from pathlib import Path
from uuid import uuid4

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


def test_how_many_there_are_is_said_where_not_all_are_shown(counterflow: CommandLine) -> None:
    wanted = f"w-{uuid4()}"
    for _ in range(3):
        counterflow.start("trip", {"wanted": wanted})
    asked = ("instances", "--variable", f"wanted={wanted}")
    assert counterflow.good(*asked, "--limit", 2).words == "2 of 3 shown, the newest; --limit 3 shows more.\n"
    assert (
        counterflow.good(*asked, "--limit", 2, "--json").words
        == "2 of 3 shown, the newest; --limit 3 shows more.\n"
    )
    assert counterflow.good(*asked).words == ""
    assert len(counterflow.good(*asked).data.splitlines()) == 4
    assert counterflow.good("incidents", "--limit", 1).words in {"", "No open incidents.\n", MORE}
    assert counterflow.good("jobs", "--limit", 1).words == MORE


def test_instances_are_found_by_incident_time_and_variable(counterflow: CommandLine) -> None:
    wanted = {"order": {"id": f"o-{uuid4()}", "lines": [1, 2.50]}}
    plain, stuck = counterflow.start("trip", wanted), counterflow.start("trip", wanted)
    counterflow.fail(stuck, "book-hotel", "no rooms")

    def keys(*asked: object) -> list[int]:
        return [one["key"] for one in counterflow.good("instances", *asked, "--json", "--limit", 1000).json]

    same = ("--variable", f"order={json.dumps(wanted['order'], indent=4)}")
    assert keys(*same) == [stuck, plain]
    assert keys(*same, "--with-incident") == [stuck]
    assert keys(*same, "--process", "guarded") == []
    assert keys("--variable", 'order={"id": 1}') == []
    assert {plain, stuck} <= set(keys("--variable", "order", "--state", "active"))
    assert {plain, stuck} <= set(keys("--since", "1h", "--until", "2999-01-01"))
    assert keys("--since", "2999-01-01T00:00:00+02:00") == []
    assert keys("--until", "1999-12-31T23:59Z") == []


def test_that_only_active_instances_are_found_by_a_variable_is_said_where_none_is_found(
    counterflow: CommandLine,
) -> None:
    run = counterflow.good("instances", "--variable", f"nothing-{uuid4()}", "--json")
    assert run.json == []
    assert run.words.startswith("Found none: --variable looks at active process instances only;")


def test_what_is_no_json_is_a_string(counterflow: CommandLine) -> None:
    name = f"w-{uuid4()}"
    key = counterflow.start("trip", {"who": name})
    assert [
        one["key"] for one in counterflow.good("instances", "--variable", f"who={name}", "--json").json
    ] == [key]


def test_several_are_cancelled_and_each_refusal_told(
    counterflow: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, third, fourth = (counterflow.start("trip") for _ in range(4))
    assert counterflow.good("cancel", first).words == f"Cancelled process instance {first}.\n"
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{second}\n{third}, {second}\n"))
    assert counterflow.good("cancel", "-", fourth).words == "Cancelled 3 of 3 process instances.\n"
    run = counterflow("cancel", first, counterflow.start("trip"), "--json")
    assert run.code == 3
    assert run.json[0]["processInstanceKey"] == first
    assert [one["cancelled"] for one in run.json] == [False, True]
    assert "it has ended already: terminated at" in run.json[0]["error"]
    assert run.words.endswith("Cancelled 1 of 2 process instances.\n")


def test_all_of_a_process_are_cancelled(
    counterflow: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "many.bpmn").write_bytes(TRIP.replace(b'"trip"', b'"many"'))
    counterflow.good("deploy", tmp_path / "many.bpmn")
    monkeypatch.setattr("counterflow.cli.remote.LARGEST_PAGE", 2)
    for _ in range(5):
        counterflow.start("many")
    other = counterflow.start("trip")
    assert counterflow.good("cancel", "--process", "many").words == "Cancelled 5 of 5 process instances.\n"
    assert (
        counterflow.good("cancel", "--process", "many").words
        == "No instance is running: nothing to cancel.\n"
    )
    assert counterflow.good("show", other, "--json").json["processInstance"]["state"] == "active"


def test_called_instances_are_cancelled_with_their_callers(counterflow: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "billing.bpmn").write_bytes(PAYMENT.replace(b'"payment"', b'"billing"'))
    (tmp_path / "calling.bpmn").write_bytes(CALLING.replace(b'"payment"', b'"billing"'))
    counterflow.good("deploy", tmp_path / "billing.bpmn", tmp_path / "calling.bpmn")
    counterflow.start("calling")
    assert (
        counterflow.good("cancel", "--process", "billing").words
        == "No instance is running: nothing to cancel.\n"
    )


def test_variables_are_set_from_outside(counterflow: CommandLine) -> None:
    key = counterflow.start("trip", {"days": 3})
    task = counterflow.good("show", key, "--json").json["root"]["children"][1]["key"]
    counterflow.good("set-variables", key, '{"days": 4}')
    counterflow.good("set-variables", task, '{"days": 5}', "--local")
    root = counterflow.good("show", key, "--json").json["root"]
    assert root["variables"] == [{"name": "days", "value": 4}]
    assert root["children"][1]["variables"] == [{"name": "days", "value": 5}]


MORE = "The newest 1 are shown, and there are more; --limit 10 shows more of them.\n"

REFUSALS = [
    (("start", "nope"), 3, "Expected to find process definition with process ID 'nope', but none found"),
    (("start", "trip", "--version", "9"), 3, "process ID 'trip' and version '9', but none found"),
    (("start", "trip", "--at", "nowhere"), 4, "at element 'nowhere', but no such element was found"),
    (
        ("start", "trip", "--at", "start"),
        4,
        "at element 'start', but the element of type startEvent is not one that an instance can begin at",
    ),
    (
        ("start", "trip", "--variables", "[1]"),
        2,
        "--variables: expected a JSON object such as {\"days\": 3}, but found '[1]'",
    ),
    (("start", "trip", "--variables", "{days: 3}"), 2, "but '{days: 3}' is no JSON"),
    (("start", "trip", "--variables", "@nothing.json"), 3, "nothing.json: expected a file, found nothing"),
    (
        ("instances", "--state", "done"),
        2,
        "--state: expected one of active, completed, terminated, found 'done'",
    ),
    (("instances", "--limit", "0"), 2, "'--limit'"),
    (("show", "4711"), 3, "process instance with key '4711', but none was found"),
    (("show", "trip"), 2, "KEY"),
    (("history", "4711"), 3, "process instance with key '4711', but none was found"),
    (("show",), 2, "Expected the KEY of a process instance, or --last"),
    (("show", "1", "--last"), 2, "Expected the KEY of a process instance, or --last"),
    (("show", "1", "--process", "trip"), 2, "Expected the KEY of a process instance, or --last"),
    (
        ("show", "--last", "--process", "nope"),
        3,
        "Expected the id of a deployed process, but found 'nope'",
    ),
    (
        ("instances", "--since", "yesterday"),
        2,
        "--since: expected a moment such as 2026-11-30T08:00 (UTC), or how long ago, such as 2h",
    ),
    (("instances", "--variable", "=1"), 2, "--variable: expected NAME or NAME=JSON, found '=1'"),
    (
        ("instances", "--variable", "a=1", "--state", "completed"),
        4,
        "an instance that has ended has neither any more",
    ),
    (("cancel",), 2, "Expected keys of process instances, or --process ID"),
    (("cancel", "1", "--process", "trip"), 2, "Expected keys of process instances, or --process ID"),
    (
        ("cancel", "1", "trip"),
        2,
        "KEY: expected the key of a process instance, which is a number, but found 'trip'",
    ),
    (
        ("cancel", f"{10**20}"),
        2,
        f"KEY: expected the key of a process instance, at most {2**63 - 1}, but found '{10**20}'",
    ),
    (
        ("instances", "--process", "nope"),
        3,
        "Expected the id of a deployed process, but found 'nope'; `counterflow definitions` lists",
    ),
    (
        ("cancel", "--process", "nope"),
        3,
        "Expected the id of a deployed process, but found 'nope'; `counterflow definitions` lists",
    ),
    (
        ("start", "trip", "--await", "--timeout", "nan"),
        2,
        "--timeout: expected seconds from 0 to 31536000, such as 30 or 0.5, but found nan",
    ),
    (("start", "trip", "--await", "--timeout", "inf"), 2, "but found inf"),
    (("start", "trip", "--await", "--timeout", "-5"), 2, "but found -5"),
    (
        ("cancel", "2251799813685249"),
        3,
        "process instance with key '2251799813685249', but no such process was found",
    ),
    (
        ("set-variables", "2251799813685249", "{}"),
        3,
        "element with key '2251799813685249', but no such element was found",
    ),
]


@pytest.mark.parametrize("arguments,code,words", REFUSALS, ids=[" ".join(case[0]) for case in REFUSALS])
def test_a_refusal_is_a_sentence_and_a_code(
    counterflow: CommandLine, arguments: tuple[str, ...], code: int, words: str
) -> None:
    run = counterflow(*arguments)
    assert (run.code, run.data) == (code, "")
    assert words in run.words
    assert "Traceback" not in run.words
    assert "rejected with code" not in run.words
