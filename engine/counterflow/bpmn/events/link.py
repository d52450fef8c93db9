"""Links: a throw and the catch of the same name in its scope are the ends of a flow that is not drawn.

BPMN 2.0.2, 10.5.5 (link event): several throws may lead to one catch, and none leaves its scope. So the
outline has a sequence flow from each throw to its catch (`flows_of`), and tokens know no links.
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from counterflow.bpmn.elements import LINK
from counterflow.bpmn.events.reader import EventReader, ModelReading
from counterflow.bpmn.outline import Element, SequenceFlow
from counterflow.bpmn.rules import link_name
from counterflow.bpmn.xml import BPMN
from counterflow.model.events import LinkDefinition
from counterflow.model.graph import Behaviour


def flows_of(scope: Element) -> Iterator[SequenceFlow]:
    """A flow for each link of a scope, with its ends."""
    catches = {link_name.name_of(event): event for event in reversed(scope.children) if event.catches(LINK)}
    for event in scope.children:
        catch = catches.get(link_name.name_of(event)) if event.throws(LINK) else None
        if catch is not None:
            yield _flow(scope, event, catch)


def _flow(scope: Element, source: Element, target: Element) -> SequenceFlow:
    flow_id = f"{source.id} → {target.id}"
    ends = {"id": flow_id, "sourceRef": source.id, "targetRef": target.id}
    return SequenceFlow(
        id=flow_id,
        tag="sequenceFlow",
        line=source.line,
        xml=etree.Element(f"{{{BPMN}}}sequenceFlow", ends),
        scope=scope,
        source=source,
        target=target,
        is_link=True,
    )


def _read(_reading: ModelReading, event: Element) -> LinkDefinition:
    return LinkDefinition(link_name.name_of(event))


KIND = EventReader(
    name="link",
    definition=LINK,
    rooms={
        "intermediateCatchEvent": Behaviour.PASS_THROUGH,
        "intermediateThrowEvent": Behaviour.THROW_EVENT,
    },
    remedy="Throw it in an intermediate event, and catch it in one of the same scope.",
    read=_read,
    rules=(link_name.check,),
)
