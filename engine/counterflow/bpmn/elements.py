"""Which BPMN elements exist and what becomes of each: one row per tag, no branches elsewhere.

An element is run (a `Behaviour`), ignored (it carries no token: artifacts, data, lanes, documentation), or
refused with a remedy. Event elements are told apart by tag and event definition: their rooms are in `events/`
(BPMN 2.0.2, table 10.93).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from counterflow.model.graph import Behaviour


class Category(StrEnum):
    """The family of an element, as the rules speak of it (BPMN 2.0.2, 8.3.6 and 10.3)."""

    SCOPE = "scope"
    ACTIVITY = "activity"
    EVENT = "event"
    GATEWAY = "gateway"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """How an event names what it is about: by which attribute, and the tag of what lies right in the file."""

    attribute: str
    tag: str
    code: str = ""
    """The attribute with the code by which it is caught, of what is caught by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventKind:
    """One kind of event, as far as a drawing tells. What it means is read in `events/`."""

    name: str
    """As a person calls it: `timer`."""
    definition: str
    """Tag of its event definition, e.g. `timerEventDefinition`; `NONE` where there is none."""
    rooms: Mapping[str, Behaviour] = field(default_factory=dict)
    """Which room runs it, by the tag of the event that it stands in. In others it is refused."""
    remedy: str = ""
    """What to draw instead, or where, when it stands where it is not executed."""
    is_waited_for: bool = False
    """Whether a catch waits for it with a row of its own; an error is looked for a catch when it happens."""
    may_have_come: bool = False
    """Whether it can have come when its wait begins, so that it comes to what is passed at once as well."""
    reference: Reference | None = None
    holds_its_thrower: bool = False
    """Whether an event that throws it goes on only when others have received it, those around it too."""
    undoes: bool = False
    """Whether an event that throws it undoes what its scope has completed, and waits until that is done."""
    extensions: frozenset[str] = frozenset()
    """Extensions that are read inside its definition, by their names in whichever dialect has them."""


NONE: Final = ""
"""Stands for "no event definition"."""

TIMER: Final = "timerEventDefinition"
MESSAGE: Final = "messageEventDefinition"
ERROR: Final = "errorEventDefinition"
ESCALATION: Final = "escalationEventDefinition"
SIGNAL: Final = "signalEventDefinition"
CONDITIONAL: Final = "conditionalEventDefinition"
LINK: Final = "linkEventDefinition"
COMPENSATION: Final = "compensateEventDefinition"
CANCEL: Final = "cancelEventDefinition"
TERMINATE: Final = "terminateEventDefinition"
"""Kinds of event that rules speak of, by the tags of their definitions."""
MULTIPLE: Final = "multiple"
PARALLEL_MULTIPLE: Final = "parallelMultiple"
"""What stands for the tag of a definition where there are several: one of them comes, or all of them do."""


class Joins(StrEnum):
    """What a gateway waits for where several flows come in (BPMN 2.0.2, 13.4)."""

    EVERY_FLOW = "a token on every flow"
    WHAT_CAN_COME = "the tokens that can still come"


@dataclass(frozen=True, slots=True, kw_only=True)
class ElementKind:
    """What a tag stands for.

    `behaviour` None: its event definition tells, or the element is refused with the remedy.
    """

    category: Category
    behaviour: Behaviour | None = None
    remedy: str = ""
    is_scope: bool = False
    """Whether elements are drawn inside it."""
    event: str = NONE
    """Activities only: the event that it is without a definition inside; a receive task catches a message."""
    catches: bool = False
    """Whether its event is one that it waits for, or looks out for; else it is thrown."""
    interrupting: str = ""
    """Events only: the attribute that says whether it interrupts; where there is none, it always does."""
    joins: Joins | None = None
    """Gateways only; None where each token passes by itself."""
    own_part: str = ""
    """Tag of a child that says how it runs."""
    chooses: bool = False
    """Gateways only: whether the conditions of its outgoing flows are asked."""


TRANSACTION: Final = "transaction"
"""A sub-process that can be cancelled (BPMN 2.0.2, 10.3.6)."""

AD_HOC: Final = "adHocSubProcess"
"""A sub-process whose activities are done as somebody decides (BPMN 2.0.2, 10.3.5)."""

_SCOPE: Final = Category.SCOPE
_ACTIVITY: Final = Category.ACTIVITY
_GATEWAY: Final = Category.GATEWAY
_EVENT: Final = Category.EVENT

