"""What the log says of jobs and of what goes wrong: tries that came to nothing, incidents, caught errors. Of
incidents it says how they ended.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from counterflow.kernel.course import asking
from counterflow.kernel.events import error
from counterflow.kernel.lives import jobs
from counterflow.kernel.vocabulary import Event
from counterflow.kernel.work import held, incidents
from counterflow.queries.remedies import remedy_for
from counterflow.queries.shapes import CaughtError, Incident, Job, JobTry
from counterflow.queries.story.story import Addition, Story

REMEMBERED_TRIES = 100
"""Of one job; a job may time out for years."""


def _job_created(story: Story, event: asking.JobCreated) -> None:
    element = story.elements[event.element_instance_key]
    job = new_job(event, story.now_ms)
    job.element_id, job.process_instance_key = element.element_id, story.created.key
    job.bpmn_process_id = story.bpmn_process_id
    story.jobs[event.key] = job
    element.jobs.append(job)


def new_job(event: asking.JobCreated, now_ms: int) -> Job:
    """The job that an event of this moment has created, as far as the event tells it."""
    return Job(
        key=event.key,
        element_instance_key=event.element_instance_key,
        element_id="",
        type=event.type,
        retries=event.retries,
        created_at_ms=now_ms,
        listener_event_type=event.listener_event_type,
    )


# -- what becomes of one, at the moment of the event ---------------------------------------------------------


def _activated(job: Job, event: jobs.JobActivated, now_ms: int) -> None:
    job.state, job.worker, job.due_at_ms, job.activated_at_ms = (
        "activated",
        event.worker,
        event.deadline_ms,
        now_ms,
    )


def _completed(job: Job, _: jobs.JobCompleted, now_ms: int) -> None:
    end_job(job, "completed", now_ms)


def _failed(job: Job, event: jobs.JobFailed, now_ms: int) -> None:
    _add_try(job, "failed", event.retries, now_ms, error_message=event.message)
    job.state = (
        "backing_off" if event.due_ms is not None else "activatable" if event.retries > 0 else "failed"
    )
    job.retries, job.due_at_ms, job.error_message = event.retries, event.due_ms, event.message


def _error_thrown(job: Job, event: jobs.JobErrorThrown, now_ms: int) -> None:
    _add_try(
        job, "error_thrown", job.retries, now_ms, error_code=event.error_code, error_message=event.message
    )
    job.state, job.due_at_ms, job.error_code, job.error_message = (
        "error_thrown",
        None,
        event.error_code,
        event.message,
    )
    if event.caught:
        end_job(job, "error_caught", now_ms)


def _returned(job: Job, event: jobs.JobReturned, now_ms: int) -> None:
    if event.why == "timed_out":
        _add_try(job, "timed_out", job.retries, now_ms)
    job.state, job.due_at_ms = "activatable", None


def _add_try(job: Job, outcome: str, retries: int, now_ms: int, **error: str) -> None:
    began_at_ms = (job.activated_at_ms or 0) if job.state == "activated" else 0
    job.tries.append(
        JobTry(outcome, job.worker if began_at_ms else "", began_at_ms, now_ms, retries, **error)
    )
    if len(job.tries) > REMEMBERED_TRIES:
        del job.tries[0]
        job.tries_left_out += 1


def _retries_updated(job: Job, event: jobs.JobRetriesUpdated, _: int) -> None:
    job.retries = event.retries


def _deadline_updated(job: Job, event: jobs.JobDeadlineUpdated, _: int) -> None:
    job.due_at_ms = event.deadline_ms


def _canceled(job: Job, _: asking.JobCanceled, now_ms: int) -> None:
    end_job(job, "canceled", now_ms)


JobChange = Callable[[Job, Any, int], None]
JOB_CHANGES: Mapping[type[Event], JobChange] = {
    jobs.JobActivated: _activated,
    jobs.JobCompleted: _completed,
    jobs.JobFailed: _failed,
    jobs.JobErrorThrown: _error_thrown,
    jobs.JobReturned: _returned,
    jobs.JobRetriesUpdated: _retries_updated,
    jobs.JobDeadlineUpdated: _deadline_updated,
    asking.JobCanceled: _canceled,
}
"""By kind of event, what becomes of the job that is its `key`."""


def _job_changed(story: Story, event: Any) -> None:
    JOB_CHANGES[type(event)](story.jobs[event.key], event, story.now_ms)


def end_job(job: Job, state: str, now_ms: int) -> None:
    """End a job in a state, at that moment."""
    job.state, job.due_at_ms, job.ended_at_ms = state, None, now_ms


def _incident_raised(story: Story, event: held.IncidentRaised) -> None:
    element = story.elements[event.element_instance_key]
    incident = Incident(
        key=event.key,
        process_instance_key=story.created.key,
        bpmn_process_id=story.bpmn_process_id,
        element_id=element.element_id,
        element_instance_key=element.key,
        job_key=event.job_key,
        error_type=event.error_type,
        message=event.message,
        remedy=remedy_for(event.error_type, event.job_key),
        created_at_ms=story.now_ms,
    )
    story.incidents[event.key] = incident
    element.incidents.append(incident)


def _incident_resolved(story: Story, event: incidents.IncidentResolved) -> None:
    end_incident(story, story.incidents[event.key], "resolved")


def _incident_dropped(story: Story, event: incidents.IncidentDropped) -> None:
    end_incident(story, story.incidents[event.key], "dropped")


def end_incident(story: Story, incident: Incident, state: str) -> None:
    """End an incident as `resolved` or `dropped`, at the time of the event that is being added."""
    incident.state, incident.ended_at_ms = state, story.now_ms


def _error_caught(story: Story, event: error.ErrorCaught) -> None:
    name = story.name_of(event.catch_id)
    story.caught_errors.append(
        CaughtError(
            event.catch_id, name, event.at_key, event.error_code, event.message, story.position, story.now_ms
        )
    )


ADDITIONS: Mapping[type[Event], Addition] = {
    asking.JobCreated: _job_created,
    **dict.fromkeys(JOB_CHANGES, _job_changed),
    held.IncidentRaised: _incident_raised,
    incidents.IncidentResolved: _incident_resolved,
    incidents.IncidentDropped: _incident_dropped,
    error.ErrorCaught: _error_caught,
}
