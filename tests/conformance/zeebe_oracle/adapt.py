"""Makes of a diagram one that Zeebe does not refuse for its form. Both engines are given the same, so that only behaviour is compared.

Zeebe wants the order of the schema (flow elements first, then artifacts), a way out of every boundary event, and that boundary events
and event-based gateways name their flows; BPMN lets a token end where nothing leads on, and a flow's `sourceRef` says where it begins.
"""

from __future__ import annotations

from lxml import etree

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
ARTIFACTS = frozenset({f"{BPMN}association", f"{BPMN}textAnnotation", f"{BPMN}group"})
NO_FLOW_ELEMENTS = ARTIFACTS | {
    f"{BPMN}{name}"
    for name in (
        "documentation",
        "extensionElements",
        "incoming",
        "outgoing",
        "multiInstanceLoopCharacteristics",
        "ioSpecification",
        "laneSet",
    )
}
WANTED_FIRST = frozenset({f"{BPMN}documentation", f"{BPMN}extensionElements", f"{BPMN}incoming"})


def adapted(diagram: bytes) -> bytes:
    """The diagram in the order of the schema, its boundary events followed by something, its flows named where they begin."""
    root = etree.fromstring(diagram)
    for scope in [*root.iter(f"{BPMN}process"), *root.iter(f"{BPMN}subProcess")]:
        for node in [*scope.findall(f"{BPMN}boundaryEvent"), *scope.findall(f"{BPMN}eventBasedGateway")]:
            if node.find(f"{BPMN}compensateEventDefinition") is None:
                _lead_on(scope, node)
        for artifact in [child for child in scope if child.tag in ARTIFACTS]:
            scope.append(artifact)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def backwards(diagram: bytes) -> bytes:
    """The same diagram with the flow elements of each scope in reverse.

    Zeebe 8.6.0 walks each scope from its last child to its first: flows are taken and conditions tried in that order. Read backwards,
    it begins branches in the order in which we do, and everything else that differs can be seen.
    """
    root = etree.fromstring(diagram)
    for scope in [*root.iter(f"{BPMN}process"), *root.iter(f"{BPMN}subProcess")]:
        places = [place for place, child in enumerate(scope) if child.tag not in NO_FLOW_ELEMENTS]
        elements = [scope[place] for place in places]
        if places != list(range(places[0], places[0] + len(places))):
            raise ValueError(f"expected the flow elements of '{scope.get('id')}' to stand together, but others are between them")
        scope[places[0] : places[-1] + 1] = elements[::-1]
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _lead_on(scope: etree._Element, event: etree._Element) -> None:
    """Zeebe sees those flows only that the event itself names."""
    event_id = event.get("id", "")
    flows = [flow.get("id", "") for flow in scope.findall(f"{BPMN}sequenceFlow") if flow.get("sourceRef") == event_id]
    if not flows:
        flows = [f"{event_id}-flow-of-oracle"]
        end_id = f"{event_id}-end-of-oracle"
        scope.append(scope.makeelement(f"{BPMN}endEvent", {"id": end_id}))
        scope.append(scope.makeelement(f"{BPMN}sequenceFlow", {"id": flows[0], "sourceRef": event_id, "targetRef": end_id}))
    for named in event.findall(f"{BPMN}outgoing"):
        event.remove(named)
    place = sum(child.tag in WANTED_FIRST for child in event)
    for flow_id in reversed(flows):
        outgoing = event.makeelement(f"{BPMN}outgoing", {})
        outgoing.text = flow_id
        event.insert(place, outgoing)
