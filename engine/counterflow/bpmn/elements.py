"""Which BPMN elements exist and what becomes of each: one row per tag, no branches elsewhere.

An element is run (a `Behaviour`), ignored (it carries no token: artifacts, data, lanes, documentation), or
refused with a remedy. Event elements are told apart by tag and event definition (BPMN 2.0.2, table 10.93).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from counterflow.model.graph import Behaviour


class Category(StrEnum):
    """The family of an element, as the rules speak of it (BPMN 2.0.2, 8.3.6 and 10.3)."""

    SCOPE = "scope"
    ACTIVITY = "activity"
    EVENT = "event"
    GATEWAY = "gateway"


@dataclass(frozen=True, slots=True)
class ElementKind:
    """What a tag stands for. `behaviour` None: told by the event definition, or the element is refused."""

    category: Category
    behaviour: Behaviour | None = None


ELEMENTS: Mapping[str, ElementKind] = {
    "process": ElementKind(Category.SCOPE, Behaviour.PROCESS),
    "subProcess": ElementKind(Category.ACTIVITY, Behaviour.SUB_PROCESS),
    "task": ElementKind(Category.ACTIVITY, Behaviour.PASS_THROUGH),
    "manualTask": ElementKind(Category.ACTIVITY, Behaviour.PASS_THROUGH),
    "serviceTask": ElementKind(Category.ACTIVITY, Behaviour.JOB_TASK),
    "sendTask": ElementKind(Category.ACTIVITY, Behaviour.JOB_TASK),
    "scriptTask": ElementKind(Category.ACTIVITY, Behaviour.JOB_TASK),
    "businessRuleTask": ElementKind(Category.ACTIVITY, Behaviour.JOB_TASK),
    "userTask": ElementKind(Category.ACTIVITY, Behaviour.JOB_TASK),
    "receiveTask": ElementKind(Category.ACTIVITY, Behaviour.CATCH_EVENT),
    "callActivity": ElementKind(Category.ACTIVITY, Behaviour.CALL_ACTIVITY),
    "exclusiveGateway": ElementKind(Category.GATEWAY, Behaviour.EXCLUSIVE_GATEWAY),
    "parallelGateway": ElementKind(Category.GATEWAY, Behaviour.PARALLEL_GATEWAY),
    "eventBasedGateway": ElementKind(Category.GATEWAY, Behaviour.EVENT_BASED_GATEWAY),
    "startEvent": ElementKind(Category.EVENT),
    "endEvent": ElementKind(Category.EVENT),
    "intermediateCatchEvent": ElementKind(Category.EVENT),
    "intermediateThrowEvent": ElementKind(Category.EVENT),
    "boundaryEvent": ElementKind(Category.EVENT),
    # Known, and not executed yet: the remedy is in REMEDIES.
    "transaction": ElementKind(Category.ACTIVITY),
    "adHocSubProcess": ElementKind(Category.ACTIVITY),
    "callChoreography": ElementKind(Category.ACTIVITY),
    "inclusiveGateway": ElementKind(Category.GATEWAY),
    "complexGateway": ElementKind(Category.GATEWAY),
    "implicitThrowEvent": ElementKind(Category.EVENT),
}

NONE = ""
"""Stands for "no event definition" in EVENTS."""

TIMER, MESSAGE = "timerEventDefinition", "messageEventDefinition"
"""What is waited for; a message is thrown as well, by a job."""

MULTI_INSTANCE = "multiInstanceLoopCharacteristics"
"""The mark of an activity that is done once per item of a collection."""

EVENTS: Mapping[tuple[str, str], Behaviour] = {
    ("startEvent", NONE): Behaviour.START_EVENT,
    ("startEvent", TIMER): Behaviour.START_EVENT,
    ("startEvent", MESSAGE): Behaviour.START_EVENT,
    ("startEvent", "errorEventDefinition"): Behaviour.START_EVENT,
    ("startEvent", "compensateEventDefinition"): Behaviour.START_EVENT,
    ("intermediateCatchEvent", TIMER): Behaviour.CATCH_EVENT,
    ("intermediateCatchEvent", MESSAGE): Behaviour.CATCH_EVENT,
    ("intermediateThrowEvent", NONE): Behaviour.THROW_EVENT,
    ("intermediateThrowEvent", "compensateEventDefinition"): Behaviour.THROW_EVENT,
    ("intermediateThrowEvent", MESSAGE): Behaviour.JOB_TASK,
    ("boundaryEvent", TIMER): Behaviour.BOUNDARY_EVENT,
    ("boundaryEvent", MESSAGE): Behaviour.BOUNDARY_EVENT,
    ("boundaryEvent", "errorEventDefinition"): Behaviour.BOUNDARY_EVENT,
    ("boundaryEvent", "compensateEventDefinition"): Behaviour.BOUNDARY_EVENT,
    ("endEvent", NONE): Behaviour.END_EVENT,
    ("endEvent", MESSAGE): Behaviour.JOB_TASK,
    ("endEvent", "terminateEventDefinition"): Behaviour.END_EVENT,
    ("endEvent", "errorEventDefinition"): Behaviour.END_EVENT,
    ("endEvent", "compensateEventDefinition"): Behaviour.END_EVENT,
}

REMEDIES: Mapping[str, str] = {
    "transaction": (
        "Use a sub-process with compensation handlers and an error boundary event whose path throws "
        "compensation."
    ),
    "adHocSubProcess": "Use a sub-process with parallel or exclusive gateways.",
    "callChoreography": "Use a collaboration with executable processes.",
    "inclusiveGateway": "Use a parallel gateway followed by an exclusive gateway on each branch.",
    "complexGateway": "Use exclusive and parallel gateways.",
    "intermediateCatchEvent": "Give it a timerEventDefinition or a messageEventDefinition.",
    "implicitThrowEvent": "Use an intermediate throw event.",
    TIMER: "Timers are waited for: use an intermediate catch event.",
    MESSAGE: "Catch it in an intermediate catch event, or throw it in an intermediate throw event.",
    "signalEventDefinition": "Use a service task that tells, or waits for, the others.",
    "escalationEventDefinition": (
        "Use an error event where the activity may be interrupted, else a service task."
    ),
    "conditionalEventDefinition": (
        "Use an exclusive gateway at the place where the condition is to be asked."
    ),
    "linkEventDefinition": "Draw the sequence flow between the two link events instead.",
    "cancelEventDefinition": "Use an error event whose path throws compensation.",
    "terminateEventDefinition": "Terminate in an end event.",
    "errorEventDefinition": (
        "Throw errors in an end event, catch them on a boundary or in an event sub-process."
    ),
    "compensateEventDefinition": "Throw compensation in an intermediate throw event or an end event.",
    MULTI_INSTANCE: "Mark an activity with it, once; of a gateway or an event there is only one instance.",
    "standardLoopCharacteristics": "Draw the loop with exclusive gateways.",
    "eventDefinitionRef": "Put the event definition inside the event.",
    "partitionElement": "Remove it; lanes are read as drawing only.",
    "partitionElementRef": "Remove it; lanes are read as drawing only.",
}
"""What to draw instead of something that is not executed, by tag."""

READ_OVER = frozenset({
    "documentation", "extensionElements", "auditing", "monitoring", "property", "ioSpecification",
    "ioBinding", "laneSet", "dataObject", "dataObjectReference", "dataStoreReference", "textAnnotation",
    "group", "artifact", "supports", "correlationSubscription", "resourceRole", "performer", "humanPerformer",
    "potentialOwner", "dataInput", "dataOutput", "inputSet", "outputSet", "dataInputAssociation",
    "dataOutputAssociation", "incoming", "outgoing", "script", "rendering",
})  # fmt: skip
"""Children of a process or an element that carry no token. Data is variables here, performers are headers."""

PERFORMERS = frozenset({"resourceRole", "performer", "humanPerformer", "potentialOwner"})
"""Children that say who does a task, in a way that no worker gets to see; ignored with a warning."""

OF_AN_ELEMENT = frozenset({MULTI_INSTANCE, "standardLoopCharacteristics"})
"""Children that would change how an activity runs."""


def remedy_for(tag: str) -> str:
    """What to use instead of an element or event definition that is not executed."""
    return REMEDIES.get(tag, "Remove it, or use an element that is executed.")
