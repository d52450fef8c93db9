"""A process instance folded from its events for people to look at: what the appliers throw away when it is over is kept here.

One function per kind of event, in one table; an event that is not in it tells nothing that a tree of elements could show, and
is seen in the history all the same. The functions say nothing of whether a move is legal: that was decided, once, before it was
written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from counterflow.kernel import error_events, incidents, instances, jobs, lifecycle, quarantine, variables
from counterflow.kernel.elements import parallel_gateway
from counterflow.kernel.engine import events_of
from counterflow.kernel.records import BrokenInvariant, Event, LogEntry
from counterflow.queries import story_of_undo, story_of_waits
from counterflow.queries.definitions import UNNAMED, Names
from counterflow.queries.remedies import remedy_for
from counterflow.queries.shapes import (
    CaughtError,
    CorrelatedMessage,
    ElementInstance,
    FlowTaken,
    Incident,
    Job,
    UndoRecord,
    Variable,
    Wait,
)


class Story:
    """What has happened so far. `position` and `now_ms` are those of the event that is being told."""

    def __init__(self, created: instances.ProcessInstanceCreated, names: Names) -> None:
        self.created = created
        self.names = names
        self.position = 0
        self.now_ms = 0
        self.started_at_ms = 0
        self.elements: dict[int, ElementInstance] = {}
        self.variables: dict[int, dict[str, bytes]] = {}
        self.jobs: dict[int, Job] = {}
        self.incidents: dict[int, Incident] = {}
        self.undo_records: dict[int, UndoRecord] = {}
        self.undo_started = 0
        self.flows_taken: list[FlowTaken] = []
        self.waiting: dict[tuple[int, str], tuple[str, int]] = {}
        self.caught_errors: list[CaughtError] = []
        self.waits: dict[int, Wait] = {}
        self.correlated_messages: list[CorrelatedMessage] = []
        self.quarantine_reason = ""

    @property
    def root(self) -> ElementInstance:
        """The process itself."""
        return self.elements[self.created.key]

    def tell(self, entry: LogEntry) -> None:
        """Fold the events of a log entry in."""
        self.position = entry.position - 1
        self.now_ms = entry.timestamp_ms
        self.started_at_ms = self.started_at_ms or entry.timestamp_ms
        for event in events_of(entry):
            self.position += 1
            teller = TELLERS.get(type(event))
            if teller is not None:
                teller(self, event)

    def variables_of(self, scope_key: int) -> list[Variable]:
        """The variables of a scope alone, by name, with their last values."""
        return [Variable(name, value.decode()) for name, value in sorted(self.variables.get(scope_key, {}).items())]


def created_in(entry: LogEntry) -> instances.ProcessInstanceCreated:
    """The event that an instance's log begins with. Raises `BrokenInvariant` where it does not."""
    for event in events_of(entry):
        if isinstance(event, instances.ProcessInstanceCreated):
            return event
    raise BrokenInvariant(f"the log of process instance {entry.process_instance_key} does not begin with its creation")


# -- elements ---------------------------------------------------------------------------------------------------------


def _activating(story: Story, event: lifecycle.ElementActivating) -> None:
    name = story.names.get(event.element_id, UNNAMED)
    element = ElementInstance(
        key=event.key,
        scope_key=event.scope_key,
        element_id=event.element_id,
        element_name=name.name,
        element_type=name.type,
        state="activating",
        activated_position=story.position,
        activated_at_ms=story.now_ms,
        undo_record_key=event.undo_key,
        loop_counter=event.loop_counter,
    )
    story.elements[event.key] = element
    if event.scope_key:
        story.elements[event.scope_key].children.append(element)


def _activated(story: Story, event: lifecycle.ElementActivated) -> None:
    element = story.elements[event.key]
    element.state, element.activated_position = "active", story.position


def _completing(story: Story, event: lifecycle.ElementCompleting) -> None:
    story.elements[event.key].state = "completing"


def _terminating(story: Story, event: lifecycle.ElementTerminating) -> None:
    story.elements[event.key].state = "terminating"


