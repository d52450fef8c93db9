"""The model as drawn, before it is judged: elements, flows and associations. Their references are joined
where they can be.

The outline is what the rules look at. It holds what a refused model may hold and a `Process` may not:
dangling references, elements that are not executed, two start events. Nothing outside `bpmn/` sees it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from lxml import etree

from counterflow.bpmn.details import Details
from counterflow.bpmn.elements import (
    COMPENSATION,
    MULTI_INSTANCE,
    MULTIPLE,
    NONE,
    PARALLEL_MULTIPLE,
    Category,
    ElementKind,
    EventKind,
    Joins,
)
from counterflow.bpmn.xml import BPMN, TRUE
from counterflow.documents.findings import Finding, Severity
from counterflow.documents.notes import finding_at
from counterflow.documents.xml import local_name
from counterflow.feel import Expression
from counterflow.model.graph import Behaviour, Dialect

PARALLEL: Final = "Parallel"
"""The `eventGatewayType` of a gateway all of whose events have to come."""


@dataclass(slots=True, eq=False, kw_only=True)
class Drawn:
    """Anything in the file that a finding may point at."""

    id: str
    tag: str
    line: int
    xml: etree._Element

    def error(self, rule: str, message: str, remedy: str = "", at: etree._Element | None = None) -> Finding:
        """A refusal of this; `at` is the XML element inside it that is meant, when not itself."""
        return finding_at(self, rule, message, remedy, at)

    def warning(self, rule: str, message: str, remedy: str = "", at: etree._Element | None = None) -> Finding:
        """A remark on this that does not refuse the model."""
        return finding_at(self, rule, message, remedy, at, Severity.WARNING)

    def hint(self, rule: str, message: str, remedy: str) -> Finding:
        """Something about this that might be better, and may be meant."""
        return finding_at(self, rule, message, remedy, None, Severity.HINT)

    def attribute(self, name: str) -> str:
        """The attribute without surrounding white space, empty where it is missing."""
        return (self.xml.get(name) or "").strip()


@dataclass(slots=True, eq=False, kw_only=True)
class SequenceFlow(Drawn):
    """A sequence flow; `source` and `target` are None where the reference names no flow node."""

    scope: Element
    source: Element | None = None
    target: Element | None = None
    condition: Expression | None = None
    is_taken_for_default: bool = False
    """Whether its source names none, and the dialect takes the only one without a condition for it."""
    is_link: bool = False
    """Whether two link events stand for it, and it is not drawn."""

    @property
    def condition_xml(self) -> etree._Element | None:
        """The `conditionExpression`, if it says anything."""
        condition = self.xml.find(f"{{{BPMN}}}conditionExpression")
        return condition if condition is not None and (condition.text or "").strip() else None

    @property
    def is_default(self) -> bool:
        """Whether its source names it as the flow to take when no condition holds."""
        return self.source is not None and self.source.attribute("default") == self.id


@dataclass(slots=True, eq=False, kw_only=True)
class Association(Drawn):
    """An association, drawn in either direction (BPMN 2.0.2, table 10.97)."""

    @property
    def ends(self) -> tuple[str, str]:
        """The ids of what it joins."""
        return self.attribute("sourceRef"), self.attribute("targetRef")


@dataclass(slots=True, eq=False, kw_only=True)
class Element(Drawn):
    """A flow node or scope as drawn. `behaviour` is None where it is not executed."""

    kind: ElementKind
    parent: Element | None
    behaviour: Behaviour | None = None
    definitions: list[etree._Element] = field(default_factory=list)
    """The event definitions inside."""
    event_kind: EventKind | None = None
    """What kind of event it is; None for what is none that is known."""
    parts: list[Element] = field(default_factory=list)
    """Events with several definitions only: the same event with each of them alone, in document order."""
    part_of: Element | None = None
    """Parts only: the event as it is drawn, whose id, flows and border they share."""
    part_path: str = ""
    """Parts only: where its definition stands; the id of its node, where that is not the event's own."""
    children: list[Element] = field(default_factory=list)
    incoming: list[SequenceFlow] = field(default_factory=list)
    outgoing: list[SequenceFlow] = field(default_factory=list)
    attached_to: Element | None = None
    boundary_events: list[Element] = field(default_factory=list)
    handler: Element | None = None
    """Compensation boundary events only: the activity that the association leads to."""
    loop: etree._Element | None = None
    """Activities only: the mark that it is done several times."""
    details: Details = field(default_factory=Details)
    names: Mapping[str, str] = field(default_factory=dict)
    """Those of the outline."""
    structures: Mapping[str, str] = field(default_factory=dict)
    """Those of the outline."""

    @property
    def is_multi_instance(self) -> bool:
        """Whether it is marked to be done once per item of a collection."""
        return self.loop is not None and local_name(self.loop) == MULTI_INSTANCE

    @property
    def event(self) -> str:
        """Tag of the one event definition, `NONE` without any; where there are several, what stands for them.

        Of an activity that is an event, the tag that its definition would have.
        """
        if len(self.definitions) > 1:
            return PARALLEL_MULTIPLE if self.attribute("parallelMultiple") == TRUE else MULTIPLE
        return self.kind.event or (local_name(self.definitions[0]) if self.definitions else NONE)

    @property
    def alternatives(self) -> list[Element]:
        """Its parts, or itself where it has none."""
        return self.parts or [self]

    @property
    def node_id(self) -> str:
        """The id that it has in the graph."""
        return self.part_path or self.id

    @property
    def reference(self) -> str:
        """The id by which its event names what it is about; empty where it names nothing, or is no event."""
        if self.event_kind is None or self.event_kind.reference is None:
            return ""
        holder = self.xml if self.definition is None else self.definition
        return (holder.get(self.event_kind.reference.attribute) or "").strip()

    @property
    def definition(self) -> etree._Element | None:
        """The one event definition, if there is exactly one."""
        return self.definitions[0] if len(self.definitions) == 1 else None

    @property
    def is_activity(self) -> bool:
        """Whether it is a task or a sub-process that is no event sub-process."""
        return self.kind.category is Category.ACTIVITY and self.behaviour is not Behaviour.EVENT_SUB_PROCESS

    @property
    def is_event_sub_process(self) -> bool:
        """Whether it is a sub-process that an event begins."""
        return self.behaviour is Behaviour.EVENT_SUB_PROCESS

    @property
    def is_for_compensation(self) -> bool:
        """Whether it is a handler, which no flow leads to."""
        return self.attribute("isForCompensation") == TRUE and not self.is_compensation_scope

    @property
    def is_compensation_scope(self) -> bool:
        """Whether this is an event sub-process that undoes the scope it stands in, marked or not."""
        return self.is_event_sub_process and any(event.catches(COMPENSATION) for event in self.start_events)

    @property
    def is_job(self) -> bool:
        """Whether it is work for somebody else, unless the model says otherwise."""
        return self.behaviour is Behaviour.JOB_TASK

    def catches(self, event: str) -> bool:
        """Whether it waits for, or looks out for, the event with that tag."""
        return self.behaviour is not None and self.kind.catches and self.event == event

    def throws(self, event: str) -> bool:
        """Whether it is an event that throws the one with that tag; an activity throws none by itself."""
        is_thrower = self.kind.category is Category.EVENT and not self.kind.catches
        return self.behaviour is not None and is_thrower and self.event == event

    @property
    def throws_undo(self) -> bool:
        """Whether it is an event that undoes what its scope has completed."""
        return self.event_kind is not None and self.event_kind.undoes and self.throws(self.event)

    @property
    def waits(self) -> bool:
        """Whether it waits for an event that comes from outside, such as a timer or a message.

        Of several, whether it does for each of them.
        """
        if self.parts:
            return all(part.waits for part in self.parts)
        return (
            self.behaviour is not None
            and self.kind.catches
            and self.event_kind is not None
            and self.event_kind.is_waited_for
        )

    @property
    def is_process_start(self) -> bool:
        """Whether it is an event that begins instances of a process. Such are a start event, a receive task
        that is told to, and what follows an event-based gateway that is told to.
        """
        if not self.is_in_process:
            return False
        gateway = self.gateway_before
        return (
            self.tag == "startEvent"
            or (self.tag == "receiveTask" and self.instantiates)
            or (gateway is not None and gateway.instantiates and self.behaviour is Behaviour.CATCH_EVENT)
        )

    @property
    def is_in_process(self) -> bool:
        """Whether it stands directly in a process."""
        return self.parent is not None and self.parent.behaviour is Behaviour.PROCESS

    @property
    def is_told_to_instantiate(self) -> bool:
        """Whether it says that it begins instances, wherever it stands."""
        return self.tag in {"receiveTask", "eventBasedGateway"} and self.attribute("instantiate") == TRUE

    @property
    def instantiates(self) -> bool:
        """Whether it begins instances by its attribute: only where no flow leads to it.

        BPMN 2.0.2, 10.3.3 and 10.6.6.
        """
        return self.is_told_to_instantiate and self.is_in_process and not self.incoming

    @property
    def gateway_before(self) -> Element | None:
        """The event-based gateway that leads to it."""
        sources = (flow.source for flow in self.incoming)
        return next(
            (
                source
                for source in sources
                if source is not None and source.behaviour is Behaviour.EVENT_BASED_GATEWAY
            ),
            None,
        )

    @property
    def has_to_come(self) -> bool:
        """Whether it is one of several events that all come, and the first of them begins the instance."""
        gateway = self.gateway_before
        if gateway is not None and gateway.awaits_all:
            return True
        return self.part_of is not None and self.part_of.event == PARALLEL_MULTIPLE and self.is_process_start

    @property
    def awaits_all(self) -> bool:
        """Event-based gateways only: whether it begins instances, and all of its events have to come."""
        return self.instantiates and self.attribute("eventGatewayType") == PARALLEL

    @property
    def waits_for_what_can_come(self) -> bool:
        """Whether it is a join that has to know who can still reach it."""
        return self.kind.joins is Joins.WHAT_CAN_COME and len(self.incoming) > 1

    @property
    def is_interrupting(self) -> bool:
        """Whether what it catches ends the activity, or the rest of the scope, that it belongs to."""
        attribute = self.kind.interrupting  # both default to true (BPMN 2.0.2, tables 10.88 and 10.91)
        return not attribute or self.attribute(attribute) in {TRUE, ""}

    @property
    def start_events(self) -> list[Element]:
        """Scopes only: the start events directly inside."""
        return [child for child in self.children if child.tag == "startEvent"]

    @property
    def process_starts(self) -> list[Element]:
        """Processes only: the events that begin its instances."""
        return [child for child in self.children if child.is_process_start]

    @property
    def event_sub_processes(self) -> list[Element]:
        """Scopes only: the event sub-processes directly inside."""
        return [child for child in self.children if child.is_event_sub_process]

    @property
    def compensation_boundary(self) -> Element | None:
        """Activities only: the boundary event whose handler undoes it."""
        return next((event for event in self.boundary_events if event.catches(COMPENSATION)), None)

    @property
    def process(self) -> Element:
        """The process it belongs to."""
        return self if self.parent is None else self.parent.process

    def ancestors(self) -> Iterator[Element]:
        """The scopes around it, innermost first."""
        scope = self.parent
        while scope is not None:
            yield scope
            scope = scope.parent

    def __str__(self) -> str:
        return f"{self.tag} '{self.id}'"


