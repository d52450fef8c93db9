"""Which BPMN elements exist and what becomes of each: one row per tag, no branches elsewhere.

An element is run (a `Behaviour`), read over (it carries no token: artifacts, data, lanes, documentation), or refused with
a remedy. Event elements are told apart by tag and event definition (BPMN 2.0.2, table 10.93).
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
class Row:
    """What a tag stands for. `behaviour` None: told by the event definition, or the element is refused."""

    category: Category
    behaviour: Behaviour | None = None
    job: bool = False
    """True where the element is work for somebody else unless the model says otherwise."""


ELEMENTS: Mapping[str, Row] = {
    "process": Row(Category.SCOPE, Behaviour.PROCESS),
    "subProcess": Row(Category.ACTIVITY, Behaviour.SUB_PROCESS),
    "task": Row(Category.ACTIVITY, Behaviour.PASS_THROUGH),
    "manualTask": Row(Category.ACTIVITY, Behaviour.PASS_THROUGH),
    "serviceTask": Row(Category.ACTIVITY, Behaviour.JOB_TASK, job=True),
    "sendTask": Row(Category.ACTIVITY, Behaviour.JOB_TASK, job=True),
    "scriptTask": Row(Category.ACTIVITY, Behaviour.JOB_TASK, job=True),
    "businessRuleTask": Row(Category.ACTIVITY, Behaviour.JOB_TASK, job=True),
    "userTask": Row(Category.ACTIVITY, Behaviour.JOB_TASK, job=True),
    "exclusiveGateway": Row(Category.GATEWAY, Behaviour.EXCLUSIVE_GATEWAY),
    "parallelGateway": Row(Category.GATEWAY, Behaviour.PARALLEL_GATEWAY),
    "startEvent": Row(Category.EVENT),
    "endEvent": Row(Category.EVENT),
    "intermediateThrowEvent": Row(Category.EVENT),
    "boundaryEvent": Row(Category.EVENT),
    # Known, and not executed yet: the remedy is in REMEDIES.
    "receiveTask": Row(Category.ACTIVITY),
    "callActivity": Row(Category.ACTIVITY),
    "transaction": Row(Category.ACTIVITY),
    "adHocSubProcess": Row(Category.ACTIVITY),
    "callChoreography": Row(Category.ACTIVITY),
    "inclusiveGateway": Row(Category.GATEWAY),
    "complexGateway": Row(Category.GATEWAY),
    "eventBasedGateway": Row(Category.GATEWAY),
    "intermediateCatchEvent": Row(Category.EVENT),
    "implicitThrowEvent": Row(Category.EVENT),
}

NONE = ""
"""Stands for "no event definition" in EVENTS."""

EVENTS: Mapping[tuple[str, str], Behaviour] = {
    ("startEvent", NONE): Behaviour.START_EVENT,
    ("startEvent", "errorEventDefinition"): Behaviour.START_EVENT,
    ("startEvent", "compensateEventDefinition"): Behaviour.START_EVENT,
    ("intermediateThrowEvent", NONE): Behaviour.THROW_EVENT,
    ("intermediateThrowEvent", "compensateEventDefinition"): Behaviour.THROW_EVENT,
    ("boundaryEvent", "errorEventDefinition"): Behaviour.BOUNDARY_EVENT,
    ("boundaryEvent", "compensateEventDefinition"): Behaviour.BOUNDARY_EVENT,
    ("endEvent", NONE): Behaviour.END_EVENT,
    ("endEvent", "terminateEventDefinition"): Behaviour.END_EVENT,
    ("endEvent", "errorEventDefinition"): Behaviour.END_EVENT,
    ("endEvent", "compensateEventDefinition"): Behaviour.END_EVENT,
}

REMEDIES: Mapping[str, str] = {
    "receiveTask": "Use a service task whose worker completes the job when the message has come.",
    "callActivity": "Use an embedded sub-process, or a service task whose worker creates the other instance.",
    "transaction": "Use a sub-process with compensation handlers and an error boundary event whose path throws compensation.",
    "adHocSubProcess": "Use a sub-process with parallel or exclusive gateways.",
    "callChoreography": "Use a collaboration with executable processes.",
    "inclusiveGateway": "Use a parallel gateway followed by an exclusive gateway on each branch.",
    "complexGateway": "Use exclusive and parallel gateways.",
    "eventBasedGateway": "Use a service task whose result an exclusive gateway decides on.",
    "intermediateCatchEvent": "Use a service task whose worker completes the job when the awaited thing has happened.",
    "implicitThrowEvent": "Use an intermediate throw event.",
    "timerEventDefinition": "Use a service task whose worker completes the job, or throws a BPMN error, when the time has come.",
    "messageEventDefinition": "Use a service or send task for what is thrown, a service task that waits for what is caught.",
    "signalEventDefinition": "Use a service task that tells, or waits for, the others.",
    "escalationEventDefinition": "Use an error event where the activity may be interrupted, else a service task.",
    "conditionalEventDefinition": "Use an exclusive gateway at the place where the condition is to be asked.",
    "linkEventDefinition": "Draw the sequence flow between the two link events instead.",
    "cancelEventDefinition": "Use an error event whose path throws compensation.",
    "terminateEventDefinition": "Terminate in an end event.",
    "errorEventDefinition": "Throw errors in an end event, catch them on a boundary or in an event sub-process.",
    "compensateEventDefinition": "Throw compensation in an intermediate throw event or an end event.",
    "multiInstanceLoopCharacteristics": "Draw the loop with exclusive gateways, or let one job handle the whole collection.",
    "standardLoopCharacteristics": "Draw the loop with exclusive gateways.",
    "eventDefinitionRef": "Put the event definition inside the event.",
    "partitionElement": "Remove it; lanes are read as drawing only.",
    "partitionElementRef": "Remove it; lanes are read as drawing only.",
}
"""What to draw instead of something that is not executed, by tag."""

READ_OVER = frozenset({
    "documentation", "extensionElements", "auditing", "monitoring", "property", "ioSpecification", "ioBinding",
    "laneSet", "dataObject", "dataObjectReference", "dataStoreReference", "textAnnotation", "group", "artifact",
    "supports", "correlationSubscription", "resourceRole", "performer", "humanPerformer", "potentialOwner",
    "dataInput", "dataOutput", "inputSet", "outputSet", "dataInputAssociation", "dataOutputAssociation",
    "incoming", "outgoing", "script", "rendering",
})  # fmt: skip
"""Children of a process or an element that carry no token. Data is variables here, performers are headers."""

PERFORMERS = frozenset({"resourceRole", "performer", "humanPerformer", "potentialOwner"})
"""Children that say who does a task, in a way that no worker gets to see; read over with a warning."""

OF_AN_ELEMENT = frozenset({"multiInstanceLoopCharacteristics", "standardLoopCharacteristics"})
"""Children that would change how an activity runs."""


def remedy_for(tag: str) -> str:
    """What to use instead of an element or event definition that is not executed."""
    return REMEDIES.get(tag, "Remove it, or use an element that is executed.")
