"""The oracle itself, without a Zeebe: two of our own servers are compared, records are folded, and the document is read."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest
from lxml import etree

from counterflow.model.graph import CompensationOrder
from tests.conformance.zeebe_oracle.adapt import BPMN, adapted, backwards
from tests.conformance.zeebe_oracle.ask import BEHAVIOURS, Pair, ask, scripts
from tests.conformance.zeebe_oracle.commands import FAMILIES, ask_commands
from tests.conformance.zeebe_oracle.compare import Difference
from tests.conformance.zeebe_oracle.ours import counterflow_side
from tests.conformance.zeebe_oracle.reasons import Exclusion, Place, Reason, Reasons, read_reasons
from tests.conformance.zeebe_oracle.records import MARK, Records
from tests.conformance.zeebe_oracle.report import Outcome, document, judge
from tests.conformance.zeebe_oracle.side import Side

DOCUMENT = BEHAVIOURS.parents[1] / "docs" / "differences.md"


def two_of_ours(second: CompensationOrder) -> Pair:
    """A server with parallel undo, and another with this order."""

    @asynccontextmanager
    async def pair() -> AsyncIterator[tuple[Side, Side]]:
        async with counterflow_side("first") as one, counterflow_side("second", order=second) as other:
            yield one, other

    return pair


async def asked(names: Sequence[str], order: CompensationOrder) -> Outcome:
    outcome = Outcome()
    for name in names:
        await ask(outcome, name, scripts()[name], Reasons(), two_of_ours(order))
    return outcome


# -- comparing ------------------------------------------------------------------------------------------------------------------------

EVERY_VERB = [
    "compensation/sequence",
    "incidents/job-type",
    "jobs/back-off",
    "messages/first-in-first-out.expired",
    "starts/timer.missed",
    "starts/at.refused",
    "timers/date",
    "variables/propagation.set",
    "call-activity/swept-away",
]
"""Behaviours whose scripts use every verb between them, files to deploy and dates included."""


async def test_what_is_the_same_is_identical() -> None:
    outcome = await asked(EVERY_VERB, CompensationOrder.PARALLEL)
    assert (outcome.identical, outcome.differing) == (EVERY_VERB, {})


async def test_every_aspect_of_another_order_is_seen() -> None:
    outcome = await asked(["compensation/sequence"], CompensationOrder.MIRROR)
    assert not outcome.identical
    (differences,) = outcome.differing.values()
    first = differences[0]
    assert (first.line, first.aspect) == ("complete car", "jobs")
    assert [text.split(":")[0] for text in first.first] == ["cancel-hotel"]
    assert first.second == ()
    assert {difference.aspect for difference in differences} >= {"jobs", "elements"}


async def test_a_model_of_the_other_dialect_is_not_asked() -> None:
    outcome = await asked(["tasks/camunda"], CompensationOrder.PARALLEL)
    assert outcome.not_asked == {"tasks/camunda": "models of the camunda: dialect"}


async def test_every_command_is_answered_alike_by_two_of_ours() -> None:
    outcome = Outcome()
    await ask_commands(outcome, two_of_ours(CompensationOrder.PARALLEL), [])
    assert (sorted(outcome.identical), outcome.differing) == (sorted(FAMILIES), {})


# -- forms of diagrams ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["compensation-calls/own-handler", "event-based-gateway/first-wins", "errors/boundary"])
def test_an_adapted_diagram_names_its_flows_and_puts_artifacts_last(name: str) -> None:
    root = etree.fromstring(adapted((BEHAVIOURS / f"{name}.bpmn").read_bytes()))
    flows = {flow.get("id"): flow.get("sourceRef") for flow in root.iter(f"{BPMN}sequenceFlow")}
    for node in [*root.iter(f"{BPMN}boundaryEvent"), *root.iter(f"{BPMN}eventBasedGateway")]:
        named = [outgoing.text for outgoing in node.findall(f"{BPMN}outgoing")]
        if node.find(f"{BPMN}compensateEventDefinition") is None:
            assert named
            assert {flows[text] for text in named} == {node.get("id")}
    for process in root.iter(f"{BPMN}process"):
        names = [etree.QName(child).localname for child in process]
        assert names == sorted(names, key=lambda local: local in {"association", "textAnnotation", "group"})


def test_a_diagram_backwards_twice_is_the_diagram() -> None:
    diagram = adapted((BEHAVIOURS / "compensation-scopes/three-levels.bpmn").read_bytes())
    assert backwards(diagram) != diagram
    assert etree.tostring(etree.fromstring(backwards(backwards(diagram))), method="c14n") == etree.tostring(
        etree.fromstring(diagram), method="c14n"
    )


# -- records --------------------------------------------------------------------------------------------------------------------------


def record(value_type: str, key: int, intent: str, **value: object) -> str:
    about = {
        "partitionId": 1,
        "value": value,
        "key": key,
        "intent": intent,
        "valueType": value_type,
        "recordType": "EVENT",
        "timestamp": 100,
    }
    return f"      exporter - {json.dumps(about, separators=(',', ':'))}\n"


def element(key: int, intent: str, element_id: str, kind: str = "SERVICE_TASK") -> str:
    return record(
        "PROCESS_INSTANCE",
        key,
        intent,
        bpmnElementType=kind,
        bpmnEventType="UNSPECIFIED",
        bpmnProcessId="order",
        elementId=element_id,
        processInstanceKey=1,
        parentProcessInstanceKey=-1,
    )


JOB = {"type": "pay", "elementInstanceKey": 2, "processInstanceKey": 1, "retries": 3, "retryBackoff": 0}


def fold(records: Records, *lines: str) -> None:
    for line in lines:
        records.take(line.encode())


def test_records_are_folded_into_a_view() -> None:
    records = Records()
    fold(
        records,
        "started",
        element(1, "ELEMENT_ACTIVATING", "order", "PROCESS"),
        element(1, "ELEMENT_ACTIVATED", "order", "PROCESS"),
        element(2, "ELEMENT_ACTIVATING", "pay"),
        record("VARIABLE", 5, "CREATED", scopeKey=2, name="a", value='{"y":1, "x":2}'),
        record("JOB", 3, "CREATED", **JOB),
        record("JOB", 3, "FAILED", **(JOB | {"retries": 0})),
        record("INCIDENT", 4, "CREATED", elementInstanceKey=2, processInstanceKey=1, jobKey=3, elementId="pay", errorType="JOB_NO_RETRIES"),
        record("TIMER", 6, "CREATED", dueDate=170),
    )
    view = records.view()
    assert [(instance.process_id, instance.state) for instance in view.instances] == [("order", "active")]
    assert [(found.element_id, found.state, found.variables) for found in view.elements] == [
        ("order", "active", {}),
        ("pay", "activating", {"a": '{"x": 2, "y": 1}'}),
    ]
    assert [(job.type, job.state, job.retries) for job in view.jobs] == [("pay", "failed", 0)]
    assert [(incident.element_id, incident.error_type) for incident in view.incidents] == [("pay", "JOB_NO_RETRIES")]
    assert records.due == {6: 170}


def test_marks_are_no_news() -> None:
    records = Records()
    fold(
        records,
        element(1, "ELEMENT_ACTIVATING", "order", "PROCESS"),
        element(2, "ELEMENT_ACTIVATING", "pay"),
        record("JOB", 3, "CREATED", **JOB),
        record("JOB_BATCH", 9, "ACTIVATED", jobKeys=[3], jobs=[{"deadline": 500}]),
        record("MESSAGE", 7, "EXPIRED", name=MARK),
    )
    assert (records.seen, records.marks, records.due) == (4, {7}, {3: 500})
    assert [job.state for job in records.view().jobs] == ["activated"]


# -- reasons and the document -----------------------------------------------------------------------------------------------------------

REASONS = Reasons(
    differences=[Reason("Why", "Because.", (Place(("jobs/*",), ("order",), line="^start", shows="b, a"),))],
    not_asked=[Exclusion("other dialect", "It is.", ())],
    refused=[Exclusion("no way out", "It wants one.", ("outgoing",))],
)


@pytest.mark.parametrize(
    "behaviour, line, aspect, first, explained",
    [
        ("jobs/one", "start", "order", "b, a", True),
        ("jobs/one", "start", "order", "c, a", False),
        ("jobs/one", "complete a", "order", "b, a", False),
        ("jobs/one", "start", "jobs", "b, a", False),
        ("timers/one", "start", "order", "b, a", False),
    ],
)
def test_a_reason_holds_where_it_says(behaviour: str, line: str, aspect: str, first: str, explained: bool) -> None:
    outcome = Outcome(differing={behaviour: [Difference(behaviour, line, aspect, (first,), ())]})
    judgement = judge(outcome, REASONS)
    assert (judgement.unexplained == []) is explained
    assert ("Why" in judgement.stale) is not explained


def test_a_refusal_needs_a_reason_too() -> None:
    outcome = Outcome(refused={"a": "must have an outgoing flow", "b": "dislikes it"})
    assert judge(outcome, REASONS).unexplained == ["b: Zeebe refuses the diagram: dislikes it"]
    assert judge(outcome, REASONS, is_whole=False).stale == []


def test_the_document_lists_what_has_no_reason() -> None:
    outcome = Outcome(identical=["x"], differing={"y": [Difference("y", "start", "jobs", ("a",), ())]})
    text = document(outcome, REASONS, judge(outcome, REASONS))
    assert "## UNEXPLAINED\n\n- y: > start: jobs: Zeebe: a\n" in text
    assert "| identical | 1 |" in text


def sections() -> dict[str, str]:
    """The sections of the document by their titles."""
    parts = re.split(r"^### (.+)$", DOCUMENT.read_text(), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_the_document_has_every_reason_and_no_other() -> None:
    reasons = read_reasons()
    entries = reasons.entries()
    assert list(sections()) == [entry.title for entry in entries]
    assert [entry.title for entry in entries if entry.text not in sections()[entry.title]] == []


def test_what_the_document_names_is_there() -> None:
    places = [
        (title, name) for title, text in sections().items() for name in re.findall(r"`([\w./-]+/[\w.-]+)`", text.split("Seen in:")[1])
    ]
    assert places
    assert [place for place in places if place[1] not in {*scripts(), *FAMILIES}] == []
    assert {title for title, _ in places} == set(sections())


def test_the_counts_of_the_document_add_up() -> None:
    text = DOCUMENT.read_text()
    *parts, total = (int(count) for count in re.findall(r"^\| .+ \| (\d+) \|$", text, flags=re.MULTILINE))
    assert sum(parts) == total
    assert "UNEXPLAINED" not in text