@dataclass(slots=True, eq=False)
class Outline:
    """A file as drawn: what belongs to its executable processes, and what its events name."""

    root: etree._Element
    resource_name: str
    dialect: Dialect
    is_of_activiti: bool = False
    """Whether it was drawn for Activiti or Flowable alone, whose extensions are read as `camunda:` ones."""
    processes: list[Element] = field(default_factory=list)
    elements: list[Element] = field(default_factory=list)
    """Processes included, in document order."""
    flows: list[SequenceFlow] = field(default_factory=list)
    associations: list[Association] = field(default_factory=list)
    strangers: list[Drawn] = field(default_factory=list)
    """What is neither run nor known to carry no meaning."""
    by_id: dict[str, Element] = field(default_factory=dict)
    named: Mapping[str, Mapping[str, etree._Element]] = field(default_factory=dict)
    """What events may name, right in the file: by tag (`message`, `error`), then by id."""

    structures: dict[str, str] = field(default_factory=dict)
    """By id, the types that the item definitions of the file name, where data objects may have a value."""
    names: dict[str, str] = field(default_factory=dict)
    """By id, how its data and operations are called, where the standard's own words are read."""

    def named_by(self, element: Element) -> etree._Element | None:
        """What the event of an element names, its message say; None where it names none that exists."""
        kind = element.event_kind
        if kind is None or kind.reference is None:
            return None
        return self.named[kind.reference.tag].get(element.reference)
