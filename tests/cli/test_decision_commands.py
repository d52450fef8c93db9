"""Decisions on the command line: deployed and asked on a server, tried out without one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.commands import CommandLine

SHOWCASE = Path(__file__).parents[2] / "bpmn" / "showcase" / "refund"
DMN, BPMN = SHOWCASE / "refund.dmn", SHOWCASE / "trip-refund.bpmn"
TRIP = '{"price": 640, "fare": "basic", "daysLeft": 12}'
STEPS = [
    ["DECISION", "INPUTS", "RULES", "OUTPUT"],
    ["refund-share", "Fare", "=", '"basic",', "Days", "left", "=", "12", "3", "0.5"],
    ["refund", "-", "-", "320"],
]
OVERLAPPING = DMN.read_bytes().replace(b'hitPolicy="FIRST"', b'hitPolicy="UNIQUE"')


@pytest.fixture
def nowhere(counterflow: CommandLine, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """The command line without a server."""
    monkeypatch.setenv("ZEEBE_ADDRESS", "127.0.0.1:1")
    return counterflow


def words_of(text: str) -> list[list[str]]:
    return [line.split() for line in text.splitlines()]


# -- on a server ---------------------------------------------------------------------------------------------


def test_a_form_is_deployed_beside(counterflow: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "ask.form"
    file.write_text('{"id": "ask", "type": "default", "components": []}')
    head, row = words_of(counterflow.good("deploy", str(file)).data)
    assert (head, row[0], row[3]) == (["FORM", "VERSION", "KEY", "FILE"], "ask", "ask.form")


def test_processes_and_decisions_are_deployed_together(counterflow: CommandLine) -> None:
    run = counterflow.good("deploy", BPMN, DMN)
    rows = words_of(run.data)
    assert [row[0] for row in rows] == ["PROCESS", "trip-refund", "DECISION", "refund-share", "refund"]
    assert rows[2] == ["DECISION", "VERSION", "KEY", "FILE"]
    assert (rows[4][1], rows[4][3]) == ("1", "refund.dmn")
    assert "called-decision" not in run.words
    listed = words_of(counterflow.good("decisions", "--latest").data)
    assert listed[0] == ["DECISION", "VERSION", "TAG", "KEY", "MODEL", "DEPLOYED", "FILE"]
    assert ["refund", "1", "-", rows[4][2], "refund-rules"] in [row[:5] for row in listed]
    (one,) = counterflow.good("decisions", "--decision", "refund", "--json").json
    assert (one["decisionId"], one["decisionRequirementsId"], str(one["key"])) == (
        "refund",
        "refund-rules",
        rows[4][2],
    )


def test_a_decision_that_nobody_deployed_is_told(counterflow: CommandLine, tmp_path: Path) -> None:
    path = tmp_path / "lonely.bpmn"
    path.write_bytes(
        BPMN.read_bytes()
        .replace(b'decisionId="refund"', b'decisionId="lonely"')
        .replace(b"trip-refund", b"lonely")
    )
    words = counterflow.good("deploy", path).words
    assert (
        f"{path}: warning: line 5, element 'decide-refund' [called-decision]: decision 'lonely' is not deployed."
        in words
    )


def test_decisions_alone(counterflow: CommandLine) -> None:
    run = counterflow.good("deploy", DMN)
    assert words_of(run.data)[0] == ["DECISION", "VERSION", "KEY", "FILE"]
    assert run.words == ""


def test_a_deployed_decision_is_evaluated(counterflow: CommandLine) -> None:
    counterflow.good("deploy", DMN)
    run = counterflow.good("evaluate", "refund", "--variables", TRIP)
    assert words_of(run.data) == [["320"], [], *STEPS]
    answer = counterflow.good("evaluate", "refund", "--variables", TRIP, "--json").json
    assert (answer["decisionOutput"], answer["evaluatedDecisions"][0]["matchedRules"][0]["ruleIndex"]) == (
        320,
        3,
    )
    assert counterflow.good("evaluate", answer["decisionKey"], "--variables", TRIP).data == run.data


def test_what_cannot_be_evaluated(counterflow: CommandLine, tmp_path: Path) -> None:
    missing = counterflow("evaluate", "nix")
    assert (missing.code, missing.data) == (3, "")
    assert "no decision found for id 'nix'" in missing.words
    path = tmp_path / "overlapping.dmn"
    path.write_bytes(
        OVERLAPPING.replace(b'id="refund', b'id="overlapping').replace(b'"#refund', b'"#overlapping')
    )
    counterflow.good("deploy", path)
    failed = counterflow("evaluate", "overlapping", "--variables", TRIP)
    assert (failed.code, failed.data) == (1, "")
    assert "Decision 'overlapping-share' gave no output: " in failed.words


def test_an_instance_shows_what_it_has_decided(counterflow: CommandLine) -> None:
    counterflow.good("deploy", BPMN, DMN)
    instance = counterflow.start("trip-refund", {"price": 640, "fare": "basic", "daysLeft": 12})
    shown = counterflow.good("show", instance).data
    assert "▦ refund version 1 → 320" in shown
    assert '── refund-share Fare = "basic", Days left = 12 → rule 3 → 0.5' in shown
    task = counterflow.good("show", instance, "--json").json["root"]["children"][1]
    (decided,) = task["decisions"]
    assert (decided["output"], [step["id"] for step in decided["evaluated"]]) == (
        320,
        ["refund-share", "refund"],
    )


# -- without one ---------------------------------------------------------------------------------------------


def test_a_file_is_evaluated(nowhere: CommandLine) -> None:
    run = nowhere.good("dmn", "eval", DMN, "--decision", "refund", "--variables", TRIP)
    assert (words_of(run.data), run.words) == ([["320"], [], *STEPS], "")


def test_a_file_is_evaluated_as_json(nowhere: CommandLine) -> None:
    answer = nowhere.good(
        "dmn", "eval", DMN, "--decision", "refund-share", "--variables", TRIP, "--json"
    ).json
    assert (answer["output"], answer["failureMessage"], answer["warnings"]) == (0.5, "", [])
    (step,) = answer["evaluated"]
    assert step["rules"] == [
        {"id": "in-time", "index": 3, "outputs": [{"id": "share-output", "name": "share", "value": 0.5}]}
    ]


def test_warnings_are_words(nowhere: CommandLine) -> None:
    run = nowhere.good("dmn", "eval", DMN, "--decision", "refund")
    assert run.data.splitlines()[0] == "null"
    assert "warning: " in run.words


def test_a_file_that_imports_another(nowhere: CommandLine, tmp_path: Path) -> None:
    importing = (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="sum" name="sum" namespace="urn:sum">'
        '<import name="rules" namespace="https://counterflow.dev/showcase/refund" importType="dmn"/><decision id="fee" name="fee">'
        '<variable name="fee"/><informationRequirement><requiredDecision href="https://counterflow.dev/showcase/refund#refund"/>'
        "</informationRequirement><literalExpression><text>rules.refund - 20</text></literalExpression></decision></definitions>"
    )
    (tmp_path / "fee.dmn").write_text(importing)
    run = nowhere.good("dmn", "eval", tmp_path / "fee.dmn", DMN, "--variables", TRIP)
    assert run.data.splitlines()[0] == "300"
    alone = nowhere("dmn", "eval", tmp_path / "fee.dmn", "--variables", TRIP)
    assert (alone.code, "[import]" in alone.words) == (4, True)


def test_a_failure_of_a_file(nowhere: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "overlapping.dmn").write_bytes(OVERLAPPING)
    run = nowhere(
        "dmn", "eval", tmp_path / "overlapping.dmn", "--decision", "refund-share", "--variables", TRIP
    )
    assert (run.code, run.data) == (1, "")
    assert "found rules 3, 4" in run.words


@pytest.mark.parametrize(
    "arguments, code, words",
    [
        ([DMN], 2, "several or none (refund-share, refund)"),
        ([DMN, "--decision", "nix"], 3, "(refund-share, refund), found 'nix'"),
        ([DMN, "--decision", "refund", "--variables", "[]"], 2, "expected a JSON object"),
        ([SHOWCASE / "nothing.dmn"], 3, "expected a file, found nothing"),
        ([BPMN], 4, "[dmn-version]"),
    ],
)
def test_what_a_file_cannot_be_asked(
    nowhere: CommandLine, arguments: list[object], code: int, words: str
) -> None:
    run = nowhere("dmn", "eval", *arguments)
    assert (run.code, run.data) == (code, "")
    assert words in run.words


def test_a_decision_in_the_place_of_a_file_is_told_its_option(nowhere: CommandLine) -> None:
    run = nowhere("dmn", "eval", DMN, "refund")
    assert (run.code, run.data) == (3, "")
    assert (
        run.words
        == "refund: expected a file, found nothing; the id of a decision is given as --decision refund\n"
    )


def test_lint_reads_decisions(nowhere: CommandLine, tmp_path: Path) -> None:
    assert nowhere.good("lint", BPMN, DMN).words == "2 files, 0 errors, 0 warnings.\n"
    broken = tmp_path / "broken.dmn"
    broken.write_bytes(DMN.read_bytes().replace(b"share * price", b"share *"))
    run = nowhere("lint", broken)
    assert run.code == 4
    assert f"{broken}: error: line " in run.data


@pytest.mark.parametrize(
    "arguments, data",
    [
        (["1 + 1"], "2"),
        (["= price * 2", "--variables", TRIP], "1280"),
        (['{a: [1, "b"], d: date("2024-02-29"), n: null}'], '{"a": [1, "b"], "d": @"2024-02-29", "n": null}'),
        (['{d: date("2024-02-29")}', "--json"], '{"d": "2024-02-29"}'),
        (["[1..3]"], "[1..3]"),
        (["[1..3]", "--json"], '"[1..3]"'),
        (["> 5, [1..3]", "--unary", "--input", "2"], "true"),
        (['not("a")', "--unary", "--input", '"a"'], "false"),
    ],
)
def test_an_expression(nowhere: CommandLine, arguments: list[str], data: str) -> None:
    run = nowhere.good("feel", *arguments)
    assert (run.data, run.words) == (data + "\n", "")


def test_an_expression_warns(nowhere: CommandLine) -> None:
    run = nowhere.good("feel", "amount")
    assert (run.data, run.words) == ("null\n", "warning: no variable 'amount': it is null\n")


@pytest.mark.parametrize(
    "arguments, code, words",
    [
        (["1 +"], 2, "  1 +\n     ^\n"),
        (["> 5", "--unary", "--input", "x"], 2, "--input: expected JSON"),
        (["1", "--input", "2"], 2, "--input: expected with --unary only"),
        (
            ["1", "--context", "{}"],
            2,
            "There is no option --context here: it is `counterflow feel EXPRESSION --variables JSON`.",
        ),
        (["1", "--variables", '{"a": "\udcff"}'], 2, "--variables: expected text in UTF-8, but found"),
        (["> 5", "--unary", "--input", '"\udcff"'], 2, "--input: expected text in UTF-8, but found"),
        (['"\udcff"'], 2, "EXPRESSION: expected text in UTF-8, but found"),
        (["1", "--variables", "7"], 2, "--variables: expected a JSON object"),
        (["count(for i in 1..1000000 return i)"], 1, "The expression was stopped: "),
    ],
)
def test_what_is_no_expression(nowhere: CommandLine, arguments: list[str], code: int, words: str) -> None:
    run = nowhere("feel", *arguments)
    assert (run.code, run.data) == (code, "")
    assert words in run.words