ELEMENTS: Mapping[str, ElementKind] = {
    "process": ElementKind(category=_SCOPE, behaviour=Behaviour.PROCESS, is_scope=True),
    "subProcess": ElementKind(category=_ACTIVITY, behaviour=Behaviour.SUB_PROCESS, is_scope=True),
    TRANSACTION: ElementKind(category=_ACTIVITY, behaviour=Behaviour.SUB_PROCESS, is_scope=True),
    "task": ElementKind(category=_ACTIVITY, behaviour=Behaviour.PASS_THROUGH),
    "manualTask": ElementKind(category=_ACTIVITY, behaviour=Behaviour.PASS_THROUGH),
    "serviceTask": ElementKind(category=_ACTIVITY, behaviour=Behaviour.JOB_TASK),
    "sendTask": ElementKind(category=_ACTIVITY, behaviour=Behaviour.JOB_TASK, event=MESSAGE),
    "scriptTask": ElementKind(category=_ACTIVITY, behaviour=Behaviour.JOB_TASK),
    "businessRuleTask": ElementKind(category=_ACTIVITY, behaviour=Behaviour.JOB_TASK),
    "userTask": ElementKind(category=_ACTIVITY, behaviour=Behaviour.JOB_TASK),
    "receiveTask": ElementKind(
        category=_ACTIVITY, behaviour=Behaviour.CATCH_EVENT, event=MESSAGE, catches=True
    ),
    "callActivity": ElementKind(category=_ACTIVITY, behaviour=Behaviour.CALL_ACTIVITY),
    "exclusiveGateway": ElementKind(category=_GATEWAY, behaviour=Behaviour.EXCLUSIVE_GATEWAY, chooses=True),
    "parallelGateway": ElementKind(
        category=_GATEWAY, behaviour=Behaviour.PARALLEL_GATEWAY, joins=Joins.EVERY_FLOW
    ),
    "inclusiveGateway": ElementKind(
        category=_GATEWAY,
        behaviour=Behaviour.INCLUSIVE_GATEWAY,
        joins=Joins.WHAT_CAN_COME,
        chooses=True,
    ),
    "eventBasedGateway": ElementKind(category=_GATEWAY, behaviour=Behaviour.EVENT_BASED_GATEWAY),
    "startEvent": ElementKind(category=_EVENT, catches=True, interrupting="isInterrupting"),
    "endEvent": ElementKind(category=_EVENT),
    "intermediateCatchEvent": ElementKind(category=_EVENT, catches=True),
    "intermediateThrowEvent": ElementKind(category=_EVENT),
    "boundaryEvent": ElementKind(category=_EVENT, catches=True, interrupting="cancelActivity"),
    AD_HOC: ElementKind(category=_ACTIVITY, behaviour=Behaviour.AD_HOC_SUB_PROCESS, is_scope=True),
    "callChoreography": ElementKind(
        category=_ACTIVITY, remedy="Use a collaboration with executable processes."
    ),
    "complexGateway": ElementKind(
        category=_GATEWAY,
        behaviour=Behaviour.COMPLEX_GATEWAY,
        joins=Joins.WHAT_CAN_COME,
        chooses=True,
        own_part="activationCondition",
    ),
    "implicitThrowEvent": ElementKind(category=_EVENT, remedy="Use an intermediate throw event."),
}

MULTI_INSTANCE: Final = "multiInstanceLoopCharacteristics"
"""The mark of an activity that is done once per item of a collection."""
STANDARD_LOOP: Final = "standardLoopCharacteristics"
"""The mark of an activity that is done as long as a condition holds."""

STRANGERS: Mapping[str, str] = {
    MULTI_INSTANCE: "Mark an activity with it, once; of a gateway or an event there is only one instance.",
    STANDARD_LOOP: "Mark an activity with it, once, or draw the loop with exclusive gateways.",
    "eventDefinitionRef": "Put the event definition inside the event.",
    "partitionElement": "Say who does it by assignee or candidateGroups; lanes are read as drawing only.",
    "partitionElementRef": "Say who does it by assignee or candidateGroups; lanes are read as drawing only.",
}
"""What to draw instead of something that is no element and would change how one runs, by tag."""

READ_OVER = frozenset({
    "documentation", "extensionElements", "auditing", "monitoring", "property", "ioSpecification",
    "ioBinding", "laneSet", "dataObject", "dataObjectReference", "dataStoreReference", "textAnnotation",
    "group", "artifact", "supports", "correlationSubscription", "resourceRole", "performer", "humanPerformer",
    "potentialOwner", "dataInput", "dataOutput", "inputSet", "outputSet", "dataInputAssociation",
    "dataOutputAssociation", "incoming", "outgoing", "script", "rendering", "completionCondition",
})  # fmt: skip
"""Children of a process or an element that carry no token. Data is variables here, performers are headers."""

PERFORMERS = frozenset({"resourceRole", "performer", "humanPerformer", "potentialOwner"})
"""Children that say who does a task, in a way that no worker gets to see; ignored with a warning."""

OF_AN_ELEMENT = frozenset({MULTI_INSTANCE, STANDARD_LOOP})
"""Children that would change how an activity runs."""


def remedy_for(tag: str) -> str:
    """What to use instead of an element, or of what is none, that is not executed."""
    element = ELEMENTS.get(tag)
    remedy = element.remedy if element is not None else STRANGERS.get(tag)
    return remedy or ANYTHING_ELSE


ANYTHING_ELSE: Final = "Remove it, or use an element that is executed."
