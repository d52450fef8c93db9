"""How workers come by jobs, and what they and people do to them."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

import msgspec

from counterflow.edge.http.bodies import Gone
from counterflow.edge.rest.calls import carried_out, key_of, while_there
from counterflow.edge.rest.operations import Operation, RestCall
from counterflow.edge.rest.shapes.jobs import (
    JobActivation,
    JobAnswer,
    JobCompletion,
    JobError,
    JobFailure,
    JobForWorker,
    JobsForWorker,
    JobUpdate,
    TaskCorrections,
    TaskForListener,
)
from counterflow.edge.rest.variables import text_of
from counterflow.kernel.lives.jobs import (
    AdHocAnswer,
    CompleteJob,
    FailJob,
    ThrowError,
    UpdateJobRetries,
    UpdateJobTimeout,
)
from counterflow.kernel.lives.user_task_transitions import TaskListenerAnswer
from counterflow.kernel.lives.user_tasks import Corrections
from counterflow.kernel.row import lines_of
from counterflow.kernel.vocabulary import ActivatedJob, ListenedTask
from counterflow.model.graph import TASK_LISTENER_EVENTS
from counterflow.service.callers import Jobs
from counterflow.service.refusals import Invalid, NotThereYet
from counterflow.service.requests import (
    USER_TASK,
    activation,
    document,
    duration_ms,
    job_answer,
    task_answer,
)
from counterflow.service.service import Service

logger = logging.getLogger("counterflow.edge")

LISTENER_EVENTS: Mapping[str, str] = {
    "start": "START",
    "end": "END",
    "beforeAll": "BEFORE_ALL",
    **{event.value: event.value.upper() for event in TASK_LISTENER_EVENTS},
}


class JobOperations:
    """The operations about jobs."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._variable_bytes = service.settings.variable_bytes

    def operations(self) -> Sequence[Operation]:
        """All of them."""
        return (
            Operation(
                "activateJobs",
                "POST",
                "/jobs/activation",
                "Take jobs of a type; where none is ready, wait for the first of them.",
                self.activate,
                JobActivation,
                JobsForWorker,
            ),
            Operation(
                "completeJob",
                "POST",
                "/jobs/{jobKey}/completion",
                "A job is done.",
                self.complete,
                JobCompletion,
            ),
            Operation(
                "failJob",
                "POST",
                "/jobs/{jobKey}/failure",
                "A job could not be done; with no retries left an incident is raised.",
                self.fail,
                JobFailure,
            ),
            Operation(
                "throwJobError",
                "POST",
                "/jobs/{jobKey}/error",
                "A job ends with a BPMN error.",
                self.throw_error,
                JobError,
            ),
            Operation(
                "updateJob",
                "PATCH",
                "/jobs/{jobKey}",
                "Give a job other retries, or its worker more time.",
                self.update,
                JobUpdate,
            ),
        )

    async def activate(self, call: RestCall) -> JobsForWorker:
        """Jobs as soon as one is there; none when the time is up."""
        body: JobActivation = call.body
        if body.max_jobs_to_activate < 1:
            raise Invalid(
                f"Expected maxJobsToActivate to be at least 1, but found {body.max_jobs_to_activate}"
            )
        if body.with_lease:
            raise NotThereYet("Leases of jobs are not there yet in this version; leave withLease out")
        settings = self._service.settings
        wish = activation(
            job_type=body.type,
            worker=body.worker,
            timeout_ms=body.timeout,
            maximum=body.max_jobs_to_activate,
            fetch_variables=body.fetch_variable or (),
            tenant_ids=body.tenant_ids or (),
            message_bytes=settings.message_bytes,
        )
        activated: list[ActivatedJob] = []

        async def deliver(jobs: Jobs) -> None:
            activated.extend(jobs)

        wait_ms = duration_ms(body.request_timeout or settings.long_poll_ms)
        visitor = call.visitor
        taking = self._service.polls.activate(wish, wait_ms, deliver, visitor.account)
        try:
            await while_there(visitor, taking)
        except Gone:
            self._service.returns.hand_back(activated)
            raise
        return JobsForWorker(jobs=[one for job in activated if (one := self._told(job)) is not None])

    async def complete(self, call: RestCall) -> None:
        """A job is done."""
        body: JobCompletion = call.body
        command = CompleteJob(
            job_key=key_of(call, "jobKey"),
            variables=document(text_of(body.variables), self._variable_bytes),
            answer=self._answer(body.result) if body.result is not None else None,
        )
        await carried_out(self._service, call, command)

    async def fail(self, call: RestCall) -> None:
        """A job could not be done."""
        body: JobFailure = call.body
        command = FailJob(
            job_key=key_of(call, "jobKey"),
            retries=body.retries,
            message=body.error_message or "",
            back_off_ms=duration_ms(body.retry_back_off),
            variables=document(text_of(body.variables), self._variable_bytes),
        )
        await carried_out(self._service, call, command)

    async def throw_error(self, call: RestCall) -> None:
        """A job ends with an error."""
        body: JobError = call.body
        command = ThrowError(
            job_key=key_of(call, "jobKey"),
            error_code=body.error_code,
            message=body.error_message or "",
            variables=document(text_of(body.variables), self._variable_bytes),
        )
        await carried_out(self._service, call, command)

    async def update(self, call: RestCall) -> None:
        """Retries, then the deadline, each where it is given."""
        key, changes = key_of(call, "jobKey"), call.body.changeset
        if changes.priority is not None:
            raise NotThereYet("Priorities of jobs are not there yet in this version; leave priority out")
        if changes.retries is None and changes.timeout is None:
            raise Invalid("Expected retries or timeout in the changeset, but found neither")
        if changes.retries is not None:
            await carried_out(self._service, call, UpdateJobRetries(job_key=key, retries=changes.retries))
        if changes.timeout is not None:
            timeout_ms = duration_ms(changes.timeout)
            await carried_out(self._service, call, UpdateJobTimeout(job_key=key, timeout_ms=timeout_ms))

    def _answer(self, result: JobAnswer) -> AdHocAnswer | TaskListenerAnswer:
        says = result.denied or result.denied_reason or result.corrections is not None
        if result.type == USER_TASK or (not result.type and says):
            return task_answer(
                kind=result.type,
                denied=bool(result.denied),
                reason=result.denied_reason or "",
                corrections=_corrections(result.corrections or TaskCorrections()),
                decides=bool(
                    result.activate_elements
                    or result.is_completion_condition_fulfilled
                    or result.is_cancel_remaining_instances
                ),
            )
        return job_answer(
            kind=result.type,
            activate=(
                (element.element_id, text_of(element.variables)) for element in result.activate_elements or ()
            ),
            is_completion_condition_fulfilled=result.is_completion_condition_fulfilled,
            is_cancel_remaining_instances=result.is_cancel_remaining_instances,
            limit_bytes=self._variable_bytes,
        )

    def _told(self, job: ActivatedJob) -> JobForWorker | None:
        """A job as an answer has it; None where none can carry it, and it is held by an incident instead."""
        try:
            return _on_wire(job)
        except Exception:
            logger.exception(
                "Job %s of process instance %s cannot be told", job.key, job.process_instance_key
            )
            self._service.returns.hold(job)
            return None


