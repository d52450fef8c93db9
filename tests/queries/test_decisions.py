"""Decisions that are deployed, and those that an instance has asked for."""

from __future__ import annotations

import json

import pytest

from counterflow.kernel.vocabulary import Rejection, RejectionType
from counterflow.queries.decisions import decision_xml, list_decisions
from counterflow.queries.instances import process_instance
from counterflow.testing import EPOCH_MS, Engine
from tests.dmn.drawing import decision, model, table
from tests.queries.models import flows, process

SIZE = model(decision("size", table('UNIQUE | n || size\n| < 5 || "small"\n| > 3 || "large"')))
SIZED = process(
    "sized",
    '<bpmn:startEvent id="start"/><bpmn:businessRuleTask id="decide"><bpmn:extensionElements>'
    '<zeebe:calledDecision decisionId="size" resultVariable="size"/></bpmn:extensionElements></bpmn:businessRuleTask>'
    '<bpmn:endEvent id="end"/>' + flows("start", "decide", "end"),
)


def sized() -> Engine:
    engine = Engine()
    engine.deploy_contents({"sized.bpmn": SIZED, "size.dmn": SIZE})
    return engine


def test_decisions_are_listed_newest_first() -> None:
    engine = sized()
    engine.deploy_contents({"size.dmn": SIZE.replace(b"large", b"big")})
    second, first = list_decisions(engine.store).items
    assert [(each.decision_id, each.version, each.resource_name) for each in (second, first)] == [
        ("size", 2, "size.dmn"),
        ("size", 1, "size.dmn"),
    ]
    assert (first.decision_requirements_id, first.name, first.version_tag, first.deployed_at_ms) == (
        "model",
        "size",
        "",
        EPOCH_MS,
    )
    assert [each.version for each in list_decisions(engine.store, latest_only=True).items] == [2]
    assert list_decisions(engine.store, decision_id="other").items == []
    assert decision_xml(engine.store, first.key).xml == SIZE


def test_an_unknown_key() -> None:
    with pytest.raises(Rejection) as rejection:
        decision_xml(Engine().store, 7)
    assert rejection.value.type is RejectionType.NOT_FOUND


def test_every_evaluation_of_a_task_is_told() -> None:
    engine = sized()
    instance = engine.start("sized", {"n": 4})
    engine.set_variables(instance, {"n": 9})
    engine.resolve("decide")
    task = next(
        child
        for child in process_instance(engine.store, instance).root.children
        if child.element_id == "decide"
    )
    failed, good = task.decisions
    assert ("found rules 1, 2" in failed.failure, failed.failed_decision_id, failed.output_json) == (
        True,
        "size",
        "null",
    )
    assert ("it is null" in failed.warnings, failed.evaluated_at_ms) == (True, EPOCH_MS)
    assert (good.decision_id, good.version, good.output_json, good.failure, good.warnings) == (
        "size",
        1,
        '"large"',
        "",
        "",
    )
    assert json.loads(good.evaluated_json)[0]["rules"][0]["outputs"] == [
        {"id": "1", "name": "size", "value": "large"}
    ]
