"""Counterflow's worker SDK: do the tasks of BPMN processes, on Counterflow or any server that speaks Zeebe's gRPC protocol."""

from counterflow_worker.client import Client
from counterflow_worker.errors import (
    AddressError,
    AlreadyExistsError,
    BpmnError,
    CallCancelledError,
    ClientError,
    DeadlineExceededError,
    HandlerError,
    InvalidArgumentError,
    InvalidStateError,
    JobFailure,
    LoadError,
    NotFoundError,
    PermissionDeniedError,
    ResourceExhaustedError,
    UnauthenticatedError,
    UnavailableError,
    UnimplementedError,
    VariablesError,
    WorkerError,
)
from counterflow_worker.job import Job
from counterflow_worker.loading import load, main
from counterflow_worker.retry import NO_BACK_OFF, BackOff, CallRetry, JobRetry
from counterflow_worker.task import Middleware, Step
from counterflow_worker.worker import Worker

__all__ = [
    "NO_BACK_OFF",
    "AddressError",
    "AlreadyExistsError",
    "BackOff",
    "BpmnError",
    "CallCancelledError",
    "CallRetry",
    "Client",
    "ClientError",
    "DeadlineExceededError",
    "HandlerError",
    "InvalidArgumentError",
    "InvalidStateError",
    "Job",
    "JobFailure",
    "JobRetry",
    "LoadError",
    "Middleware",
    "NotFoundError",
    "PermissionDeniedError",
    "ResourceExhaustedError",
    "Step",
    "UnauthenticatedError",
    "UnavailableError",
    "UnimplementedError",
    "VariablesError",
    "Worker",
    "WorkerError",
    "load",
    "main",
]
