"""Each gRPC status has its own exception; each exception says what a person needs."""

import grpc
import grpc.aio
import pytest

from counterflow_wire.unreachable import Dialled
from counterflow_worker import BpmnError, ClientError, JobFailure, WorkerError
from counterflow_worker.errors import ERROR_BY_STATUS, client_error


def refused(status: grpc.StatusCode, reason: str | None = "because") -> grpc.aio.AioRpcError:
    return grpc.aio.AioRpcError(status, grpc.aio.Metadata(), grpc.aio.Metadata(), details=reason)


@pytest.mark.parametrize("status", list(ERROR_BY_STATUS))
def test_status_becomes_its_exception(status: grpc.StatusCode) -> None:
    error = client_error("CompleteJob", refused(status), Dialled("host:1"))
    assert type(error) is ERROR_BY_STATUS[status]
    assert (error.method, error.status, error.reason) == ("CompleteJob", status.name, "because")
    assert str(error) == f"CompleteJob answered {status.name}: because"


def test_statuses_do_not_share_exceptions() -> None:
    assert len(set(ERROR_BY_STATUS.values())) == len(ERROR_BY_STATUS)


@pytest.mark.parametrize(
    "status", [grpc.StatusCode.UNKNOWN, grpc.StatusCode.INTERNAL, grpc.StatusCode.ABORTED]
)
def test_other_statuses_are_plain_client_errors(status: grpc.StatusCode) -> None:
    assert type(client_error("Topology", refused(status), Dialled("host:1"))) is ClientError


def test_silent_server_is_said_to_be_silent() -> None:
    assert str(client_error("Topology", refused(grpc.StatusCode.UNKNOWN, None), Dialled("host:1"))).endswith(
        "no reason given"
    )


@pytest.mark.parametrize(
    "error,text",
    [(BpmnError("CODE"), "CODE"), (BpmnError("CODE", "why"), "CODE: why"), (JobFailure("why"), "why")],
)
def test_errors_of_handlers_read_well(error: Exception, text: str) -> None:
    assert str(error) == text
    assert not isinstance(error, WorkerError)
