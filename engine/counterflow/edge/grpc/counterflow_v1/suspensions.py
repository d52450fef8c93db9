"""Holding something back on our own service: a process instance, a definition, a type of jobs."""

from __future__ import annotations

from counterflow.edge.grpc.calls import Translated
from counterflow.edge.grpc.counterflow_v1.to_wire import messages
from counterflow.queries.suspensions import suspended_definitions, suspended_job_types
from counterflow.service.suspensions import resumption, suspension
from counterflow.store.port import Store
from counterflow_wire import counterflow_v1 as wire


def suspend(request: wire.SuspendRequest) -> Translated:
    """Something is held back."""
    command = suspension(
        instance_key=request.process_instance_key,
        definition_key=request.process_definition_key,
        job_type=request.job_type,
    )
    return Translated(command, lambda count: wire.SuspendResponse(count=int(count)))


def resume(request: wire.ResumeRequest) -> Translated:
    """It goes on."""
    command = resumption(
        instance_key=request.process_instance_key,
        definition_key=request.process_definition_key,
        job_type=request.job_type,
    )
    return Translated(command, lambda count: wire.ResumeResponse(count=int(count)))


def listed(store: Store) -> wire.ListSuspensionsResponse:
    """What is held back, but for instances."""
    return wire.ListSuspensionsResponse(
        definitions=messages(wire.SuspendedDefinition, suspended_definitions(store)),
        job_types=messages(wire.SuspendedJobType, suspended_job_types(store)),
    )
