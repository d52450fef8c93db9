"""The rule `unsupported-element`: what is not executed is refused with a remedy, never skipped."""

import pytest

from counterflow.bpmn.elements import ELEMENTS
from counterflow.bpmn.events.kinds import KINDS
from counterflow.bpmn.rules.unsupported_element import RULE
from counterflow.documents.findings import Severity
from tests.bpmn.diagram import (
    boundary,
    element,
    end,
    model,
    path,
    refused,
    service,
    start,
    sub_process,
    told,
    warned,
)

MAIN = (start(), service("a"), end(), path("start", "a", "end"))

NOT_EXECUTED = sorted(tag for tag, row in ELEMENTS.items() if row.remedy)


@pytest.mark.parametrize("tag", NOT_EXECUTED)
def test_elements(tag: str) -> None:
    (finding,) = told(model(*MAIN, element(tag, id="it")), RULE, Severity.ERROR)
    assert (finding.element_id, finding.line) == ("it", 7)
    assert tag in finding.message
    assert finding.remedy == ELEMENTS[tag].remedy


def test_a_catch_event_of_nothing_is_told_what_it_may_wait_for() -> None:
    (finding,) = told(model(*MAIN, element("intermediateCatchEvent", id="it")), RULE, Severity.ERROR)
    assert finding.message == "intermediateCatchEvent 'it' without event definition is not executed yet."
    assert (
        finding.remedy
        == "Give it a timerEventDefinition, a messageEventDefinition, a signalEventDefinition, "
        "a conditionalEventDefinition or a linkEventDefinition."
    )


@pytest.mark.parametrize("kind", ["timer", "conditional"])
@pytest.mark.parametrize("tag", ["endEvent", "intermediateThrowEvent"])
def test_what_is_only_waited_for_is_not_thrown(tag: str, kind: str) -> None:
    definition = f"{kind}EventDefinition"
    (finding,) = told(model(*MAIN, element(tag, element(definition), id="it")), RULE, Severity.ERROR)
    assert definition in finding.message
    assert finding.remedy == KINDS[definition].remedy


LOOP = element("standardLoopCharacteristics", id="loop")
EACH = element("multiInstanceLoopCharacteristics", id="loop")


@pytest.mark.parametrize(
    "inside",
    [
        element("task", LOOP, LOOP, id="each"),
        sub_process("each", EACH, LOOP, start("in"), end("out"), path("in", "out")),
        element("task", EACH, EACH, id="each"),
        element("exclusiveGateway", LOOP, id="each"),
        element("exclusiveGateway", EACH, id="each"),
        end("each", EACH),
    ],
)
def test_loop_markers_are_told_of_their_element(inside: str) -> None:
    assert refused(model(*MAIN, inside), RULE) == ["each"]


def test_a_process_is_not_done_once_per_item() -> None:
    assert refused(model(*MAIN, EACH), RULE) == ["process"]


@pytest.mark.parametrize(
    "inside, expected",
    [
        ([boundary("bare", "a")], ["bare"]),
        ([element("task", id="many", startQuantity="2")], ["many"]),
        ([element("task", id="many", completionQuantity="3")], ["many"]),
        ([element("hologram", id="odd")], ["odd"]),
        ([element("hologram")], ["process/hologram[1]"]),
        ([start("by_reference", element("eventDefinitionRef"))], ["by_reference"]),
    ],
)
def test_the_rest(inside: list[str], expected: list[str]) -> None:
    assert refused(model(*MAIN, *inside), RULE) == expected


def test_what_carries_no_token_is_read_over() -> None:
    tags = (
        "documentation",
        "dataObject",
        "dataObjectReference",
        "dataStoreReference",
        "textAnnotation",
        "group",
        "property",
        "laneSet",
    )
    assert refused(model(*MAIN, *(element(tag) for tag in tags)), RULE) == []


def test_performers_are_read_over_with_a_warning() -> None:
    task = element("userTask", element("potentialOwner"), id="ask")
    assert warned(model(*MAIN, task), RULE) == ["ask"]


@pytest.mark.parametrize(
    "inside, expected",
    [
        (element("laneSet", element("lane", element("partitionElement"), id="lane")), "lane"),
        (element("task", id="none", startQuantity="0"), "none"),
        (element("task", id="none", completionQuantity="0"), "none"),
    ],
)
def test_what_changes_nothing_is_told(inside: str, expected: str) -> None:
    content = model(start(), end(), path("start", "end"), inside)
    assert (refused(content, RULE), warned(content, RULE)) == ([], [expected])
