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
from counterflow.service.requests import document, duration_ms, job_answer
from counterflow_wire import gateway


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

    def _answer(self, result: gateway.JobResult) -> AdHocAnswer | None:
        """What the worker of an ad-hoc sub-process decides; None where nothing is said."""
        if not result.type and not result.ListFields():
            return None
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
