"""Decision models and their versions: what is the same, what is new, what is bound to what."""

from __future__ import annotations

import pytest

from counterflow.kernel.rows import BoundDecision, DecisionDefinition, DecisionRequirements, Resource
from counterflow.kernel.vocabulary import Rejection
from counterflow.testing import Engine
from tests.bpmn.diagram import element, end, extensions, model, path, start
from tests.dmn.drawing import decision, literal
from tests.dmn.drawing import model as drawn
from tests.testing.rows import deployment_of, evaluation_of


def answer(value: str = "1", *names: str, requirements: str = "model", namespace: str = "urn:test") -> bytes:
    content = drawn(*(decision(name, literal(value)) for name in names or ("answer",)), namespace=namespace)
    return content.replace(b'id="model" name="model"', f'id="{requirements}" name="{requirements}"'.encode())


def bound(decision_id: str = "answer") -> bytes:
    called = element(
        "zeebe:calledDecision", decisionId=decision_id, resultVariable="x", bindingType="deployment"
    )
    task = element("businessRuleTask", extensions(called), id="decide")
    return model(start(), task, end(), path("start", "decide", "end"), process_id="bound")


def versions(engine: Engine) -> list[tuple[str, int]]:
    return [(row.decision_id, row.version) for row in engine.store.scan(DecisionDefinition, {})]


def test_a_deployment_answers_decisions_and_their_model() -> None:
    deployment = deployment_of(Engine(), {"answer.dmn": answer("1", "answer", "other")})
    (requirements,) = deployment.requirements
    assert [(row.decision_id, row.version, row.requirements_key) for row in deployment.decisions] == [
        ("answer", 1, requirements.key),
        ("other", 1, requirements.key),
    ]
    assert (requirements.requirements_id, requirements.version, requirements.resource_name) == (
        "model",
        1,
        "answer.dmn",
    )
    assert requirements.deployment_key == deployment.key


def test_the_same_again_is_the_same() -> None:
    engine = Engine()
    first, second = (deployment_of(engine, {"answer.dmn": answer()}) for _ in range(2))
    assert (first.decisions, first.requirements) == (second.decisions, second.requirements)
    assert len(engine.store.scan(Resource, {})) == 1


@pytest.mark.parametrize("name, content", [("answer.dmn", answer("2")), ("renamed.dmn", answer())])
def test_other_content_or_another_name_is_a_new_version(name: str, content: bytes) -> None:
    engine = Engine()
    deployment_of(engine, {"answer.dmn": answer()})
    deployment = deployment_of(engine, {name: content})
    assert (
        [row.version for row in deployment.decisions],
        [row.version for row in deployment.requirements],
    ) == ([2], [2])


def test_a_decision_that_moves_to_another_model_and_back() -> None:
    engine = Engine()
    deployment_of(engine, {"a.dmn": answer("1", requirements="a")})
    deployment_of(engine, {"b.dmn": answer("2", requirements="b")})
    back = deployment_of(engine, {"a.dmn": answer("1", requirements="a")})
    assert versions(engine) == [("answer", 1), ("answer", 2), ("answer", 3)]
    assert [row.version for row in back.requirements] == [1]
    assert evaluation_of(engine, "answer").output == b"1"


@pytest.mark.parametrize(
    "contents, words",
    [
        (
            {"a.dmn": answer(), "b.dmn": answer("2", "other")},
            "each decision model id once in a deployment, but 'model' is in 'a.dmn' and in",
        ),
        (
            {"a.dmn": answer(), "b.dmn": answer(requirements="b")},
            "each decision id once in a deployment, but 'answer' is in 'a.dmn'",
        ),
        (
            {"a.dmn": answer("1", "other"), "bound.bpmn": bound()},
            "together with decision 'answer', .*, but the deployment has 'other'",
        ),
        (
            {"bound.bpmn": bound()},
            "but the deployment has no decision; add the .dmn file, or bind it to the latest version",
        ),
    ],
)
def test_what_is_rejected_changes_nothing(contents: dict[str, bytes], words: str) -> None:
    engine = Engine()
    with pytest.raises(Rejection, match=words):
        deployment_of(engine, contents)
    assert engine.log == []
    assert deployment_of(engine, {"a.dmn": answer()}).decisions[0].version == 1


def test_only_processes_that_are_bound_are_written_down() -> None:
    engine = Engine()
    deployment_of(engine, {"a.dmn": answer()})
    assert engine.store.scan(BoundDecision, {}) == []
    deployment = deployment_of(engine, {"a.dmn": answer(), "bound.bpmn": bound()})
    (row,) = engine.store.scan(BoundDecision, {})
    assert (row.deployment_key, row.decision_id, row.decision_key) == (
        deployment.key,
        "answer",
        deployment.decisions[0].key,
    )
    assert (
        deployment_of(engine, {"a.dmn": answer(), "bound.bpmn": bound()}).definitions
        == deployment.definitions
    )
    assert len(engine.store.scan(BoundDecision, {})) == 1


def test_a_process_that_computes_what_it_is_bound_to_changes_with_any_decision() -> None:
    engine = Engine()
    for number, value in enumerate(("1", "1", "2"), 1):
        deployment = deployment_of(engine, {"a.dmn": answer(value), "bound.bpmn": bound("= which")})
        assert deployment.definitions[0].version == (1 if number < 3 else 2)


def test_a_model_whose_import_has_changed_is_a_new_one() -> None:
    importing = answer("3", "sum", requirements="sum", namespace="urn:sum").replace(
        b"><decision", b'><import name="lib" namespace="urn:test" importType="dmn"/><decision', 1
    )
    engine = Engine()
    for value, version in (("1", 1), ("1", 1), ("2", 2)):
        deployment = deployment_of(engine, {"sum.dmn": importing, "lib.dmn": answer(value)})
        assert {row.requirements_id: row.version for row in deployment.requirements} == {
            "model": version,
            "sum": version,
        }
    lib, summed = sorted(engine.store.scan(DecisionRequirements, {}), key=lambda row: row.key)[-2:]
    assert summed.imported_keys == f"[{lib.key}]"
