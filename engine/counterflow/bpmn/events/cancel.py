"""Cancel: ends a transaction from inside and undoes what it has completed (BPMN 2.0.2, 10.3.6 and 10.5.6)."""

from __future__ import annotations

from counterflow.bpmn.elements import CANCEL
from counterflow.bpmn.events.reader import EventReader, ModelReading
from counterflow.bpmn.extensions import compensation_order
from counterflow.bpmn.outline import Element
from counterflow.bpmn.rules import cancelled_transaction
from counterflow.model.events import CancelDefinition
from counterflow.model.graph import Behaviour


def _read(_reading: ModelReading, event: Element) -> CancelDefinition:
    return CancelDefinition(compensation_order(event))


KIND = EventReader(
    name="cancel",
    definition=CANCEL,
    rooms={"boundaryEvent": Behaviour.BOUNDARY_EVENT, "endEvent": Behaviour.END_EVENT},
    undoes=True,
    remedy="Cancel a transaction in an end event directly inside it, and catch that on its border.",
    read=_read,
    rules=(cancelled_transaction.check,),
)
