"""The model as drawn, before it is judged: elements, flows and associations with their references joined
where they can be.

The outline is what the rules look at. It holds what a refused model may hold and a `Process` may not:
dangling references, elements that are not executed, two start events. Nothing outside `model/` sees it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from counterflow.bpmn.details import Details
from counterflow.bpmn.elements import (
    ELEMENTS,
    EVENTS,
    MESSAGE,
    MULTI_INSTANCE,
    NONE,
    OF_AN_ELEMENT,
    READ_OVER,
    TIMER,
    Category,
    ElementKind,
)
from counterflow.bpmn.xml import BPMN, TRUE, children
from counterflow.documents.findings import Finding, Severity
from counterflow.documents.notes import finding_at
from counterflow.documents.xml import line_of, local_name, namespace
from counterflow.feel import Expression
from counterflow.model.graph import Behaviour, Dialect

_SCOPES = frozenset({"process", "subProcess", "transaction", "adHocSubProcess"})
_CATCHING = frozenset({"startEvent", "intermediateCatchEvent", "boundaryEvent"})


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

    @property
    def condition_xml(self) -> etree._Element | None:
        """The `conditionExpression`, if it says anything."""
        found = self.xml.find(f"{{{BPMN}}}conditionExpression")
        return found if found is not None and (found.text or "").strip() else None

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
    children: list[Element] = field(default_factory=list)
    incoming: list[SequenceFlow] = field(default_factory=list)
    outgoing: list[SequenceFlow] = field(default_factory=list)
    attached_to: Element | None = None
    boundary_events: list[Element] = field(default_factory=list)
    handler: Element | None = None
    """Compensation boundary events only: the activity that the association leads to."""
    loop: etree._Element | None = None
    """Activities only: the mark that it is done once per item of a collection."""
    details: Details = field(default_factory=Details)

    @property
    def event(self) -> str:
        """Tag of the one event definition, `NONE` without any, all of them joined where there are several."""
        return "+".join(local_name(definition) for definition in self.definitions) or NONE

    @property
    def definition(self) -> etree._Element | None:
        """The one event definition, if there is exactly one."""
        return self.definitions[0] if len(self.definitions) == 1 else None

    @property
    def is_activity(self) -> bool:
        return self.kind.category is Category.ACTIVITY and self.behaviour is not Behaviour.EVENT_SUB_PROCESS

    @property
    def is_event_sub_process(self) -> bool:
        return self.behaviour is Behaviour.EVENT_SUB_PROCESS

    @property
    def is_for_compensation(self) -> bool:
        return self.attribute("isForCompensation") == TRUE

    @property
    def is_job(self) -> bool:
        """Whether it is work for somebody else, unless the model says otherwise."""
        return self.behaviour is Behaviour.JOB_TASK

    @property
    def throws_message(self) -> bool:
        return self.is_job and self.event == MESSAGE

    @property
    def catches_message(self) -> bool:
        return self.tag == "receiveTask" or (self.tag in _CATCHING and self.event == MESSAGE)

    @property
    def catches_timer(self) -> bool:
        return self.tag in _CATCHING and self.event == TIMER

    @property
    def waits(self) -> bool:
        """Whether it waits for a timer or a message."""
        return self.catches_message or self.catches_timer

    @property
    def is_process_start(self) -> bool:
        """Whether it begins instances of a process."""
        return (
            self.tag == "startEvent"
            and self.parent is not None
            and self.parent.behaviour is Behaviour.PROCESS
        )

    @property
    def is_interrupting(self) -> bool:
        """Whether what it catches ends the activity, or the rest of the scope, that it belongs to."""
        attribute = {"boundaryEvent": "cancelActivity", "startEvent": "isInterrupting"}.get(self.tag)
        return attribute is None or self.attribute(attribute) in {TRUE, ""}

    @property
    def catches_compensation(self) -> bool:
        return self.tag in {"boundaryEvent", "startEvent"} and self.event == "compensateEventDefinition"

    @property
    def throws_compensation(self) -> bool:
        return (
            self.tag in {"intermediateThrowEvent", "endEvent"} and self.event == "compensateEventDefinition"
        )

    @property
    def catches_errors(self) -> bool:
        return self.tag in {"boundaryEvent", "startEvent"} and self.event == "errorEventDefinition"

    @property
    def start_events(self) -> list[Element]:
        """Scopes only: the start events directly inside."""
        return [child for child in self.children if child.tag == "startEvent"]

    @property
    def event_sub_processes(self) -> list[Element]:
        """Scopes only: the event sub-processes directly inside."""
        return [child for child in self.children if child.is_event_sub_process]

    @property
    def compensation_boundary(self) -> Element | None:
        """Activities only: the boundary event whose handler undoes it."""
        return next((event for event in self.boundary_events if event.catches_compensation), None)

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
    """A file as drawn: what belongs to its executable processes, and the errors and messages that its events
    name.
    """

    root: etree._Element
    resource_name: str
    dialect: Dialect
    processes: list[Element] = field(default_factory=list)
    elements: list[Element] = field(default_factory=list)
    """Processes included, in document order."""
    flows: list[SequenceFlow] = field(default_factory=list)
    associations: list[Association] = field(default_factory=list)
    strangers: list[Drawn] = field(default_factory=list)
    """What is neither run nor known to carry no meaning."""
    by_id: dict[str, Element] = field(default_factory=dict)
    errors: dict[str, etree._Element] = field(default_factory=dict)
    messages: dict[str, etree._Element] = field(default_factory=dict)

    def message_of(self, element: Element) -> etree._Element | None:
        """The message that an event or a receive task names; None where it names none that exists."""
        return self.messages.get(message_reference(element))


def message_reference(element: Element) -> str:
    """The `messageRef` of a message event or a receive task, empty where there is none."""
    holder = element.xml if element.definition is None else element.definition
    return (holder.get("messageRef") or "").strip()


def outline(root: etree._Element, resource_name: str, dialect: Dialect) -> Outline:
    """Read the executable processes of the file and join what refers to each other."""
    drawn = Outline(root=root, resource_name=resource_name, dialect=dialect)
    drawn.errors = {error.get("id", ""): error for error in children(root, "error")}
    drawn.messages = {message.get("id", ""): message for message in children(root, "message")}
    for xml in children(root, "process"):
        if xml.get("isExecutable") == TRUE:
            drawn.processes.append(_element(drawn, xml, parent=None, path="process"))
    _join_flows(drawn)
    _join_boundary_events(drawn)
    _read_associations(drawn)
    return drawn


def _element(drawn: Outline, xml: etree._Element, parent: Element | None, path: str) -> Element:
    tag = local_name(xml)
    element = Element(
        id=xml.get("id") or path, tag=tag, line=line_of(xml), xml=xml, kind=ELEMENTS[tag], parent=parent
    )
    element.definitions = [
        child for child in xml if local_name(child).endswith("EventDefinition") and namespace(child) == BPMN
    ]
    element.behaviour = _behaviour(element)
    element.loop = (
        xml.find(f"{{{BPMN}}}{MULTI_INSTANCE}") if element.kind.category is Category.ACTIVITY else None
    )
    drawn.elements.append(element)
    drawn.by_id.setdefault(element.id, element)
    if tag in _SCOPES:
        _fill_scope(drawn, element)
    else:
        _look_inside(drawn, element)
    return element


def _behaviour(element: Element) -> Behaviour | None:
    if element.tag == "subProcess" and element.attribute("triggeredByEvent") == TRUE:
        return Behaviour.EVENT_SUB_PROCESS
    if element.kind.category is Category.EVENT:
        return EVENTS.get((element.tag, element.event))
    return element.kind.behaviour


def _fill_scope(drawn: Outline, scope: Element) -> None:
    counts: Counter[str] = Counter()
    for xml in scope.xml:
        tag = local_name(xml)
        counts[tag] += 1
        path = f"{scope.id}/{tag}[{counts[tag]}]"
        if namespace(xml) != BPMN or tag in READ_OVER or tag == "association" or xml is scope.loop:
            _look_for_partitions(drawn, xml, path)
        elif tag == "sequenceFlow":
            drawn.flows.append(
                SequenceFlow(id=xml.get("id") or path, tag=tag, line=line_of(xml), xml=xml, scope=scope)
            )
        elif tag in ELEMENTS and tag != "process":
            scope.children.append(_element(drawn, xml, scope, path))
        else:
            _note_stranger(drawn, scope, xml, scope.id if tag in OF_AN_ELEMENT else xml.get("id") or path)


def _look_inside(drawn: Outline, element: Element) -> None:
    for xml in element.xml:
        tag = local_name(xml)
        if (
            namespace(xml) == BPMN
            and xml not in element.definitions
            and xml is not element.loop
            and tag not in READ_OVER
        ):
            _note_stranger(drawn, element, xml, element.id)


def _look_for_partitions(drawn: Outline, xml: etree._Element, path: str) -> None:
    if local_name(xml) != "laneSet":
        return
    for lane in xml.iter(f"{{{BPMN}}}lane"):
        meaning = lane.find(f"{{{BPMN}}}partitionElement")
        if meaning is not None or lane.get("partitionElementRef"):
            tag = "partitionElementRef" if meaning is None else "partitionElement"
            drawn.strangers.append(Drawn(id=lane.get("id") or path, tag=tag, line=line_of(lane), xml=lane))


def _note_stranger(drawn: Outline, inside: Element, xml: etree._Element, stranger_id: str) -> None:
    if inside.behaviour is not None:  # else the whole element is refused already
        drawn.strangers.append(Drawn(id=stranger_id, tag=local_name(xml), line=line_of(xml), xml=xml))


def _join_flows(drawn: Outline) -> None:
    for flow in drawn.flows:
        flow.source = drawn.by_id.get(flow.attribute("sourceRef"))
        flow.target = drawn.by_id.get(flow.attribute("targetRef"))
        if flow.source is not None:
            flow.source.outgoing.append(flow)
        if flow.target is not None:
            flow.target.incoming.append(flow)


def _join_boundary_events(drawn: Outline) -> None:
    for element in drawn.elements:
        if element.tag == "boundaryEvent":
            element.attached_to = drawn.by_id.get(element.attribute("attachedToRef"))
            if element.attached_to is not None:
                element.attached_to.boundary_events.append(element)


def _read_associations(drawn: Outline) -> None:
    """Both directions are read: some tools draw from the handler to the boundary event."""
    for number, xml in enumerate(drawn.root.iter(f"{{{BPMN}}}association"), start=1):
        path = f"association[{number}]"
        drawn.associations.append(
            Association(id=xml.get("id") or path, tag="association", line=line_of(xml), xml=xml)
        )
    for association in drawn.associations:
        source, target = (drawn.by_id.get(end) for end in association.ends)
        if source is None or target is None:
            continue
        for event, handler in ((source, target), (target, source)):
            if (
                event.tag == "boundaryEvent"
                and event.catches_compensation
                and handler.is_activity
                and event.handler is None
            ):
                event.handler = handler
