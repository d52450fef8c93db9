"""Errors: an `error` of the file, caught by its code, or whatever that is (BPMN 2.0.2, 10.5.6)."""

from __future__ import annotations

from counterflow.bpmn.codes import read_code
from counterflow.bpmn.elements import ERROR, Reference
from counterflow.bpmn.events.reader import EventReader, ModelReading
from counterflow.bpmn.outline import Element
from counterflow.bpmn.rules import coded_catch, coded_throw, interrupting_error
from counterflow.model.events import ErrorDefinition
from counterflow.model.graph import Behaviour


def _read(reading: ModelReading, event: Element) -> ErrorDefinition | None:
    if event.definition is None:
        return None
    return ErrorDefinition(read_code(reading, event), *reading.dialect.error_variables(event.definition))


KIND = EventReader(
    name="error",
    definition=ERROR,
    rooms={
        "startEvent": Behaviour.START_EVENT,
        "boundaryEvent": Behaviour.BOUNDARY_EVENT,
        "endEvent": Behaviour.END_EVENT,
    },
    remedy="Throw errors in an end event, catch them on a boundary or in an event sub-process.",
    reference=Reference(attribute="errorRef", tag="error", code="errorCode"),
    extensions=frozenset({"errorCodeVariable", "errorMessageVariable"}),
    read=_read,
    rules=(interrupting_error.check, coded_catch.check, coded_throw.check),
)
