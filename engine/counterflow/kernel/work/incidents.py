"""The life of an incident: raised where a process cannot go on by itself, until a person mends the cause.

raised → resolved (the course is taken up where it was held; a new one, if the cause is still there)
       → dropped  (its element was swept away)
"""

from __future__ import annotations

from msgspec.structs import replace

from counterflow.kernel.ended import EndedIncident
from counterflow.kernel.rows import ElementInstance, Incident
from counterflow.kernel.state.instance import InstanceState
from counterflow.kernel.state.partition import State
from counterflow.kernel.state.swept import is_gone
from counterflow.kernel.vocabulary import Command, InstanceEvent, Rejection, RejectionType
from counterflow.kernel.work.held import IncidentRaised, IncidentType, Phase
from counterflow.kernel.work.step import Step, Token, attempt


class IncidentResolved(InstanceEvent, frozen=True):
    """A person says that the cause is mended."""

    key: int


class IncidentDropped(InstanceEvent, frozen=True):
    """The element that the incident was about is no more."""

    key: int


class ResolveIncident(Command, frozen=True, kw_only=True, gc=False):
    """Take up the course that an incident holds up."""

    incident_key: int


def drop_incidents_of(token: Token) -> None:
    """The element is being swept away, so are its incidents."""
    for key in list(token.instance.incident_of.get(token.key, ())):
        token.emit(IncidentDropped(key))


def decide_resolve(step: Step, command: ResolveIncident) -> None:
    """ResolveIncident of the gateway."""
    instance = step.state.owner_of(Incident, command.incident_key)
    incident = instance.incidents[command.incident_key] if instance is not None else None
    if instance is None or incident is None or is_gone(step.state, instance, incident.element_instance_key):
        raise Rejection(
            RejectionType.NOT_FOUND,
            f"Expected to resolve incident with key '{command.incident_key}', but no such incident was found",
        )
    course = step.admitted_to(instance)
    token = course.token(incident.element_instance_key)
    token.emit(IncidentResolved(incident.key))
    attempt(token, step.house.resume)


def _apply_raised(state: State, instance: InstanceState, event: IncidentRaised) -> None:
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
    phase = _phase_before_it_was_said(element, event) if event.phase is None else event.phase
    if element.phase != phase:
        state.put(replace(element, phase=phase))


def _phase_before_it_was_said(element: ElementInstance, event: IncidentRaised) -> str:
    """The phase of an event of a version before 0.2.0: a completing element was held after its mappings. One
    that a mapping held was not.
    """
    is_mapped = element.state == "completing" and event.error_type != IncidentType.IO_MAPPING_ERROR
    return Phase.FLOWS.value if is_mapped else Phase.ANEW.value


def _apply_ended(state: State, instance: InstanceState, event: IncidentResolved | IncidentDropped) -> None:
    incident = instance.incidents[event.key]
    state.delete(incident)
    state.put(
        EndedIncident(
            incident.key,
            instance.key,
            incident.element_instance_key,
            incident.element_id,
            incident.job_key,
            incident.error_type,
            incident.message,
            incident.created_at_ms,
            state.now_ms,
        )
    )


OF_INSTANCE = {IncidentRaised: _apply_raised, IncidentResolved: _apply_ended, IncidentDropped: _apply_ended}
COMMANDS = {ResolveIncident: decide_resolve}
