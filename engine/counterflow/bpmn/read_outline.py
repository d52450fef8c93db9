"""The outline of a file: its executable processes, element by element, with their references joined."""

from __future__ import annotations

from collections import Counter

from lxml import etree

from counterflow.bpmn.data_names import names_in
from counterflow.bpmn.dialects.namespaces import CAMUNDA
from counterflow.bpmn.elements import (
    COMPENSATION,
    ELEMENTS,
    NONE,
    OF_AN_ELEMENT,
    READ_OVER,
    Category,
)
from counterflow.bpmn.events import link, multiple
from counterflow.bpmn.events.kinds import KINDS
from counterflow.bpmn.outline import Association, Drawn, Element, Outline, SequenceFlow
from counterflow.bpmn.xml import BPMN, TRUE, children
from counterflow.documents.xml import line_of, local_name, namespace
from counterflow.model.graph import Behaviour, Dialect


def read_outline(root: etree._Element, resource_name: str, dialect: Dialect) -> Outline:
    """Read the executable processes of the file and join what refers to each other."""
    drawn = Outline(root=root, resource_name=resource_name, dialect=dialect)
    if dialect is Dialect.STANDARD:
        drawn.names = names_in(root)
    if dialect is Dialect.CAMUNDA:
        definitions = children(root, "itemDefinition")
        drawn.structures = {
            definition.get("id", ""): definition.get("structureRef", "") for definition in definitions
        }
    references = (kind.reference for kind in KINDS.values() if kind.reference is not None)
    drawn.named = {
        reference.tag: {xml.get("id", ""): xml for xml in children(root, reference.tag)}
        for reference in references
    }
    for xml in children(root, "process"):
        if xml.get("isExecutable") == TRUE:
            drawn.processes.append(_element(drawn, xml, parent=None, path="process"))
    drawn.flows += [flow for scope in drawn.elements for flow in link.flows_of(scope)]
    _join_flows(drawn)
    if dialect is Dialect.CAMUNDA:
        _take_for_default(drawn)
    _join_boundary_events(drawn)
    _read_associations(drawn)
    return drawn


def _take_for_default(drawn: Outline) -> None:
    """The only flow without a condition out of an exclusive gateway is its default, as in Camunda 7."""
    for element in drawn.elements:
        bare = [flow for flow in element.outgoing if flow.condition_xml is None]
        is_open = element.tag == "exclusiveGateway" and not element.attribute("default")
        if is_open and len(bare) == 1 and len(element.outgoing) > 1:
            element.xml.set("default", bare[0].id)
            bare[0].is_taken_for_default = True


def _element(drawn: Outline, xml: etree._Element, parent: Element | None, path: str) -> Element:
    tag = local_name(xml)
    element = Element(
        id=xml.get("id") or path,
        tag=tag,
        line=line_of(xml),
        xml=xml,
        kind=ELEMENTS[tag],
        parent=parent,
        names=drawn.names,
        structures=drawn.structures,
    )
    element.definitions = [
        child for child in xml if local_name(child).endswith("EventDefinition") and namespace(child) == BPMN
    ]
    element.event_kind = KINDS.get(element.event) if _is_event(element) else None
    element.behaviour = _behaviour(element)
    if drawn.dialect is Dialect.CAMUNDA and _calls_a_case(element):
        element.behaviour = Behaviour.JOB_TASK
    if element.kind.category is Category.ACTIVITY:
        marks = (child for child in xml if local_name(child) in OF_AN_ELEMENT and namespace(child) == BPMN)
        element.loop = next(marks, None)
    drawn.elements.append(element)
    if len(element.definitions) > 1 and element.behaviour is not None:
        element.parts += multiple.parts_of(element, KINDS)
        drawn.elements += element.parts
    drawn.by_id.setdefault(element.id, element)
    if element.kind.is_scope:
        _fill_scope(drawn, element)
    else:
        _look_inside(drawn, element)
    return element


def _is_event(element: Element) -> bool:
    return element.kind.category is Category.EVENT or element.kind.event != NONE


def _behaviour(element: Element) -> Behaviour | None:
    if element.tag == "subProcess" and element.attribute("triggeredByEvent") == TRUE:
        return Behaviour.EVENT_SUB_PROCESS
    if element.kind.category is Category.EVENT:
        return element.event_kind.rooms.get(element.tag) if element.event_kind is not None else None
    return element.kind.behaviour


def _calls_a_case(element: Element) -> bool:
    """Whether it is a call of what is no process: somebody else does that."""
    names_case = bool((element.xml.get(f"{{{CAMUNDA}}}caseRef") or "").strip())
    return element.tag == "callActivity" and names_case and not element.attribute("calledElement")


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
            and tag != element.kind.own_part
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
        if not flow.is_link:
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
            if element.attached_to is not None and element.part_of is None:
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
                and event.catches(COMPENSATION)
                and handler.is_activity
                and event.handler is None
            ):
                event.handler = handler
