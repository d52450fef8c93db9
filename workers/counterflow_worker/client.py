"""A client of a Zeebe gateway: deploy, start, answer jobs, talk to waiting processes.

    async with Client() as client:
        await client.deploy("trip.bpmn")
        trip = await client.create_instance("trip", {"traveller": "Ada"})

Every method raises ClientError (or one of its kin, named after the gRPC status). What `variables` takes: a
mapping with names as keys, a msgspec Struct, a dataclass, or None for no variables.
"""

import os
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from random import Random
from typing import Self

from counterflow_wire import gateway
from counterflow_wire.certificates import ClientCertificates
from counterflow_worker.ad_hoc import AdHocResult
from counterflow_worker.binding import encode_variables
from counterflow_worker.clock import Clock
from counterflow_worker.connection import CALL_TIMEOUT_MS, Connection
from counterflow_worker.errors import DeadlineExceededError
from counterflow_worker.job import Job, read_job
from counterflow_worker.repeat import (
    CHANGES_NOTHING,
    IS_GONE_AFTERWARDS,
    IS_OVER_AFTERWARDS,
    IS_THERE_AFTERWARDS,
    MUST_NOT_REPEAT,
)
from counterflow_worker.requests import create_request, gather_jobs, read_resource
from counterflow_worker.results import (
    CompletedProcessInstance,
    Deployment,
    Evaluation,
    ProcessInstance,
    Topology,
    read_completed_instance,
    read_deployment,
    read_evaluation,
    read_instance,
    read_topology,
)
from counterflow_worker.retry import CallRetry
from counterflow_worker.settings import Token, resolve
from counterflow_worker.task_listeners import TaskListenerResult

LATEST = -1

# How long a server holds a poll when it is asked to choose itself.
SERVER_POLL_TIMEOUT_MS = 10_000