def _completed(story: Story, event: lifecycle.ElementCompleted) -> None:
    _end(story, story.elements[event.key], "completed")


def _terminated(story: Story, event: lifecycle.ElementTerminated) -> None:
    _end(story, story.elements[event.key], "terminated")


def _end(story: Story, element: ElementInstance, state: str) -> None:
    element.state, element.ended_position, element.ended_at_ms = state, story.position, story.now_ms


# -- flows and joins --------------------------------------------------------------------------------------------------


def _flow_taken(story: Story, event: lifecycle.FlowTaken) -> None:
    story.flows_taken.append(FlowTaken(event.flow_id, event.scope_key, story.position, story.now_ms))


def _token_arrived(story: Story, event: parallel_gateway.TokenArrived) -> None:
    _, count = story.waiting.get((event.scope_key, event.flow_id), ("", 0))
    story.waiting[event.scope_key, event.flow_id] = (event.gateway_id, count + 1)


def _flows_joined(story: Story, event: parallel_gateway.FlowsJoined) -> None:
    for flow_id in event.flow_ids:
        gateway_id, count = story.waiting.pop((event.scope_key, flow_id))
        if count > 1:
            story.waiting[event.scope_key, flow_id] = (gateway_id, count - 1)


def _tokens_swept_away(story: Story, event: lifecycle.TokensSweptAway) -> None:
    for place in [place for place in story.waiting if place[0] == event.scope_key]:
        del story.waiting[place]


# -- variables --------------------------------------------------------------------------------------------------------


def _variables_set(story: Story, event: variables.VariablesSet) -> None:
    story.variables.setdefault(event.scope_key, {}).update(event.values)


def _variables_removed(story: Story, event: variables.VariablesRemoved) -> None:
    for name in event.names:
        story.variables[event.scope_key].pop(name, None)


# -- jobs -------------------------------------------------------------------------------------------------------------


def _job_created(story: Story, event: jobs.JobCreated) -> None:
    element = story.elements[event.element_instance_key]
    job = Job(
        key=event.key,
        element_instance_key=element.key,
        element_id=element.element_id,
        type=event.type,
        retries=event.retries,
        created_at_ms=story.now_ms,
    )
    story.jobs[event.key] = job
    element.jobs.append(job)


def _job_activated(story: Story, event: jobs.JobActivated) -> None:
    job = story.jobs[event.key]
    job.state, job.worker, job.due_at_ms = "activated", event.worker, event.deadline_ms


def _job_completed(story: Story, event: jobs.JobCompleted) -> None:
    _end_job(story, story.jobs[event.key], "completed")


def _job_failed(story: Story, event: jobs.JobFailed) -> None:
    job = story.jobs[event.key]
    job.state = "backing_off" if event.due_ms is not None else "activatable" if event.retries > 0 else "failed"
    job.retries, job.due_at_ms, job.error_message = event.retries, event.due_ms, event.message


def _job_error_thrown(story: Story, event: jobs.JobErrorThrown) -> None:
    job = story.jobs[event.key]
    job.state, job.due_at_ms, job.error_code, job.error_message = "error_thrown", None, event.error_code, event.message
    if event.caught:
        _end_job(story, job, "error_caught")


def _job_returned(story: Story, event: jobs.JobReturned) -> None:
    job = story.jobs[event.key]
    job.state, job.due_at_ms = "activatable", None


def _job_retries_updated(story: Story, event: jobs.JobRetriesUpdated) -> None:
    story.jobs[event.key].retries = event.retries


def _job_deadline_updated(story: Story, event: jobs.JobDeadlineUpdated) -> None:
    story.jobs[event.key].due_at_ms = event.deadline_ms


def _job_canceled(story: Story, event: jobs.JobCanceled) -> None:
    _end_job(story, story.jobs[event.key], "canceled")


def _end_job(story: Story, job: Job, state: str) -> None:
    job.state, job.due_at_ms, job.ended_at_ms = state, None, story.now_ms


# -- incidents and errors ---------------------------------------------------------------------------------------------


