"""What of a BPMN element decides how it looks: its name, its trigger, its marks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from lxml import etree

from counterflow.bpmn.xml import BPMN, text_of
from counterflow.documents.xml import local_name, namespace
from counterflow.drawing.diagram import EdgeMark, ShapeMark, Trigger

Elements = Mapping[str, etree._Element]

SUB_PROCESSES: Final = frozenset(
    {"subProcess", "transaction", "adHocSubProcess", "subChoreography", "subConversation"}
)

_TRIGGERS: Final[Mapping[str, Trigger]] = {
    "messageEventDefinition": Trigger.MESSAGE,
    "timerEventDefinition": Trigger.TIMER,
    "errorEventDefinition": Trigger.ERROR,
    "escalationEventDefinition": Trigger.ESCALATION,
    "signalEventDefinition": Trigger.SIGNAL,
    "compensateEventDefinition": Trigger.COMPENSATION,
    "conditionalEventDefinition": Trigger.CONDITIONAL,
    "linkEventDefinition": Trigger.LINK,
    "cancelEventDefinition": Trigger.CANCEL,
    "terminateEventDefinition": Trigger.TERMINATE,
}

_INTERRUPTING: Final = {"boundaryEvent": "cancelActivity", "startEvent": "isInterrupting"}


def is_true(written: str | None) -> bool:
    """A boolean that is written, in whichever case: a picture is no place to refuse one."""
    return (written or "").strip().lower() in {"true", "1"}


def is_false(written: str | None) -> bool:
    """As `is_true`: whether it is written, and says no."""
    return (written or "").strip().lower() in {"false", "0"}


def trigger_of(element: etree._Element, elements: Elements) -> Trigger:
    """What an event catches or throws; with several event definitions, whether it waits for all of them."""
    if not local_name(element).endswith("Event"):
        return Trigger.NONE
    triggers = [trigger for trigger in _triggers(element, elements) if trigger is not None]
    if len(triggers) > 1:
        return Trigger.PARALLEL_MULTIPLE if is_true(element.get("parallelMultiple")) else Trigger.MULTIPLE
    return triggers[0] if triggers else Trigger.NONE


def _triggers(element: etree._Element, elements: Elements) -> Iterator[Trigger | None]:
    for child in element:
        if namespace(child) == BPMN and local_name(child) == "eventDefinitionRef":
            meant = elements.get(text_of(child).rpartition(":")[2])
            yield None if meant is None else _TRIGGERS.get(local_name(meant))
        elif namespace(child) == BPMN:
            yield _TRIGGERS.get(local_name(child))


def marks_of(element: etree._Element, elements: Elements) -> Iterator[ShapeMark]:
    """What the element itself says; whether it is open, upright or marked is said by its shape."""
    tag = local_name(element)
    yield from _marks_of_activity(element)
    if tag in _INTERRUPTING and is_false(element.get(_INTERRUPTING[tag])):
        yield ShapeMark.NOT_INTERRUPTING
    if is_true(element.get("instantiate")):
        yield ShapeMark.INSTANTIATING
    if tag == "eventBasedGateway" and element.get("eventGatewayType") == "Parallel":
        yield ShapeMark.PARALLEL
    if _is_collection(element, elements):
        yield ShapeMark.COLLECTION
    if tag == "participant" and not element.get("processRef"):
        yield ShapeMark.CLOSED_POOL


def _marks_of_activity(element: etree._Element) -> Iterator[ShapeMark]:
    if is_true(element.get("triggeredByEvent")):
        yield ShapeMark.EVENT_SUB_PROCESS
    if element.find(f"{{{BPMN}}}standardLoopCharacteristics") is not None:
        yield ShapeMark.LOOP
    many = element.find(f"{{{BPMN}}}multiInstanceLoopCharacteristics")
    if many is not None:
        yield ShapeMark.SEQUENTIAL if is_true(many.get("isSequential")) else ShapeMark.PARALLEL
    if is_true(element.get("isForCompensation")):
        yield ShapeMark.FOR_COMPENSATION
    if local_name(element) == "adHocSubProcess":
        yield ShapeMark.AD_HOC


def _is_collection(element: etree._Element, elements: Elements) -> bool:
    if local_name(element) == "participant":
        many = element.find(f"{{{BPMN}}}participantMultiplicity")
        return many is not None and many.get("maximum", "1").strip() not in {"0", "1"}
    meant = elements.get(element.get("dataObjectRef", ""), element)
    return is_true(meant.get("isCollection"))


def name_of(element: etree._Element, elements: Elements) -> str:
    """What is written in or beside it."""
    tag = local_name(element)
    if tag == "textAnnotation":
        text = element.find(f"{{{BPMN}}}text")
        return "" if text is None else text_of(text)
    if tag == "group":
        value = elements.get(element.get("categoryValueRef", "").rpartition(":")[2])
        return "" if value is None else value.get("value", "")
    state = element.find(f"{{{BPMN}}}dataState")
    named = element.get("name", "")
    return named if state is None or not state.get("name") else f"{named}\n[{state.get('name')}]".strip()


def edge_marks_of(element: etree._Element, elements: Elements, message: str) -> Iterator[EdgeMark]:
    """Of a flow or association; `message` is how a message is shown on it, if one is."""
    tag = local_name(element)
    source = elements.get(element.get("sourceRef", ""))
    if tag == "sequenceFlow" and source is not None:
        yield from _marks_of_flow(element, source)
    if tag == "messageFlow" and message in {"initiating", "non_initiating"}:
        yield EdgeMark.INITIATING if message == "initiating" else EdgeMark.ANSWERING
    direction = element.get("associationDirection")
    if tag in {"dataInputAssociation", "dataOutputAssociation"} or direction in {"One", "Both"}:
        yield EdgeMark.ARROW_AT_END
    if direction == "Both":
        yield EdgeMark.ARROW_AT_START


def _marks_of_flow(flow: etree._Element, source: etree._Element) -> Iterator[EdgeMark]:
    if source.get("default") == flow.get("id"):
        yield EdgeMark.DEFAULT
    elif flow.find(f"{{{BPMN}}}conditionExpression") is not None and not local_name(source).endswith(
        "Gateway"
    ):
        yield EdgeMark.CONDITIONAL
