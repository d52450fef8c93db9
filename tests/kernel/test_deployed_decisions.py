"""The indexes of decisions, and the models that are kept at hand."""

from __future__ import annotations

from typing import Any

from counterflow.kernel.rows import DecisionDefinition, DecisionRequirements
from counterflow.kernel.state.decisions import DeployedDecisions


def version(number: int, tag: str | None = None, model: int = 0) -> DecisionDefinition:
    return DecisionDefinition(100 + number, "answer", "Answer", number, tag, model or number, 1, 0)


def requirements(number: int) -> DecisionRequirements:
    return DecisionRequirements(number, "model", "Model", number, 1, "answer.dmn", b"", "[]", 1, 0)


def indexed(*rows: DecisionDefinition) -> DeployedDecisions:
    decisions = DeployedDecisions()
    for row in rows:
        decisions.index_decision(None, row)
    return decisions


def test_versions_labels_and_models() -> None:
    decisions = indexed(version(1, "spring"), version(2, "spring"), version(3))
    assert decisions.latest["answer"] == version(3)
    assert decisions.version_of("answer", 1) == version(1, "spring")
    assert decisions.tagged("answer", "spring") == version(2, "spring")
    assert decisions.in_model(2, "answer") == version(2, "spring")
    assert (
        decisions.version_of("answer", 4),
        decisions.tagged("answer", "x"),
        decisions.in_model(9, "answer"),
    ) == (None, None, None)


def test_what_is_taken_back_leaves_what_was_before() -> None:
    decisions = indexed(version(1), version(2))
    decisions.index_decision(version(2), None)
    assert (decisions.latest["answer"], decisions.in_model(2, "answer")) == (version(1), None)
    decisions.index_decision(version(1), None)
    assert (decisions.latest, decisions.versions) == ({}, {})


def test_a_second_version_in_one_model_taken_back_leaves_the_first() -> None:
    decisions = indexed(version(1, model=7), version(2, model=8), version(3, model=7))
    decisions.index_decision(version(3, model=7), None)
    assert decisions.in_model(7, "answer") == version(1, model=7)


def test_models_taken_back_are_at_hand_no_more() -> None:
    decisions, model = DeployedDecisions(), object()
    for number in (1, 2):
        decisions.index_requirements(None, requirements(number))
        decisions.models.keep(number, as_model(model), 1)
    decisions.index_requirements(requirements(2), None)
    assert decisions.latest_requirements == {"model": requirements(1)}
    assert (decisions.models.get(1) is model, decisions.models.get(2)) == (True, None)


def as_model(thing: object) -> Any:
    return thing
