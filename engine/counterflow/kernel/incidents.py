"""The life of an incident: raised where a process cannot go on by itself, until a person has mended the
cause.

    raised → resolved (the course is taken up where it was held; a new one, if the cause is still there)
           → dropped  (its element was swept away)

The types are Zeebe's, so that people and tools recognise them; STEP_LIMIT_EXCEEDED and JOB_NOT_DELIVERABLE
are ours.
"""

from __future__ import annotations

from counterflow.kernel.instance_state import InstanceState
from counterflow.kernel.records import Command, Event, Rejection, RejectionType
from counterflow.kernel.rows import ElementInstance, Incident
from counterflow.kernel.state import State
from counterflow.kernel.step import Step

TOLD = 2_000
"""Characters of a message that are kept, of its beginning and its end: the text of an expression may be a
book.
"""


class IncidentRaised(Event, frozen=True, array_like=True, tag=40, gc=False):
    """An element cannot go on; `message` says what was expected, what was found and what would help."""

    key: int
    element_instance_key: int
    job_key: int
    error_type: str
    message: str


class IncidentResolved(Event, frozen=True, array_like=True, tag=41, gc=False):
    """A person says that the cause is mended."""

    key: int


class IncidentDropped(Event, frozen=True, array_like=True, tag=42, gc=False):
    """The element that the incident was about is no more."""

    key: int


class ResolveIncident(Command, frozen=True, kw_only=True, gc=False):
    """Take up the course that an incident holds up."""

    incident_key: int


def raise_incident(
    step: Step, element: ElementInstance, error_type: str, message: str, job_key: int = 0
) -> None:
    """Hold an element up until a person has looked. What is not of a job is told in few words, as it may be
    told of many elements.
    """
    told = (
        message
        if job_key or len(message) <= TOLD
        else f"{message[: TOLD * 3 // 4]} … {message[-TOLD // 4 :]}"
    )
    step.emit(IncidentRaised(step.new_key(), element.key, job_key, error_type, told))


def drop_incidents_of(step: Step, element_instance_key: int) -> None:
    """The element is being swept away, so are its incidents."""
    for key in list(step.current().incident_of.get(element_instance_key, ())):
        step.emit(IncidentDropped(key))


def decide_resolve(step: Step, command: ResolveIncident) -> None:
    """ResolveIncident of the gateway."""
    instance = step.state.owner_of(Incident, command.incident_key)
    if instance is None:
        raise Rejection(
            RejectionType.NOT_FOUND,
            f"Expected to resolve incident with key '{command.incident_key}', but no such incident was found",
        )
    step.enter_instance(instance)
    incident = instance.incidents[command.incident_key]
    element = step.element(incident.element_instance_key)
    node = step.node(element)
    step.emit(IncidentResolved(incident.key))
    step.resolved = incident
    step.room_of(element, node).resume(step, element, node)


def _apply_raised(state: State, instance: InstanceState | None, event: IncidentRaised) -> None:
    if instance is not None:
        element = instance.elements[event.element_instance_key]
        state.put(
            Incident(
                event.key,
                instance.key,
                element.key,
                element.element_id,
                event.job_key,
                event.error_type,
                event.message,
                state.now_ms,
            )
        )


def _apply_ended(
    state: State, instance: InstanceState | None, event: IncidentResolved | IncidentDropped
) -> None:
    if instance is not None:
        state.delete(instance.incidents[event.key])


APPLIERS = {IncidentRaised: _apply_raised, IncidentResolved: _apply_ended, IncidentDropped: _apply_ended}
COMMANDS = {ResolveIncident: decide_resolve}
