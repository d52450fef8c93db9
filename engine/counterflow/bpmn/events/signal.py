"""Signals: a `signal` of the file with a name, caught by everybody who waits for it (BPMN 2.0.2, 10.5.6).

A thrown one carries, in a `zeebe:` model, what input mappings make; in a `camunda:` model what the
`camunda:in` of its definition name.
"""

from __future__ import annotations

from lxml import etree

from counterflow.bpmn.dialects.camunda.calls import call_mappings
from counterflow.bpmn.dialects.namespaces import CAMUNDA
from counterflow.bpmn.elements import SIGNAL, Reference
from counterflow.bpmn.events.named import event_name
from counterflow.bpmn.events.reader import EventReader, ModelReading
from counterflow.bpmn.outline import Element
from counterflow.bpmn.rules import signal_name
from counterflow.bpmn.xml import children
from counterflow.documents.xml import local_name, namespace
from counterflow.feel import Expression
from counterflow.model.events import SignalDefinition
from counterflow.model.graph import Behaviour, Dialect


def _read(reading: ModelReading, element: Element) -> SignalDefinition | None:
    """None where it names no signal with a name (rule `signal-name`)."""
    name = event_name(reading, element, "signal")
    if name is None:
        return None
    carriers = _carriers(element) if reading.outline.dialect is Dialect.CAMUNDA else []
    if element.throws(SIGNAL) and reading.outline.dialect is Dialect.CAMUNDA:
        carried, _ = call_mappings(element, carriers, reading.notes)
        return SignalDefinition(name, carried, any(xml.get("variables") == "all" for xml in carriers))
    for xml in carriers:
        message = f"{element} waits for its signal, and camunda:in hands nothing over there."
        reading.notes.warning(element, "extension", message, "Put it where the signal is thrown.", xml)
    return SignalDefinition(name)


def _carriers(element: Element) -> list[etree._Element]:
    """The `camunda:in` of its definition."""
    blocks = children(element.definition, "extensionElements") if element.definition is not None else []
    return [xml for block in blocks for xml in block if namespace(xml) == CAMUNDA and local_name(xml) == "in"]


def _start_objection(event: Element, expression: Expression) -> tuple[str, str]:
    """Whatever gives a text was worked out when it was read."""
    message = (
        f"expected `{expression.written}` to give the name of the signal that {event} waits for, found no "
        "text."
    )
    return message, "Write the name itself."


KIND = EventReader(
    name="signal",
    definition=SIGNAL,
    rooms={
        "startEvent": Behaviour.START_EVENT,
        "intermediateCatchEvent": Behaviour.CATCH_EVENT,
        "boundaryEvent": Behaviour.BOUNDARY_EVENT,
        "intermediateThrowEvent": Behaviour.THROW_EVENT,
        "endEvent": Behaviour.END_EVENT,
    },
    is_waited_for=True,
    holds_its_thrower=True,
    reference=Reference(attribute="signalRef", tag="signal"),
    extensions=frozenset({"in", "async"}),
    read=_read,
    rules=(signal_name.check,),
    start_objection=_start_objection,
)
