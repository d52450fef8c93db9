"""Evaluating decisions: for callers and for instances, what is kept of it, and what replay makes of it."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from counterflow import kernel
from counterflow.kernel.lives import decisions
from counterflow.kernel.lives.decisions import DecisionEvaluated, EvaluateDecision
from counterflow.kernel.rows import Incident, Partition
from counterflow.kernel.state.partition import State
from counterflow.kernel.state.source import EmptySource
from counterflow.kernel.vocabulary import Rejection, RejectionType
from counterflow.kernel.work.budget import ProcessLimits
from counterflow.kernel.work.held import IncidentRaised
from counterflow.store.open import open_store
from counterflow.testing import Engine
from tests.bpmn.diagram import element, end, extensions, model, path, start
from tests.dmn.drawing import decision, literal, table
from tests.dmn.drawing import model as drawn
from tests.testing.rows import deployment_of, evaluation_of

RATING = drawn(
    decision("base", literal("amount * 2")),
    decision(
        "rating",
        table('UNIQUE | base || grade | note\n| < 10 || "low" | "-"\n| >= 10 || "high" | "!"'),
        "!base",
    ),
    decision("broken", table("UNIQUE | amount || x\n| > 1 || 1\n| > 2 || 2")),
    decision("function", literal("function(x) x")),
    decision("endless", literal("count(for i in 1..1000000 return i)")),
    decision("large", literal('string join(for i in 1..30 return "0123456789")')),
)


def deciding(decision_id: str, *inside: str, **written: str) -> bytes:
    called = {"decisionId": decision_id, "resultVariable": "given", **written}
    task = element(
        "businessRuleTask", extensions(element("zeebe:calledDecision", **called), *inside), id="decide"
    )
    return model(start(), task, end(), path("start", "decide", "end"))


def with_rating(limits: ProcessLimits | None = None) -> Engine:
    found = Engine(limits=limits)
    deployment_of(found, {"rating.dmn": RATING})
    return found


def evaluated(found: Engine) -> DecisionEvaluated:
    (event,) = [
        each for entry in found.log for each in kernel.events_of(entry) if isinstance(each, DecisionEvaluated)
    ]
    return event


def test_a_caller_is_told_everything() -> None:
    answer = evaluation_of(with_rating(), "rating", {"amount": 7})
    assert msgspec.json.decode(answer.output) == {"grade": "high", "note": "!"}
    base, rating = answer.evaluated
    assert (base.id, base.type, bytes(base.output), base.version, base.inputs) == (
        "base",
        "LITERAL_EXPRESSION",
        b"14",
        1,
        (),
    )
    assert (rating.id, rating.type, rating.key) == ("rating", "DECISION_TABLE", answer.decision.key)
    assert [(each.name, bytes(each.value)) for each in rating.inputs] == [("base", b"14")]
    assert [
        (rule.index, [(each.name, bytes(each.value)) for each in rule.outputs]) for rule in rating.rules
    ] == [(2, [("grade", b'"high"'), ("note", b'"!"')])]
    assert (answer.failure, answer.requirements.requirements_id) == ("", "model")


def test_a_decision_without_an_id_goes_by_its_name() -> None:
    found = Engine()
    deployment_of(
        found,
        {
            "a.dmn": drawn(
                decision("answer", literal("count(for i in 1..n return i)")).replace(' id="answer"', "")
            )
        },
    )
    answer = evaluation_of(found, "answer", {"n": 3})
    assert (answer.output, [(each.id, each.key) for each in answer.evaluated]) == (
        b"3",
        [("answer", answer.decision.key)],
    )
    assert evaluation_of(found, "answer", {"n": 1_000_000}).failed_decision_id == "answer"


def test_decisions_outlive_a_server(tmp_path: Path) -> None:
    for number in (1, 2):
        store = open_store(f"sqlite:///{tmp_path / 'decisions.db'}")
        found = Engine(store)
        if number == 1:
            deployment_of(
                found, {"rating.dmn": RATING, "process.bpmn": deciding("rating", bindingType="deployment")}
            )
        assert found.is_completed(found.start("process", {"amount": number}))
        store.close()


def test_a_version_by_its_key() -> None:
    found = with_rating()
    first = evaluation_of(found, "base", {"amount": 1})
    deployment_of(found, {"rating.dmn": RATING.replace(b"amount * 2", b"amount * 3")})
    assert evaluation_of(found, "base", {"amount": 1}).output == b"3"
    assert evaluation_of(found, first.decision.key, {"amount": 1}).output == b"2"


@pytest.mark.parametrize(
    "decision_id, words",
    [
        ("broken", "UNIQUE allows one matching rule"),
        ("endless", "more than 150000 steps"),
        ("function", "expected a value that JSON can say, found a function"),
    ],
)
def test_a_failure_is_an_answer(decision_id: str, words: str) -> None:
    answer = evaluation_of(with_rating(), decision_id, {"amount": 5})
    assert (answer.failed_decision_id, answer.output) == (decision_id, b"null")
    assert words in answer.failure


@pytest.mark.parametrize(
    "command, words",
    [
        (
            EvaluateDecision(decision_id="nix", variables={}),
            "no decision found for id 'nix'; deployed are: 'base', 'broken',",
        ),
        (EvaluateDecision(decision_key=7, variables={}), "no decision found for key '7'"),
        (EvaluateDecision(variables={}), "by id or by key, but neither was given"),
    ],
)
def test_what_is_not_there(command: EvaluateDecision, words: str) -> None:
    with pytest.raises(Rejection, match=words) as rejection:
        with_rating().run(command)
    assert rejection.value.type is RejectionType.INVALID_ARGUMENT


def test_an_evaluation_is_kept_in_the_log_and_replayed_without_a_model() -> None:
    found = with_rating()
    deployment_of(found, {"process.bpmn": deciding("rating")})
    found.start("process", {"amount": 7})
    event = evaluated(found)
    assert (event.decision_id, event.version, msgspec.json.decode(event.output)["grade"]) == (
        "rating",
        1,
        "high",
    )
    assert [each.id for each in decisions.trace_of(event.evaluated)] == ["base", "rating"]
    replayed = State(EmptySource(), Partition(1, 0, 0))
    kernel.replay(replayed, found.log)  # an empty source would raise if a model were asked for
    assert replayed.last_position == sum(entry.event_count for entry in found.log)


def test_the_time_of_an_evaluation_is_that_of_the_command() -> None:
    found = Engine()
    deployment_of(found, {"now.dmn": drawn(decision("now", literal("string(now())")))})
    assert b"2023-11-14T22:13:20" in evaluation_of(found, "now").output
    found.advance(hours=1)
    assert b"2023-11-14T23:13:20" in evaluation_of(found, "now").output


def test_why_something_was_null_is_kept() -> None:
    found = with_rating()
    evaluation_of(found, "rating")
    assert evaluated(found).warnings[0] == "no variable 'amount': it is null"


def test_of_a_large_evaluation_the_log_keeps_which_rules_matched() -> None:
    found = with_rating(ProcessLimits(variable_bytes=100))
    assert len(evaluation_of(found, "large").evaluated[0].output) > 300
    (kept,) = decisions.trace_of(evaluated(found).evaluated)
    assert (kept.id, bytes(kept.output)) == ("large", b"null")


def test_a_result_that_finds_no_room_is_an_incident() -> None:
    found = with_rating(ProcessLimits(variable_bytes=200))
    deployment_of(found, {"process.bpmn": deciding("large")})
    instance = found.start("process")
    assert found.incident("decide").error_type == "IO_MAPPING_ERROR"
    found.set_variables("decide", {"given": "short"}, local=True)
    found.resolve("decide")
    assert found.is_completed(instance)


@pytest.mark.parametrize(
    "decision_id, error",
    [("endless", "DECISION_EVALUATION_ERROR"), ("function", "DECISION_EVALUATION_ERROR")],
)
def test_what_takes_too_much_is_an_incident(decision_id: str, error: str) -> None:
    found = with_rating()
    deployment_of(found, {"process.bpmn": deciding(decision_id)})
    found.start("process")
    (incident,) = found.store.scan(Incident, {})
    assert (incident.error_type, f"decision '{decision_id}' (version 1) of 'decide'" in incident.message) == (
        error,
        True,
    )


def test_a_model_is_read_again_after_a_restart() -> None:
    found = with_rating()
    deployment_of(found, {"process.bpmn": deciding("rating")})
    found.restart()
    assert found.is_completed(found.start("process", {"amount": 1}))


def test_decisions_of_an_imported_model_are_told_with_their_keys() -> None:
    importing = drawn(
        '<import name="lib" namespace="urn:test" importType="dmn"/><decision id="sum" name="sum"><variable name="sum"/>'
        f'<informationRequirement><requiredDecision href="urn:test#base"/></informationRequirement>{literal("lib.base + 1")}</decision>',
        namespace="urn:sum",
    ).replace(b'id="model"', b'id="sum-model"')
    found = Engine()
    deployment = deployment_of(found, {"sum.dmn": importing, "rating.dmn": RATING})
    keys = {row.decision_id: row.key for row in deployment.decisions}
    for _ in range(2):
        answer = evaluation_of(found, "sum", {"amount": 4})
        assert [(each.id, each.key, bytes(each.output)) for each in answer.evaluated] == [
            ("base", keys["base"], b"8"),
            ("sum", keys["sum"], b"9"),
        ]
        found.restart()


@pytest.mark.parametrize("which", ["1" * 5_000, "-1", "1.0", " 1", "one"])
def test_a_version_that_is_no_number_is_not_there(which: str) -> None:
    task = element(
        "businessRuleTask",
        id="decide",
        camunda__decisionRef="rating",
        camunda__decisionRefBinding="version",
        camunda__decisionRefVersion="${which}",
        camunda__resultVariable="given",
    )
    found = with_rating()
    deployment_of(found, {"decide.bpmn": model(start(), task, end(), path("start", "decide", "end"))})
    found.start("process", {"which": which, "amount": 7})
    (incident,) = [
        event for entry in found.log for event in kernel.events_of(entry) if isinstance(event, IncidentRaised)
    ]
    assert incident.message.startswith(
        f"Expected 'decide' to evaluate decision 'rating', but decision 'rating' has no version '{which[:10]}"
    )
