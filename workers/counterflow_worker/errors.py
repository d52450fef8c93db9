"""Everything the SDK raises, and the two things a handler may raise on purpose.

BpmnError                 raised by a handler: the process knows this outcome and has drawn a path for it
JobFailure                raised by a handler: this attempt failed, with its own retries and back-off

WorkerError               anything below
  HandlerError            a task cannot be registered as it was written
  VariablesError          a job's variables are not what its handler asks for
  AddressError            an address that is none
  CertificateError        a certificate or a key that cannot be used
  LoadError               a file holds no worker that can be run
  ClientError             the server, or the way to it, said no; one class per gRPC status
    InvalidArgumentError, NotFoundError, AlreadyExistsError, InvalidStateError,
    PermissionDeniedError, UnauthenticatedError, ResourceExhaustedError,
    UnavailableError, DeadlineExceededError, CallCancelledError, UnimplementedError
"""

import grpc

from counterflow_wire.unreachable import Dialled, why_unreachable


class BpmnError(Exception):
    """Tell the process that a business error happened: it goes on at the error event that catches `code`.

    `variables` (a mapping, a Struct or a dataclass) are handed to the catching event. An error that nothing
    catches becomes an incident.
    """

    def __init__(self, code: str, message: str = "", variables: object = None) -> None:
        super().__init__(f"{code}: {message}" if message else code)
        self.code = code
        self.message = message
        self.variables = variables


class JobFailure(Exception):
    """Fail this attempt, with a say in what comes next.

    `retries` are left (None: one less than now), the next after `back_off_ms` (None: as the task says).
    """

    def __init__(
        self,
        message: str,
        retries: int | None = None,
        back_off_ms: int | None = None,
        variables: object = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.retries = retries
        self.back_off_ms = back_off_ms
        self.variables = variables


class WorkerError(Exception):
    """What goes wrong on this side of the wire."""


class HandlerError(WorkerError):
    """A task cannot be registered as it was written; the message says what to write instead."""


class VariablesError(WorkerError):
    """The variables of a job are not what its handler asks for.

    The message names the field, never its value.
    """


class AddressError(WorkerError, ValueError):
    """An address that is none; the message shows one that is."""


class CertificateError(WorkerError):
    """A certificate or a key that cannot be used; the message names the file and what was expected of it."""


class LoadError(WorkerError):
    """A file holds no worker that can be run."""


class ClientError(WorkerError):
    """A call was answered with an error. `method` is the rpc, `reason` the server's own words."""

    def __init__(self, method: str, status: str, reason: str) -> None:
        super().__init__(f"{method} answered {status}: {reason}")
        self.method = method
        self.status = status
        self.reason = reason


class InvalidArgumentError(ClientError):
    """The request cannot be understood or names something that may not be."""


class NotFoundError(ClientError):
    """There is no such job, instance, process or incident, or there is no longer."""


class AlreadyExistsError(ClientError):
    """A message with this id is already there."""


class InvalidStateError(ClientError):
    """It exists but is not in a state that allows this (gRPC FAILED_PRECONDITION)."""


class PermissionDeniedError(ClientError):
    """Who calls may not do this."""


class UnauthenticatedError(ClientError):
    """The bearer token is missing or not accepted."""


class ResourceExhaustedError(ClientError):
    """The server has too much to do, or the message is larger than it accepts."""


class UnavailableError(ClientError):
    """The server cannot be reached, or cannot answer now."""


class DeadlineExceededError(ClientError):
    """No answer came in time; the command may still have been carried out."""


class CallCancelledError(ClientError):
    """The call was given up, or the instance it waited for was cancelled."""


class UnimplementedError(ClientError):
    """The server does not know this rpc."""


ERROR_BY_STATUS: dict[grpc.StatusCode, type[ClientError]] = {
    grpc.StatusCode.INVALID_ARGUMENT: InvalidArgumentError,
    grpc.StatusCode.NOT_FOUND: NotFoundError,
    grpc.StatusCode.ALREADY_EXISTS: AlreadyExistsError,
    grpc.StatusCode.FAILED_PRECONDITION: InvalidStateError,
    grpc.StatusCode.PERMISSION_DENIED: PermissionDeniedError,
    grpc.StatusCode.UNAUTHENTICATED: UnauthenticatedError,
    grpc.StatusCode.RESOURCE_EXHAUSTED: ResourceExhaustedError,
    grpc.StatusCode.UNAVAILABLE: UnavailableError,
    grpc.StatusCode.DEADLINE_EXCEEDED: DeadlineExceededError,
    grpc.StatusCode.CANCELLED: CallCancelledError,
    grpc.StatusCode.UNIMPLEMENTED: UnimplementedError,
}


def client_error(method: str, error: grpc.aio.AioRpcError, dialled: Dialled) -> ClientError:
    """The exception that stands for a gRPC error status of `method` at a server."""
    kind = ERROR_BY_STATUS.get(error.code(), ClientError)
    details = error.details() or "no reason given"
    if kind is UnavailableError:
        details = why_unreachable(dialled, details) or details
    return kind(method, error.code().name, details)
