"""Compensation: thrown to undo what has completed, caught by what undoes it (BPMN 2.0.2, 10.5.6 and 10.7)."""

from __future__ import annotations

from counterflow.bpmn.elements import COMPENSATION
from counterflow.bpmn.events.reader import EventReader, ModelReading
from counterflow.bpmn.extensions import compensation_order
from counterflow.bpmn.outline import Element
from counterflow.bpmn.rules import (
    compensation_boundary,
    compensation_extensions,
    compensation_handler,
    compensation_throw,
    idle_compensation,
    lost_undo,
)
from counterflow.model.events import CompensateDefinition
from counterflow.model.graph import Behaviour


def _read(_reading: ModelReading, event: Element) -> CompensateDefinition | None:
    definition = event.definition
    if definition is None:
        return None
    return CompensateDefinition(definition.get("activityRef"), compensation_order(event))


KIND = EventReader(
    name="compensation",
    definition=COMPENSATION,
    rooms={
        "startEvent": Behaviour.START_EVENT,
        "boundaryEvent": Behaviour.BOUNDARY_EVENT,
        "intermediateThrowEvent": Behaviour.THROW_EVENT,
        "endEvent": Behaviour.END_EVENT,
    },
    undoes=True,
    remedy="Throw compensation in an intermediate throw event or an end event.",
    read=_read,
    rules=(
        compensation_boundary.check,
        compensation_handler.check,
        compensation_throw.check,
        compensation_extensions.check,
        idle_compensation.check,
        lost_undo.check,
    ),
)
