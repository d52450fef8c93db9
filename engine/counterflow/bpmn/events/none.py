"""No event at all: where a token begins, passes, or ends (BPMN 2.0.2, tables 10.84, 10.88 and 10.90)."""

from __future__ import annotations

from counterflow.bpmn.elements import NONE
from counterflow.bpmn.events.reader import EventReader
from counterflow.model.graph import Behaviour

KIND = EventReader(
    name="none",
    definition=NONE,
    rooms={
        "startEvent": Behaviour.START_EVENT,
        "intermediateThrowEvent": Behaviour.THROW_EVENT,
        "endEvent": Behaviour.END_EVENT,
    },
)
