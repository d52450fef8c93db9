"""Linting, deploying and listing models."""

from __future__ import annotations

from pathlib import Path

import pytest

from counterflow.documents.limits import DECISION_LIMITS
from tests.cli.commands import CommandLine
from tests.queries.models import GUARDED, TRIP, process
from tests.tidy.sources import ROOT

NO_START = process("headless", '<bpmn:endEvent id="end"/>')


@pytest.fixture
def trip(tmp_path: Path) -> Path:
    """A sound model."""
    (tmp_path / "trip.bpmn").write_bytes(TRIP)
    return tmp_path / "trip.bpmn"


@pytest.fixture
def refused(tmp_path: Path) -> Path:
    """A model that nobody can start."""
    (tmp_path / "headless.bpmn").write_bytes(NO_START)
    return tmp_path / "headless.bpmn"


def test_deploy_says_what_is_deployed_now(counterflow: CommandLine, trip: Path) -> None:
    run = counterflow.good("deploy", trip)
    assert run.data.splitlines()[0].split() == ["PROCESS", "VERSION", "KEY", "FILE"]
    assert run.data.splitlines()[1].split()[0] == "trip"
    assert "counterflow start trip" in run.words


def test_deploy_gives_json(counterflow: CommandLine, trip: Path) -> None:
    (deployed,) = counterflow.good("deploy", trip, "--json").json["deployments"]
    assert set(deployed) == {"process"}
    assert (deployed["process"]["bpmnProcessId"], deployed["process"]["resourceName"]) == (
        "trip",
        "trip.bpmn",
    )
    assert isinstance(deployed["process"]["processDefinitionKey"], int)


def test_a_changed_model_gets_a_new_version(counterflow: CommandLine, tmp_path: Path) -> None:
    path = tmp_path / "changing.bpmn"
    for number in (1, 2):
        path.write_bytes(
            TRIP.replace(b'"trip"', b'"changing"').replace(b"Book hotel", f"Book {number}".encode())
        )
        counterflow.good("deploy", path)
    counterflow.good("deploy", path)
    found = counterflow.good("definitions", "--process", "changing", "--json").json
    assert [one["version"] for one in found] == [2, 1]
    latest = counterflow.good("definitions", "--process", "changing", "--latest").data.splitlines()
    assert [line.split()[:3] for line in latest[1:]] == [["changing", "2", "-"]]


def test_deploy_passes_on_warnings(counterflow: CommandLine, tmp_path: Path) -> None:
    path = tmp_path / "guarded.bpmn"
    path.write_bytes(GUARDED)
    assert f"{path}: warning: line 1, element 'refused' [lost-undo]" in counterflow.good("deploy", path).words


def test_a_refused_model_names_element_rule_and_remedy(counterflow: CommandLine, refused: Path) -> None:
    run = counterflow("deploy", refused)
    assert (run.code, run.data) == (4, "")
    assert "headless" in run.words
    assert "[start-event]" in run.words


def test_a_file_that_no_message_holds_is_refused_with_both_sizes(
    counterflow: CommandLine, tmp_path: Path
) -> None:
    path = tmp_path / "huge.bpmn"
    path.write_bytes(TRIP + b" " * 5_000_000)
    run = counterflow("deploy", path)
    assert run.code == 4
    assert "at most 4194304 bytes" in run.words


def test_all_or_none(counterflow: CommandLine, trip: Path, refused: Path) -> None:
    before = counterflow.good("definitions", "--json").json
    assert counterflow("deploy", trip, refused).code == 4
    assert counterflow.good("definitions", "--json").json == before


def test_lint_needs_no_server(counterflow: CommandLine, trip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZEEBE_ADDRESS", "127.0.0.1:1")
    assert counterflow.good("lint", trip).words == "1 file, 0 errors, 0 warnings.\n"


def test_lint_ends_with_4_where_a_deployment_would_be_refused(
    counterflow: CommandLine, trip: Path, refused: Path
) -> None:
    run = counterflow("lint", trip, refused)
    assert run.code == 4
    assert f"{refused}: error: line 1, element 'headless' [start-event]" in run.data
    assert run.words == "2 files, 1 error, 1 warning.\n"


def test_lint_hints_at_what_might_be_better_and_ends_well(counterflow: CommandLine) -> None:
    waiting = ROOT / "tests/bpmn/hints/no-time-limit.invalid.bpmn"
    run = counterflow.good("lint", waiting)
    assert (
        "hint: line 5, element 'paid' [no-time-limit]: intermediateCatchEvent 'paid' waits without"
        in run.data
    )
    assert run.words == "1 file, 0 errors, 0 warnings, 1 hint.\n"
    assert counterflow.good("lint", waiting, "--json").json[0]["severity"] == "hint"
    assert "hint" not in counterflow.good("deploy", waiting).words


def test_lint_gives_json_with_the_schemas_complaints(
    counterflow: CommandLine, refused: Path, tmp_path: Path
) -> None:
    out_of_order = tmp_path / "order.bpmn"
    out_of_order.write_bytes(TRIP.replace(b"</bpmn:process>", b"<bpmn:documentation/></bpmn:process>"))
    found = counterflow("lint", refused, out_of_order, "--json").json
    by_rule = {finding["rule"]: finding for finding in found}
    assert by_rule["start-event"]["severity"] == "error"
    assert by_rule["start-event"]["remedy"]
    assert (by_rule["xsd"]["severity"], by_rule["xsd"]["file"]) == ("warning", str(out_of_order))


def test_the_schema_does_not_repeat_what_an_error_tells(counterflow: CommandLine, tmp_path: Path) -> None:
    lost = tmp_path / "lost.bpmn"
    lost.write_bytes(TRIP.replace(b"</bpmn:process>", b'<bpmn:sequenceFlow id="loose"/></bpmn:process>'))
    found = counterflow("lint", lost, "--json").json
    assert {finding["rule"] for finding in found if finding["elementId"] == "loose"} == {"dangling-reference"}


def test_a_file_that_is_too_large_has_no_line(counterflow: CommandLine, tmp_path: Path) -> None:
    huge = tmp_path / "huge.dmn"
    huge.write_bytes(b" " * (DECISION_LIMITS.resource_bytes + 1))
    (line,) = counterflow("lint", huge).data.splitlines()
    assert line.startswith(
        f"{huge}: error: [resource-size]: expected at most {DECISION_LIMITS.resource_bytes} bytes, found "
    )
    assert "of the server that is to take it" in line


@pytest.mark.parametrize("command", ["deploy", "lint"])
def test_a_file_that_is_not_there(counterflow: CommandLine, command: str, tmp_path: Path) -> None:
    run = counterflow(command, tmp_path / "nothing.bpmn")
    assert run.code == 3
    assert run.words == f"{tmp_path / 'nothing.bpmn'}: expected a file, found nothing\n"
