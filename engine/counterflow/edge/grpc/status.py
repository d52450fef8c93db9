"""Everything that can go wrong with a call, and the gRPC status that says so: one table.

The details of a rejection have the shape that stock clients parse: `Command 'COMPLETE' rejected with code
'NOT_FOUND': …`.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from counterflow.kernel.vocabulary import Rejection, RejectionType
from counterflow.partition.refusals import Overloaded, Unavailable
from counterflow.service.refusals import (
    Invalid,
    NotInTime,
    NotThereYet,
    Refused,
    ResultLost,
    TooLarge,
    sentence,
)
from counterflow.store.errors import DamagedError
from counterflow.store.port import StoreError
from counterflow.wire.contract import StatusCode

STATUS_OF_REJECTION: Mapping[RejectionType, StatusCode] = {
    RejectionType.INVALID_ARGUMENT: StatusCode.INVALID_ARGUMENT,
    RejectionType.NOT_FOUND: StatusCode.NOT_FOUND,
    RejectionType.ALREADY_EXISTS: StatusCode.ALREADY_EXISTS,
    RejectionType.INVALID_STATE: StatusCode.FAILED_PRECONDITION,
    RejectionType.PROCESSING_ERROR: StatusCode.INTERNAL,
    RejectionType.DATA_LOSS: StatusCode.DATA_LOSS,
}

STATUS_OF_REFUSAL: Mapping[type[Refused], StatusCode] = {
    Invalid: StatusCode.INVALID_ARGUMENT,
    NotThereYet: StatusCode.UNIMPLEMENTED,
    NotInTime: StatusCode.DEADLINE_EXCEEDED,
    ResultLost: StatusCode.CANCELLED,
    TooLarge: StatusCode.RESOURCE_EXHAUSTED,
}

INTENTS: Mapping[str, str] = {
    "ActivateJobs": "ACTIVATE",
    "StreamActivatedJobs": "ACTIVATE",
    "CancelProcessInstance": "CANCEL",
    "CompleteJob": "COMPLETE",
    "CorrelateMessage": "CORRELATE",
    "CreateProcessInstance": "CREATE",
    "CreateProcessInstanceWithResult": "CREATE_WITH_AWAITING_RESULT",
    "DeleteResource": "DELETE",
    "DeployProcess": "CREATE",
    "DeployResource": "CREATE",
    "EvaluateConditional": "EVALUATE",
    "EvaluateDecision": "EVALUATE",
    "FailJob": "FAIL",
    "Migrate": "MIGRATE",
    "MigrateProcessInstance": "MIGRATE",
    "PublishMessage": "PUBLISH",
    "ReleaseQuarantined": "RELEASE",
    "ResolveIncident": "RESOLVE",
    "SetVariables": "UPDATE",
    "ThrowError": "THROW_ERROR",
    "UpdateJobRetries": "UPDATE_RETRIES",
    "UpdateJobTimeout": "UPDATE_TIMEOUT",
}
"""What Zeebe calls the command behind an rpc; a question has none."""

DETAILS_BYTES = 6_000
"""Details travel in a header, percent-encoded, and clients take headers of 8 KB in all."""


def status_of(rpc: str, error: BaseException) -> tuple[StatusCode, str]:
    """The status and details that tell a caller of `rpc` about `error`."""
    if isinstance(error, Rejection):
        intent = INTENTS.get(rpc)
        prefix = f"Command '{intent}' rejected with code '{error.type}': " if intent else ""
        return STATUS_OF_REJECTION[error.type], fit(prefix + error.reason)
    return _status_alone(error), fit(sentence(rpc, error))


def _status_alone(error: BaseException) -> StatusCode:
    if isinstance(error, Refused):
        return STATUS_OF_REFUSAL[type(error)]
    if isinstance(error, Overloaded):
        return StatusCode.RESOURCE_EXHAUSTED
    if isinstance(error, DamagedError):
        return StatusCode.DATA_LOSS
    if isinstance(error, Unavailable | StoreError):
        return StatusCode.UNAVAILABLE
    return StatusCode.INTERNAL


def fit(details: str) -> str:
    """Details cut to what a header can carry, by whole lines where there are several."""
    if len(details) * 9 <= DETAILS_BYTES:
        return details
    if len(details) <= DETAILS_BYTES and len(quote(details, errors="replace")) <= DETAILS_BYTES:
        return details
    kept: list[str] = []
    room = DETAILS_BYTES - 100
    for line in details[:DETAILS_BYTES].splitlines():
        room -= len(quote(line, errors="replace")) + 3
        if room < 0:
            break
        kept.append(line)
    if not kept:
        return details[: DETAILS_BYTES // 9] + " …"
    left_out = details.count("\n") + 1 - len(kept)
    return "\n".join([*kept, f"… and {left_out} more lines"])
