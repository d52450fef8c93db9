"""Counterflow's worker SDK: do the tasks of BPMN processes, on any server that speaks Zeebe's protocol."""

import os

# Before anything imports gRPC, which reads it once: what it writes about each attempt at a connection, we
# tell once, in a sentence.
os.environ.setdefault("GRPC_VERBOSITY", "NONE")

from counterflow_wire.certificates import ClientCertificates
from counterflow_worker.ad_hoc import AdHocResult
from counterflow_worker.client import Client
from counterflow_worker.errors import (
    AddressError,
    AlreadyExistsError,
    BpmnError,
    CallCancelledError,
    CertificateError,
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
from counterflow_worker.metrics import Metrics
from counterflow_worker.outcome import Completed, Failed, Outcome, Thrown
from counterflow_worker.retry import GIVE_UP, NO_BACK_OFF, BackOff, CallRetry, JobRetry
from counterflow_worker.task import Middleware, Step
from counterflow_worker.task_listeners import TaskListenerResult, UserTask
from counterflow_worker.worker import Worker

__all__ = [
    "GIVE_UP",
    "NO_BACK_OFF",
    "AdHocResult",
    "AddressError",
    "AlreadyExistsError",
    "BackOff",
    "BpmnError",
    "CallCancelledError",
    "CallRetry",
    "CertificateError",
    "Client",
    "ClientCertificates",
    "ClientError",
    "Completed",
    "DeadlineExceededError",
    "Failed",
    "HandlerError",
    "InvalidArgumentError",
    "InvalidStateError",
    "Job",
    "JobFailure",
    "JobRetry",
    "LoadError",
    "Metrics",
    "Middleware",
    "NotFoundError",
    "Outcome",
    "PermissionDeniedError",
    "ResourceExhaustedError",
    "Step",
    "TaskListenerResult",
    "Thrown",
    "UnauthenticatedError",
    "UnavailableError",
    "UnimplementedError",
    "UserTask",
    "VariablesError",
    "Worker",
    "WorkerError",
    "load",
    "main",
]
