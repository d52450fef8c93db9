"""Several events drawn as one: a catch takes any of them, or waits for all, a throw throws each of them.

BPMN 2.0.2, 10.5.5 (multiple, parallel multiple) and table 10.93. In the outline such an event has a part for
each of its definitions (`parts_of`): the same event with that one alone, read and judged as any other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from counterflow.bpmn.elements import MULTIPLE, PARALLEL_MULTIPLE
from counterflow.bpmn.events.reader import EventReader, ModelReading
from counterflow.bpmn.outline import Element
from counterflow.bpmn.rules import multiple_event
from counterflow.documents.xml import line_of, local_name
from counterflow.model.events import MultipleDefinition
from counterflow.model.graph import Behaviour


def parts_of(event: Element, kinds: Mapping[str, EventReader]) -> list[Element]:
    """The parts of an event with several definitions, in document order.

    Of what throws them, the one that ends its scope is last, and the first has the event's own id.
    """
    parts = list(_parts(event, kinds))
    if not event.kind.catches:
        parts.sort(key=lambda part: part.event in multiple_event.ENDS_SCOPE)
        parts[0].part_path = ""
    return parts


def _parts(event: Element, kinds: Mapping[str, EventReader]) -> Iterator[Element]:
    counts: Counter[str] = Counter()
    for definition in event.definitions:
        tag = local_name(definition)
        counts[tag] += 1
        kind = kinds.get(tag)
        yield Element(
            id=event.id,
            tag=event.tag,
            line=line_of(definition),
            xml=event.xml,
            kind=event.kind,
            parent=event.parent,
            behaviour=kind.rooms.get(event.tag) if kind is not None else None,
            definitions=[definition],
            event_kind=kind,
            incoming=event.incoming,
            outgoing=event.outgoing,
            names=event.names,
            part_of=event,
            part_path=f"{event.id}/{tag}[{counts[tag]}]",
        )


def _read(_reading: ModelReading, _event: Element) -> MultipleDefinition:
    return MultipleDefinition()


_CATCHES: Mapping[str, Behaviour] = {
    "startEvent": Behaviour.START_EVENT,
    "intermediateCatchEvent": Behaviour.CATCH_EVENT,
    "boundaryEvent": Behaviour.BOUNDARY_EVENT,
}
KIND = EventReader(
    name="multiple",
    definition=MULTIPLE,
    rooms={
        **_CATCHES,
        "intermediateThrowEvent": Behaviour.THROW_EVENT,
        "endEvent": Behaviour.END_EVENT,
    },
    read=_read,
    rules=(multiple_event.check,),
)
PARALLEL_KIND = EventReader(
    name="parallel multiple",
    definition=PARALLEL_MULTIPLE,
    rooms=_CATCHES,
    remedy="Remove parallelMultiple: each of the events is thrown.",
    read=_read,
    rules=(multiple_event.check,),
)
