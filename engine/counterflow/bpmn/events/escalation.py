"""Escalations: an `escalation` of the file, caught by its code, or whatever that is (BPMN 2.0.2, 10.5.5)."""

from __future__ import annotations

from counterflow.bpmn.codes import code_of, may_compute
from counterflow.bpmn.elements import ESCALATION, Reference
from counterflow.bpmn.events.reader import EventReader, ModelReading
from counterflow.bpmn.outline import Element
from counterflow.bpmn.rules import coded_catch, coded_throw
from counterflow.feel import Expression
from counterflow.model.events import EscalationDefinition
from counterflow.model.graph import Behaviour


def _read(reading: ModelReading, event: Element) -> EscalationDefinition | None:
    """A code that is not there, or blank, is none: a catch of any escalation."""
    if event.definition is None:
        return None
    text = code_of(reading.outline, event)
    code: str | Expression | None = text or None
    if may_compute(reading.outline, event, text):
        code = reading.dialect.text_or_expression(text.strip(), "escalation code", event, reading.notes)
    return EscalationDefinition(code, reading.dialect.escalation_variable(event.definition))


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
