"""Escalations: an `escalation` of the file, caught by its code, or whatever that is (BPMN 2.0.2, 10.5.5)."""

from __future__ import annotations

from counterflow.bpmn.codes import read_code
from counterflow.bpmn.elements import ESCALATION, Reference
from counterflow.bpmn.events.reader import EventReader, ModelReading
from counterflow.bpmn.outline import Element
from counterflow.bpmn.rules import coded_catch, coded_throw
from counterflow.model.events import EscalationDefinition
from counterflow.model.graph import Behaviour


def _read(reading: ModelReading, event: Element) -> EscalationDefinition | None:
    if event.definition is None:
        return None
    return EscalationDefinition(
        read_code(reading, event), reading.dialect.escalation_variable(event.definition)
    )


KIND = EventReader(
    name="escalation",
    definition=ESCALATION,
    rooms={
        "startEvent": Behaviour.START_EVENT,
        "boundaryEvent": Behaviour.BOUNDARY_EVENT,
        "intermediateThrowEvent": Behaviour.THROW_EVENT,
        "endEvent": Behaviour.END_EVENT,
    },
    remedy="Throw it in an intermediate event or an end event, catch it on a boundary or in an event "
    "sub-process.",
    reference=Reference(attribute="escalationRef", tag="escalation", code="escalationCode"),
    extensions=frozenset({"escalationCodeVariable"}),
    read=_read,
    rules=(coded_catch.check, coded_throw.check),
)