def _incident_raised(story: Story, event: incidents.IncidentRaised) -> None:
    element = story.elements[event.element_instance_key]
    incident = Incident(
        key=event.key,
        process_instance_key=story.created.key,
        bpmn_process_id=story.created.bpmn_process_id,
        element_id=element.element_id,
        element_instance_key=element.key,
        job_key=event.job_key,
        error_type=event.error_type,
        message=event.message,
        remedy=remedy_for(event.error_type),
        created_at_ms=story.now_ms,
    )
    story.incidents[event.key] = incident
    element.incidents.append(incident)


def _incident_resolved(story: Story, event: incidents.IncidentResolved) -> None:
    _end_incident(story, story.incidents[event.key], "resolved")


def _incident_dropped(story: Story, event: incidents.IncidentDropped) -> None:
    _end_incident(story, story.incidents[event.key], "dropped")


def _end_incident(story: Story, incident: Incident, state: str) -> None:
    incident.state, incident.ended_at_ms = state, story.now_ms


def _error_caught(story: Story, event: error_events.ErrorCaught) -> None:
    name = story.names.get(event.catch_id, UNNAMED).name
    story.caught_errors.append(
        CaughtError(event.catch_id, name, event.at_key, event.error_code, event.message, story.position, story.now_ms)
    )


# -- quarantine -------------------------------------------------------------------------------------------------------


def _quarantined(story: Story, event: quarantine.InstanceQuarantined) -> None:
    story.quarantine_reason = event.reason


def _released(story: Story, _: quarantine.InstanceReleased) -> None:
    story.quarantine_reason = ""


def _abandoned(story: Story, _: quarantine.InstanceAbandoned) -> None:
    story.quarantine_reason = ""
    story.waiting.clear()
    for element in story.elements.values():
        if not element.ended_position:
            _end(story, element, "terminated")
    for job in story.jobs.values():
        if job.ended_at_ms is None:
            _end_job(story, job, "canceled")
    for wait in story.waits.values():
        if wait.state == "open":
            story_of_waits.end_wait(story, wait, "closed")
    for incident in story.incidents.values():
        if incident.state == "open":
            _end_incident(story, incident, "dropped")
    for record in story.undo_records.values():
        if record.state in {"available", "taken", "started"}:
            record.state = "dropped"


TELLERS: Mapping[type[Event], Callable[[Story, Any], None]] = {
    lifecycle.ElementActivating: _activating,
    lifecycle.ElementActivated: _activated,
    lifecycle.ElementCompleting: _completing,
    lifecycle.ElementCompleted: _completed,
    lifecycle.ElementTerminating: _terminating,
    lifecycle.ElementTerminated: _terminated,
    lifecycle.FlowTaken: _flow_taken,
    lifecycle.TokensSweptAway: _tokens_swept_away,
    parallel_gateway.TokenArrived: _token_arrived,
    parallel_gateway.FlowsJoined: _flows_joined,
    variables.VariablesSet: _variables_set,
    variables.VariablesRemoved: _variables_removed,
    jobs.JobCreated: _job_created,
    jobs.JobActivated: _job_activated,
    jobs.JobCompleted: _job_completed,
    jobs.JobFailed: _job_failed,
    jobs.JobErrorThrown: _job_error_thrown,
    jobs.JobReturned: _job_returned,
    jobs.JobRetriesUpdated: _job_retries_updated,
    jobs.JobDeadlineUpdated: _job_deadline_updated,
    jobs.JobCanceled: _job_canceled,
    incidents.IncidentRaised: _incident_raised,
    incidents.IncidentResolved: _incident_resolved,
    incidents.IncidentDropped: _incident_dropped,
    error_events.ErrorCaught: _error_caught,
    quarantine.InstanceQuarantined: _quarantined,
    quarantine.InstanceReleased: _released,
    quarantine.InstanceAbandoned: _abandoned,
    **story_of_undo.TELLERS,
    **story_of_waits.TELLERS,
}
"""What tells a person something about the tree of an instance. A test holds this table against the kernel's."""
