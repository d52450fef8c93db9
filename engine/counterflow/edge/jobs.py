"""What workers and people do to jobs: complete, fail, throw an error, change retries and deadline."""

from __future__ import annotations

from collections.abc import Mapping

from counterflow.edge.calls import Behaviour, Calls, Context
from counterflow.edge.translate import document, duration_ms, own_key
from counterflow.kernel.jobs import CompleteJob, FailJob, ThrowError, UpdateJobRetries, UpdateJobTimeout
from counterflow_wire import gateway


class Jobs:
    """The calls about a job that somebody has the key of."""

    def __init__(self, calls: Calls) -> None:
        self._submit = calls.loop.submit
        self._variable_bytes = calls.settings.variable_bytes

    def behaviours(self) -> Mapping[str, Behaviour]:
        """By rpc."""
        return {
            "CompleteJob": self.complete,
            "FailJob": self.fail,
            "ThrowError": self.throw_error,
            "UpdateJobRetries": self.update_retries,
            "UpdateJobTimeout": self.update_timeout,
        }

    async def complete(self, request: gateway.CompleteJobRequest, context: Context) -> gateway.CompleteJobResponse:
        """The job is done."""
        variables = document(request.variables, self._variable_bytes)
        await self._submit(CompleteJob(job_key=own_key(request.jobKey, "job"), variables=variables))
        return gateway.CompleteJobResponse()

    async def fail(self, request: gateway.FailJobRequest, context: Context) -> gateway.FailJobResponse:
        """The job could not be done this time."""
        await self._submit(
            FailJob(
                job_key=own_key(request.jobKey, "job"),
                retries=request.retries,
                message=request.errorMessage,
                back_off_ms=duration_ms(request.retryBackOff),
                variables=document(request.variables, self._variable_bytes),
            )
        )
        return gateway.FailJobResponse()

    async def throw_error(self, request: gateway.ThrowErrorRequest, context: Context) -> gateway.ThrowErrorResponse:
        """The job ends with a BPMN error; an empty code is one that only a catch-all catches."""
        await self._submit(
            ThrowError(
                job_key=own_key(request.jobKey, "job"),
                error_code=request.errorCode,
                message=request.errorMessage,
                variables=document(request.variables, self._variable_bytes),
            )
        )
        return gateway.ThrowErrorResponse()

    async def update_retries(self, request: gateway.UpdateJobRetriesRequest, context: Context) -> gateway.UpdateJobRetriesResponse:
        """The job gets so many tries."""
        await self._submit(UpdateJobRetries(job_key=own_key(request.jobKey, "job"), retries=request.retries))
        return gateway.UpdateJobRetriesResponse()

    async def update_timeout(self, request: gateway.UpdateJobTimeoutRequest, context: Context) -> gateway.UpdateJobTimeoutResponse:
        """The worker has the job for so long from now."""
        await self._submit(UpdateJobTimeout(job_key=own_key(request.jobKey, "job"), timeout_ms=duration_ms(request.timeout)))
        return gateway.UpdateJobTimeoutResponse()
