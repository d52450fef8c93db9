"""What the log says of jobs and of what goes wrong with them: every try that came to nothing, incidents and
how they ended, caught errors.
"""

from __future__ import annotations

from collections.abc import Mapping

from counterflow.kernel.events import error
from counterflow.kernel.lives import jobs
from counterflow.kernel.vocabulary import Event
from counterflow.kernel.work import held, incidents
from counterflow.queries.remedies import remedy_for
from counterflow.queries.shapes import CaughtError, Incident, Job, JobTry
from counterflow.queries.story.story import Addition, Story

REMEMBERED_TRIES = 100
"""Of one job; a job may time out for years."""


def _job_created(story: Story, event: jobs.JobCreated) -> None:
    element = story.elements[event.element_instance_key]
    job = Job(
        key=event.key,
        element_instance_key=element.key,
        element_id=element.element_id,
        process_instance_key=story.created.key,
        bpmn_process_id=story.created.bpmn_process_id,
        type=event.type,
        retries=event.retries,
        created_at_ms=story.now_ms,
    )
    story.jobs[event.key] = job
    element.jobs.append(job)


def _job_activated(story: Story, event: jobs.JobActivated) -> None:
    job = story.jobs[event.key]
    job.state, job.worker, job.due_at_ms, job.activated_at_ms = (
        "activated",
        event.worker,
        event.deadline_ms,
        story.now_ms,
    )


def _job_completed(story: Story, event: jobs.JobCompleted) -> None:
    end_job(story, story.jobs[event.key], "completed")


def _job_failed(story: Story, event: jobs.JobFailed) -> None:
    job = story.jobs[event.key]
    _add_try(story, job, "failed", event.retries, error_message=event.message)
    job.state = (
        "backing_off" if event.due_ms is not None else "activatable" if event.retries > 0 else "failed"
    )
    job.retries, job.due_at_ms, job.error_message = event.retries, event.due_ms, event.message


def _job_error_thrown(story: Story, event: jobs.JobErrorThrown) -> None:
    job = story.jobs[event.key]
    _add_try(
        story, job, "error_thrown", job.retries, error_code=event.error_code, error_message=event.message
    )
    job.state, job.due_at_ms, job.error_code, job.error_message = (
        "error_thrown",
        None,
        event.error_code,
        event.message,
    )
    if event.caught:
        end_job(story, job, "error_caught")


def _job_returned(story: Story, event: jobs.JobReturned) -> None:
    job = story.jobs[event.key]
    if event.why == "timed_out":
        _add_try(story, job, "timed_out", job.retries)
    job.state, job.due_at_ms = "activatable", None


def _add_try(story: Story, job: Job, outcome: str, retries: int, **error: str) -> None:
    began_at_ms = (job.activated_at_ms or 0) if job.state == "activated" else 0
    job.tries.append(
        JobTry(outcome, job.worker if began_at_ms else "", began_at_ms, story.now_ms, retries, **error)
    )
    if len(job.tries) > REMEMBERED_TRIES:
        del job.tries[0]
        job.tries_left_out += 1


def _job_retries_updated(story: Story, event: jobs.JobRetriesUpdated) -> None:
    story.jobs[event.key].retries = event.retries


def _job_deadline_updated(story: Story, event: jobs.JobDeadlineUpdated) -> None:
    story.jobs[event.key].due_at_ms = event.deadline_ms


def _job_canceled(story: Story, event: jobs.JobCanceled) -> None:
    end_job(story, story.jobs[event.key], "canceled")


def end_job(story: Story, job: Job, state: str) -> None:
    """End a job in a state, at the time of the event that is being added."""
    job.state, job.due_at_ms, job.ended_at_ms = state, None, story.now_ms


def _incident_raised(story: Story, event: held.IncidentRaised) -> None:
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
    jobs.JobCreated: _job_created,
    jobs.JobActivated: _job_activated,
    jobs.JobCompleted: _job_completed,
    jobs.JobFailed: _job_failed,
    jobs.JobErrorThrown: _job_error_thrown,
    jobs.JobReturned: _job_returned,
    jobs.JobRetriesUpdated: _job_retries_updated,
    jobs.JobDeadlineUpdated: _job_deadline_updated,
    jobs.JobCanceled: _job_canceled,
    held.IncidentRaised: _incident_raised,
    incidents.IncidentResolved: _incident_resolved,
    incidents.IncidentDropped: _incident_dropped,
    error.ErrorCaught: _error_caught,
}
