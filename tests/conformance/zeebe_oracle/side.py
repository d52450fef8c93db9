"""One of the two engines: stock calls of the gateway, the same for both, and what each of them needs of its own."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Mapping, Sequence
from typing import Any, TypeVar

import grpc
import grpc.aio

from counterflow_wire import gateway
from tests.conformance.zeebe_oracle.views import TakenJob, View

Answer = TypeVar("Answer")

NEVER_MS = 20 * 365 * 24 * 3_600_000
"""How long the jobs are held that are taken only to be looked at: longer than any script lasts."""
AT_ONCE_MS = -1
"""A poll with this request timeout is answered at once, on both engines."""


class Refused(Exception):
    """The engine has refused a command, with this gRPC status."""

    def __init__(self, status: str, details: str) -> None:
        super().__init__(f"{status}: {details}")
        self.status = status
        self.details = details


class Side(ABC):
    """An engine, reached over gRPC. Keys are its own. Every command raises `Refused`."""

    name: str
    reads_backwards = False
    """Whether it walks the elements of a diagram from the last to the first."""
    stub: gateway.GatewayStub

    def __init__(self) -> None:
        self.script_began_ms = 0
        """The moment, by the engine's clock, at which the script began."""

    # -- what each has of its own ----------------------------------------------------------------------------------

    @abstractmethod
    async def settle(self) -> None:
        """Wait until the engine has nothing left to do before its clock moves."""

    @abstractmethod
    async def view(self) -> View:
        """What the script has left behind. Settle before."""

    @abstractmethod
    async def advance(self, duration_ms: int) -> None:
        """Let time pass, with everything that comes due on the way, each at its own moment."""

    @abstractmethod
    async def jump(self, duration_ms: int) -> None:
        """Let time pass at once; what was due meanwhile comes afterwards."""

    @abstractmethod
    def deployed(self, answer: gateway.DeployResourceResponse) -> None:
        """What has been deployed, for a side that has to take it away again."""

    # -- commands --------------------------------------------------------------------------------------------------

    async def deploy(self, name: str, content: bytes) -> list[gateway.ProcessMetadata]:
        """Deploy a file; answers the processes in it."""
        return await self.deploy_together({name: content})

    async def deploy_together(self, files: Mapping[str, bytes]) -> list[gateway.ProcessMetadata]:
        """Deploy files by name in one deployment; answers the processes in them."""
        resources = [gateway.Resource(name=name, content=content) for name, content in files.items()]
        request = gateway.DeployResourceRequest(resources=resources)
        answer = await _call(self.stub.DeployResource(request))
        self.deployed(answer)
        return [deployment.process for deployment in answer.deployments if deployment.HasField("process")]

    async def start(self, process_id: str, variables: str, at: Sequence[str] = (), version: int = -1) -> int:
        """Begin an instance; answers its key."""
        instructions = [gateway.ProcessInstanceCreationStartInstruction(elementId=element_id) for element_id in at]
        request = gateway.CreateProcessInstanceRequest(
            bpmnProcessId=process_id, version=version, variables=variables, startInstructions=instructions
        )
        return (await _call(self.stub.CreateProcessInstance(request))).processInstanceKey

    async def take(self, job_type: str, timeout_ms: int = NEVER_MS, maximum: int = 100) -> list[TakenJob]:
        """Take what jobs of a type there are."""
        request = gateway.ActivateJobsRequest(
            type=job_type, worker="worker", timeout=timeout_ms, maxJobsToActivate=maximum, requestTimeout=AT_ONCE_MS
        )
        jobs: list[TakenJob] = []
        try:
            async for answer in self.stub.ActivateJobs(request):
                jobs += [TakenJob(job.key, canonical(job.customHeaders), by_name(job.variables)) for job in answer.jobs]
        except grpc.aio.AioRpcError as error:
            raise Refused(error.code().name, error.details() or "") from error
        return jobs

    async def complete(self, key: int, variables: str) -> None:
        """Complete a job."""
        await _call(self.stub.CompleteJob(gateway.CompleteJobRequest(jobKey=key, variables=variables)))

    async def fail(self, key: int, retries: int, back_off_ms: int, variables: str) -> None:
        """Fail a job."""
        request = gateway.FailJobRequest(jobKey=key, retries=retries, retryBackOff=back_off_ms, variables=variables)
        await _call(self.stub.FailJob(request))

    async def throw_error(self, key: int, code: str, variables: str) -> None:
        """End a job with a BPMN error."""
        await _call(self.stub.ThrowError(gateway.ThrowErrorRequest(jobKey=key, errorCode=code, variables=variables)))

    async def update_retries(self, key: int, retries: int) -> None:
        """Give a job tries."""
        await _call(self.stub.UpdateJobRetries(gateway.UpdateJobRetriesRequest(jobKey=key, retries=retries)))

    async def set_variables(self, key: int, variables: str, *, local: bool) -> None:
        """Set variables, seen from an element instance or for its own scope only."""
        await _call(self.stub.SetVariables(gateway.SetVariablesRequest(elementInstanceKey=key, variables=variables, local=local)))

    async def resolve(self, key: int) -> None:
        """Resolve an incident."""
        await _call(self.stub.ResolveIncident(gateway.ResolveIncidentRequest(incidentKey=key)))

    async def cancel(self, key: int) -> None:
        """Cancel a process instance."""
        await _call(self.stub.CancelProcessInstance(gateway.CancelProcessInstanceRequest(processInstanceKey=key)))

    async def publish(self, name: str, correlation_key: str, variables: str, live_ms: int = 0, message_id: str = "") -> int:
        """Publish a message; answers its key."""
        request = gateway.PublishMessageRequest(
            name=name, correlationKey=correlation_key, timeToLive=live_ms, messageId=message_id, variables=variables
        )
        return (await _call(self.stub.PublishMessage(request))).key


def canonical(text: str) -> str:
    """JSON with its objects' names in order and no spaces to choose, so that equal values are equal texts."""
    value: Any = json.loads(text) if text else None
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def by_name(text: str) -> dict[str, str]:
    """The members of a JSON object in order of names, each as canonical JSON."""
    members: dict[str, Any] = json.loads(text)
    return {name: json.dumps(members[name], sort_keys=True, ensure_ascii=False) for name in sorted(members)}


async def _call(call: Awaitable[Answer]) -> Answer:
    try:
        return await call
    except grpc.aio.AioRpcError as error:
        raise Refused(error.code().name, error.details() or "") from error