def _on_wire(job: ActivatedJob) -> JobForWorker:
    headers, variables = bytes(job.headers), bytes(job.variables)
    for text in (headers, variables):
        text.decode()
    return JobForWorker(
        type=job.type,
        process_definition_id=job.bpmn_process_id,
        process_definition_version=job.process_definition_version,
        element_id=job.element_id,
        custom_headers=msgspec.Raw(headers),
        worker=job.worker,
        retries=job.retries,
        deadline=job.deadline_ms,
        variables=msgspec.Raw(variables),
        job_key=str(job.key),
        process_instance_key=str(job.process_instance_key),
        process_definition_key=str(job.process_definition_key),
        element_instance_key=str(job.element_instance_key),
        kind=_kind(job),
        listener_event_type=LISTENER_EVENTS.get(job.listener_event_type, "UNSPECIFIED"),
        root_process_instance_key=None,
        user_task=_user_task(job.user_task) if job.user_task is not None else None,
        tags=lines_of(job.tags),
        business_id=job.business_id,
    )


def _user_task(task: ListenedTask) -> TaskForListener:
    return TaskForListener(
        action=task.action,
        assignee=task.assignee or None,
        candidate_groups=list(task.candidate_groups),
        candidate_users=list(task.candidate_users),
        changed_attributes=list(task.changed_attributes),
        due_date=task.due_date or None,
        follow_up_date=task.follow_up_date or None,
        form_key=str(task.form_key) if task.form_key else None,
        priority=task.priority,
        user_task_key=str(task.key),
    )


def _corrections(given: TaskCorrections) -> Corrections:
    groups, users = given.candidate_groups, given.candidate_users
    return Corrections(
        assignee=given.assignee,
        candidate_groups=None if groups is None else tuple(groups),
        candidate_users=None if users is None else tuple(users),
        due_date=given.due_date,
        follow_up_date=given.follow_up_date,
        priority=given.priority,
    )


def _kind(job: ActivatedJob) -> str:
    if job.user_task is not None:
        return "TASK_LISTENER"
    if job.listener_event_type:
        return "EXECUTION_LISTENER"
    return "AD_HOC_SUB_PROCESS" if job.decides else "BPMN_ELEMENT"
