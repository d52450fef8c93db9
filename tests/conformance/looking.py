"""What no call of the gateway tells, asked of `counterflow.v1`, by calls that outlive a restart."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import grpc

from counterflow_wire import counterflow_v1, gateway

PATIENCE_SECONDS = 60.0


def ask(address: str, method: Any, request: Any, *, wait: bool = True) -> Any:
    """One call, on a connection of its own; `wait` for a server that is not there yet.

    Raises `grpc.RpcError`.
    """
    with grpc.insecure_channel(address) as channel:
        call: Any = channel.unary_unary(
            method.path,
            request_serializer=method.request.SerializeToString,
            response_deserializer=method.response.FromString,
        )
        return call(request, timeout=PATIENCE_SECONDS, wait_for_ready=wait)


def create(address: str, process_id: str, variables: str = "{}", *, wait: bool = True) -> int:
    """Begin an instance of the latest version; its key. Raises `grpc.RpcError`."""
    request = gateway.CreateProcessInstanceRequest(bpmnProcessId=process_id, version=-1, variables=variables)
    return int(ask(address, gateway.METHODS["CreateProcessInstance"], request, wait=wait).processInstanceKey)


def create_with_result(address: str, process_id: str, variables: str) -> tuple[int, dict[str, Any]]:
    """Begin an instance and wait until it has completed; its key and its variables.

    Raises `grpc.RpcError`.
    """
    creation = gateway.CreateProcessInstanceRequest(bpmnProcessId=process_id, version=-1, variables=variables)
    request = gateway.CreateProcessInstanceWithResultRequest(
        request=creation, requestTimeout=int(PATIENCE_SECONDS * 1_000)
    )
    ended = ask(address, gateway.METHODS["CreateProcessInstanceWithResult"], request)
    return ended.processInstanceKey, json.loads(ended.variables)


def deploy(address: str, model: Path) -> None:
    """Deploy a file."""
    resource = gateway.Resource(name=model.name, content=model.read_bytes())
    ask(address, gateway.METHODS["DeployResource"], gateway.DeployResourceRequest(resources=[resource]))


def user_task_of(address: str, process_instance_key: int) -> int:
    """The one open user task of an instance."""
    request = counterflow_v1.ListUserTasksRequest(process_instance_key=process_instance_key)
    (task,) = ask(address, counterflow_v1.METHODS["ListUserTasks"], request).user_tasks
    return int(task.key)


def incident_of(address: str, process_instance_key: int) -> int:
    """The one incident of an instance."""
    request = counterflow_v1.ListIncidentsRequest(process_instance_key=process_instance_key)
    (incident,) = ask(address, counterflow_v1.METHODS["ListIncidents"], request).incidents
    return int(incident.key)


def state_of(address: str, process_instance_key: int) -> str:
    """Where an instance is in its life: `ACTIVE`, `COMPLETED` or `TERMINATED`."""
    request = counterflow_v1.GetProcessInstanceRequest(process_instance_key=process_instance_key)
    shown = ask(address, counterflow_v1.METHODS["GetProcessInstance"], request)
    name = counterflow_v1.ProcessInstanceState.Name(shown.process_instance.state)
    return str(name).removeprefix("PROCESS_INSTANCE_STATE_")


def take_jobs(address: str, job_type: str, wanted: set[int]) -> list[int]:
    """Take jobs until there is one of each of the wanted instances; the instances of all that were taken."""
    method = gateway.METHODS["ActivateJobs"]
    asked = gateway.ActivateJobsRequest(
        type=job_type, worker="looking", timeout=60_000, maxJobsToActivate=32, requestTimeout=25_000
    )
    taken: list[int] = []
    with grpc.insecure_channel(address) as channel:
        poll: Any = channel.unary_stream(
            method.path,
            request_serializer=method.request.SerializeToString,
            response_deserializer=method.response.FromString,
        )
        while not wanted.issubset(taken):
            found = [
                job
                for response in poll(asked, timeout=PATIENCE_SECONDS, wait_for_ready=True)
                for job in response.jobs
            ]
            assert found, (
                f"no job {job_type!r} within 25 s, though of {sorted(wanted.difference(taken))} none has come"
            )
            taken += [job.processInstanceKey for job in found]
    return taken


def job_of(address: str, job_type: str) -> Any:
    """The one job of a type, as soon as it is there."""
    method = gateway.METHODS["ActivateJobs"]
    asked = gateway.ActivateJobsRequest(
        type=job_type, worker="looking", timeout=60_000, maxJobsToActivate=1, requestTimeout=25_000
    )
    with grpc.insecure_channel(address) as channel:
        poll: Any = channel.unary_stream(
            method.path,
            request_serializer=method.request.SerializeToString,
            response_deserializer=method.response.FromString,
        )
        (job,) = (job for answer in poll(asked, timeout=PATIENCE_SECONDS) for job in answer.jobs)
        return job
