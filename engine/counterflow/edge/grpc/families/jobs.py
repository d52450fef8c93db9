"""What workers and people do to jobs: complete, fail, throw an error, change retries and deadline."""

from __future__ import annotations

from collections.abc import Mapping

from counterflow.edge.grpc.calls import Translated, Translation
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
from counterflow.service.requests import USER_TASK, document, duration_ms, job_answer, task_answer
from counterflow_wire import gateway

_TASK_FIELDS = frozenset({"denied", "deniedReason", "corrections"})
"""What of a result only the listener of a user task says."""


class Jobs:
    """The calls about a job that somebody has the key of."""

    def __init__(self, variable_bytes: int) -> None:
        self._variable_bytes = variable_bytes

    def translations(self) -> Mapping[str, Translation]:
        """By rpc."""
        return {
            "CompleteJob": self.complete,
            "FailJob": self.fail,
            "ThrowError": self.throw_error,
            "UpdateJobRetries": self.update_retries,
            "UpdateJobTimeout": self.update_timeout,
        }

    def complete(self, request: gateway.CompleteJobRequest) -> Translated:
        """The job is done."""
        variables = document(request.variables, self._variable_bytes)
        answer = self._answer(request.result) if request.HasField("result") else None
        return Translated(CompleteJob(job_key=request.jobKey, variables=variables, answer=answer))

    def _answer(self, result: gateway.JobResult) -> AdHocAnswer | TaskListenerAnswer | None:
        """What the worker of an ad-hoc sub-process, or of a task's listener, decides; None if nothing is."""
        if not result.type and not result.ListFields():
            return None
        if result.type == USER_TASK or (not result.type and _TASK_FIELDS & _set_in(result)):
            return task_answer(
                kind=result.type,
                denied=result.denied,
                reason=result.deniedReason,
                corrections=_corrections(result.corrections),
                decides=bool(_set_in(result) - _TASK_FIELDS - {"type"}),
            )
        return job_answer(
            kind=result.type,
            activate=((element.elementId, element.variables) for element in result.activateElements),
            is_completion_condition_fulfilled=result.isCompletionConditionFulfilled,
            is_cancel_remaining_instances=result.isCancelRemainingInstances,
            limit_bytes=self._variable_bytes,
        )

    def fail(self, request: gateway.FailJobRequest) -> Translated:
        """The job could not be done this time."""
        return Translated(
            FailJob(
                job_key=request.jobKey,
                retries=request.retries,
                message=request.errorMessage,
                back_off_ms=duration_ms(request.retryBackOff),
                variables=document(request.variables, self._variable_bytes),
            )
        )

    def throw_error(self, request: gateway.ThrowErrorRequest) -> Translated:
        """The job ends with a BPMN error; an empty code is one that only a catch-all catches."""
        return Translated(
            ThrowError(
                job_key=request.jobKey,
                error_code=request.errorCode,
                message=request.errorMessage,
                variables=document(request.variables, self._variable_bytes),
            )
        )

    def update_retries(self, request: gateway.UpdateJobRetriesRequest) -> Translated:
        """The job gets so many tries."""
        return Translated(UpdateJobRetries(job_key=request.jobKey, retries=request.retries))

    def update_timeout(self, request: gateway.UpdateJobTimeoutRequest) -> Translated:
        """The worker has the job for so long from now."""
        return Translated(UpdateJobTimeout(job_key=request.jobKey, timeout_ms=duration_ms(request.timeout)))


def _set_in(result: gateway.JobResult) -> frozenset[str]:
    """What of a result says something; some clients send all that there is, with nothing in it."""
    return frozenset(field.name for field, value in result.ListFields() if value not in (False, ""))


def _corrections(given: gateway.JobResultCorrections) -> Corrections:
    return Corrections(
        assignee=given.assignee if given.HasField("assignee") else None,
        candidate_groups=tuple(given.candidateGroups.values) if given.HasField("candidateGroups") else None,
        candidate_users=tuple(given.candidateUsers.values) if given.HasField("candidateUsers") else None,
        due_date=given.dueDate if given.HasField("dueDate") else None,
        follow_up_date=given.followUpDate if given.HasField("followUpDate") else None,
        priority=given.priority if given.HasField("priority") else None,
    )
