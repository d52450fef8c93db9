"""Every kind of event, by the definition that an event of the graph has. A new kind is one line here."""

from __future__ import annotations

from collections.abc import Mapping

from counterflow.kernel.course import leaving
from counterflow.kernel.course.room import room
from counterflow.kernel.events import (
    cancel,
    compensation,
    conditional,
    error,
    escalation,
    message,
    multiple,
    signal,
    terminate,
    timer,
)
from counterflow.kernel.work.step import EventRoom
from counterflow.model.events import (
    CancelDefinition,
    CompensateDefinition,
    ConditionalDefinition,
    ErrorDefinition,
    EscalationDefinition,
    LinkDefinition,
    MessageDefinition,
    MultipleDefinition,
    SignalDefinition,
    TerminateDefinition,
    TimerDefinition,
)

PASSED = EventRoom(thrown=room(activated=leaving.finish))
"""An event that throws nothing."""

KINDS: Mapping[type, EventRoom] = {
    type(None): PASSED,
    LinkDefinition: PASSED,
    TimerDefinition: timer.KIND,
    MessageDefinition: message.KIND,
    SignalDefinition: signal.KIND,
    ConditionalDefinition: conditional.KIND,
    ErrorDefinition: error.KIND,
    EscalationDefinition: escalation.KIND,
    CompensateDefinition: compensation.KIND,
    CancelDefinition: cancel.KIND,
    TerminateDefinition: terminate.KIND,
    MultipleDefinition: multiple.KIND,
}

KINDS_BY_ROW: Mapping[type, EventRoom] = {
    row: kind for kind in KINDS.values() for row in (kind.waits_in, kind.starts_in) if row is not None
}
"""By the rows that wait for an event of the kind."""