class Client:
    """Makes the calls of the gateway protocol to one server; nothing is opened before the first.

    It connects to `address`, else to `ZEEBE_ADDRESS`, else to `COUNTERFLOW_GRPC_PORT` on this machine, else
    to 127.0.0.1:26500. An https:// address or `secure=True` means TLS; `certificates` name in PEM files whom
    to trust, else the system does, and what is shown to a server that asks who calls. `token` (or
    `COUNTERFLOW_TOKEN`) is sent as bearer token; a function is asked before each call. Calls that met an
    absent or overloaded server are made again as `retry` says, where that cannot do a thing twice.
    """

    def __init__(
        self,
        address: str | None = None,
        *,
        secure: bool | None = None,
        token: Token | None = None,
        certificates: ClientCertificates | None = None,
        tenant_ids: Sequence[str] = (),
        retry: CallRetry | None = None,
        clock: Clock | None = None,
        random: Random | None = None,
    ) -> None:
        settings = resolve(address, os.environ, secure=secure, token=token, certificates=certificates)
        self.connection = Connection(settings, retry=retry, clock=clock, random=random)
        self.tenant_ids = tuple(tenant_ids)

    @property
    def target(self) -> str:
        """host:port of the server."""
        return self.connection.settings.target

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connection; calls and streams under way are cancelled."""
        await self.connection.close()

    # Processes

    async def deploy(self, *paths: str | Path, tenant_id: str = "") -> Deployment:
        """Deploy BPMN, DMN and form files, all or none. Raises OSError for a file that cannot be read."""
        request = gateway.DeployResourceRequest(resources=map(read_resource, paths), tenantId=tenant_id)
        return read_deployment(
            await self.connection.call(
                "DeployResource", request, gateway.DeployResourceResponse, CHANGES_NOTHING
            )
        )

    async def evaluate_decision(
        self, decision_id: str, variables: object = None, *, decision_key: int = 0, tenant_id: str = ""
    ) -> Evaluation:
        """Evaluate the latest version of a decision, or with an empty id the version with this key.

        A failure is an answer, too.
        """
        request = gateway.EvaluateDecisionRequest(
            decisionId=decision_id,
            decisionKey=decision_key,
            variables=encode_variables(variables),
            tenantId=tenant_id,
        )
        return read_evaluation(
            await self.connection.call(
                "EvaluateDecision", request, gateway.EvaluateDecisionResponse, CHANGES_NOTHING
            )
        )

    async def create_instance(
        self,
        process_id: str,
        variables: object = None,
        version: int = LATEST,
        *,
        start_before: Sequence[str] = (),
        tenant_id: str = "",
    ) -> ProcessInstance:
        """Start the process with this BPMN id; answers at once, with its keys.

        It begins at its start event, or at the elements of `start_before`. Not made again once it may have
        reached the server.
        """
        request = create_request(process_id, variables, version, tenant_id, start_before)
        return read_instance(
            await self.connection.call(
                "CreateProcessInstance", request, gateway.CreateProcessInstanceResponse, MUST_NOT_REPEAT
            )
        )

    async def create_instance_with_result(
        self,
        process_id: str,
        variables: object = None,
        version: int = LATEST,
        *,
        fetch: Sequence[str] = (),
        timeout_ms: int = CALL_TIMEOUT_MS,
        tenant_id: str = "",
    ) -> CompletedProcessInstance:
        """Start the process and wait for its end.

        Raises DeadlineExceededError after `timeout_ms`; the instance runs on.
        """
        request = gateway.CreateProcessInstanceWithResultRequest(
            request=create_request(process_id, variables, version, tenant_id),
            requestTimeout=timeout_ms,
            fetchVariables=fetch,
        )
        answer = await self.connection.call(
            "CreateProcessInstanceWithResult",
            request,
            gateway.CreateProcessInstanceWithResultResponse,
            MUST_NOT_REPEAT,
            timeout_ms=timeout_ms + CALL_TIMEOUT_MS,
        )
        return read_completed_instance(answer)

    async def cancel(self, process_instance_key: int) -> None:
        """Terminate a process instance."""
        request = gateway.CancelProcessInstanceRequest(processInstanceKey=process_instance_key)
        await self.connection.call(
            "CancelProcessInstance", request, gateway.CancelProcessInstanceResponse, IS_GONE_AFTERWARDS
        )

    async def set_variables(
        self, element_instance_key: int, variables: object, *, local: bool = False
    ) -> int:
        """Write variables into a scope, a process or element instance; the key of the change."""
        request = gateway.SetVariablesRequest(
            elementInstanceKey=element_instance_key, variables=encode_variables(variables), local=local
        )
        return (
            await self.connection.call("SetVariables", request, gateway.SetVariablesResponse, CHANGES_NOTHING)
        ).key

    async def resolve_incident(self, incident_key: int) -> None:
        """Try again what an incident stopped; a new incident appears if it fails again."""
        request = gateway.ResolveIncidentRequest(incidentKey=incident_key)
        await self.connection.call(
            "ResolveIncident", request, gateway.ResolveIncidentResponse, IS_GONE_AFTERWARDS
        )

    # Jobs

    async def activate_jobs(
        self,
        job_type: str,
        *,
        max_jobs: int = 32,
        timeout_ms: int = 60_000,
        request_timeout_ms: int = 0,
        worker: str = "",
        fetch: Sequence[str] = (),
    ) -> list[Job]:
        """Poll for at most `max_jobs` jobs; each is ours for `timeout_ms`.

        Waits for the first up to `request_timeout_ms` (0: as long as the server likes; -1: not at all). Jobs
        that had arrived when the line broke are handed over; the error shows at the next poll.
        """
        request = gateway.ActivateJobsRequest(
            type=job_type,
            worker=worker,
            timeout=timeout_ms,
            maxJobsToActivate=max_jobs,
            fetchVariable=fetch,
            requestTimeout=request_timeout_ms,
            tenantIds=self.tenant_ids,
        )
        wait_ms = max(request_timeout_ms or SERVER_POLL_TIMEOUT_MS, 0)
        answers = self.connection.stream(
            "ActivateJobs", request, gateway.ActivateJobsResponse, timeout_ms=wait_ms + CALL_TIMEOUT_MS
        )
        return await gather_jobs(answers)

    async def stream_jobs(
        self,
        job_type: str,
        *,
        timeout_ms: int = 60_000,
        worker: str = "",
        fetch: Sequence[str] = (),
        open_for_ms: int | None = None,
    ) -> AsyncIterator[Job]:
        """Jobs as they become available from now on.

        The stream ends when the server ends it, or `open_for_ms` have passed. Jobs that were there before
        come by `activate_jobs`.
        """
        request = gateway.StreamActivatedJobsRequest(
            type=job_type, worker=worker, timeout=timeout_ms, fetchVariable=fetch, tenantIds=self.tenant_ids
        )
        try:
            async for job in self.connection.stream(
                "StreamActivatedJobs", request, gateway.ActivatedJob, timeout_ms=open_for_ms
            ):
                yield read_job(job)
        except DeadlineExceededError:
            if open_for_ms is None:
                raise

    async def complete_job(
        self,
        job_key: int,
        variables: object = None,
        *,
        result: AdHocResult | TaskListenerResult | None = None,
        retry: CallRetry | None = None,
    ) -> None:
        """The job is done, with these variables. Raises NotFoundError when it is no longer there.

        Not so if an attempt of ours, whose answer was lost, did that.
        """
        request = gateway.CompleteJobRequest(jobKey=job_key, variables=encode_variables(variables))
        if result is not None:
            request.result.CopyFrom(result.on_the_wire())
        await self.connection.call(
            "CompleteJob", request, gateway.CompleteJobResponse, IS_GONE_AFTERWARDS, retry=retry
        )

    async def fail_job(
        self,
        job_key: int,
        *,
        retries: int,
        message: str = "",
        back_off_ms: int = 0,
        variables: object = None,
        retry: CallRetry | None = None,
    ) -> None:
        """The attempt failed: `retries` are left, the next after `back_off_ms`.

        With 0 left an incident shows `message`.
        """
        request = gateway.FailJobRequest(
            jobKey=job_key,
            retries=retries,
            errorMessage=message,
            retryBackOff=back_off_ms,
            variables=encode_variables(variables),
        )
        await self.connection.call(
            "FailJob", request, gateway.FailJobResponse, IS_OVER_AFTERWARDS, retry=retry
        )

    async def throw_error(
        self,
        job_key: int,
        code: str,
        message: str = "",
        variables: object = None,
        *,
        retry: CallRetry | None = None,
    ) -> None:
        """A BPMN error happened in the job; caught by `code`, from its scope outwards."""
        request = gateway.ThrowErrorRequest(
            jobKey=job_key, errorCode=code, errorMessage=message, variables=encode_variables(variables)
        )
        await self.connection.call(
            "ThrowError", request, gateway.ThrowErrorResponse, IS_OVER_AFTERWARDS, retry=retry
        )

    async def update_job_timeout(self, job_key: int, timeout_ms: int) -> None:
        """Move the job's deadline to `timeout_ms` from now."""
        request = gateway.UpdateJobTimeoutRequest(jobKey=job_key, timeout=timeout_ms)
        await self.connection.call(
            "UpdateJobTimeout", request, gateway.UpdateJobTimeoutResponse, CHANGES_NOTHING
        )

    async def update_job_retries(self, job_key: int, retries: int) -> None:
        """Give the job new retries (at least 1). An incident about it is resolved separately."""
        request = gateway.UpdateJobRetriesRequest(jobKey=job_key, retries=retries)
        await self.connection.call(
            "UpdateJobRetries", request, gateway.UpdateJobRetriesResponse, CHANGES_NOTHING
        )

    # Messages and signals

    async def publish_message(
        self,
        name: str,
        correlation_key: str = "",
        variables: object = None,
        *,
        time_to_live_ms: int = 0,
        message_id: str = "",
        tenant_id: str = "",
    ) -> int:
        """Send a message to the process that waits for it, now or within its time to live; answers its key.

        With a `message_id` and a time to live the server knows it again, so that it may be sent twice; the
        key is then 0 if an attempt with a lost answer had delivered it.
        """
        request = gateway.PublishMessageRequest(
            name=name,
            correlationKey=correlation_key,
            timeToLive=time_to_live_ms,
            messageId=message_id,
            variables=encode_variables(variables),
            tenantId=tenant_id,
        )
        repeat = IS_THERE_AFTERWARDS if message_id and time_to_live_ms > 0 else MUST_NOT_REPEAT
        return (
            await self.connection.call("PublishMessage", request, gateway.PublishMessageResponse, repeat)
        ).key

    async def broadcast_signal(self, name: str, variables: object = None, *, tenant_id: str = "") -> int:
        """Send a signal to everything that waits for it now; answers its key."""
        request = gateway.BroadcastSignalRequest(
            signalName=name, variables=encode_variables(variables), tenantId=tenant_id
        )
        return (
            await self.connection.call(
                "BroadcastSignal", request, gateway.BroadcastSignalResponse, MUST_NOT_REPEAT
            )
        ).key

    # The server itself

    async def topology(self) -> Topology:
        """Which server answers: a cheap way to see whether the connection works."""
        return read_topology(
            await self.connection.call(
                "Topology", gateway.TopologyRequest(), gateway.TopologyResponse, CHANGES_NOTHING
            )
        )
