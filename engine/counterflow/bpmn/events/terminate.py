"""Terminate: ends every other token of its scope (BPMN 2.0.2, 10.5.3)."""

from __future__ import annotations

from counterflow.bpmn.elements import TERMINATE
from counterflow.bpmn.events.reader import EventReader, ModelReading
from counterflow.bpmn.outline import Element
from counterflow.model.events import TerminateDefinition
from counterflow.model.graph import Behaviour


def _read(_reading: ModelReading, _element: Element) -> TerminateDefinition:
    return TerminateDefinition()


KIND = EventReader(
    name="terminate",
    definition=TERMINATE,
    rooms={"endEvent": Behaviour.END_EVENT},
    remedy="Terminate in an end event.",
    read=_read,
)
