"""Every way to fail has one status."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from counterflow.edge.grpc.status import (
    DETAILS_BYTES,
    INTENTS,
    STATUS_OF_REFUSAL,
    STATUS_OF_REJECTION,
    fit,
    status_of,
)
from counterflow.kernel.vocabulary import Rejection, RejectionType
from counterflow.partition.refusals import Overloaded, Unavailable
from counterflow.service.refusals import Invalid, NotInTime, NotThereYet, Refused, ResultLost, TooLarge
from counterflow.store.port import StoreError
from counterflow.wire.contract import StatusCode
from counterflow_wire import counterflow_v1, gateway


@pytest.mark.parametrize(
    "kind, status",
    [
        (RejectionType.INVALID_ARGUMENT, StatusCode.INVALID_ARGUMENT),
        (RejectionType.NOT_FOUND, StatusCode.NOT_FOUND),
        (RejectionType.ALREADY_EXISTS, StatusCode.ALREADY_EXISTS),
        (RejectionType.INVALID_STATE, StatusCode.FAILED_PRECONDITION),
        (RejectionType.PROCESSING_ERROR, StatusCode.INTERNAL),
    ],
)
def test_a_rejection_has_the_status_of_its_type(kind: RejectionType, status: StatusCode) -> None:
    assert status_of("CompleteJob", Rejection(kind, "no")) == (
        status,
        f"Command 'COMPLETE' rejected with code '{kind}': no",
    )


def test_no_type_of_rejection_is_forgotten() -> None:
    assert set(STATUS_OF_REJECTION) == set(RejectionType)


def test_no_kind_of_refusal_is_forgotten() -> None:
    assert set(STATUS_OF_REFUSAL) == set(Refused.__subclasses__())


@pytest.mark.parametrize(
    "error, status, details",
    [
        (Invalid("not like this"), StatusCode.INVALID_ARGUMENT, "not like this"),
        (NotThereYet("soon"), StatusCode.UNIMPLEMENTED, "soon"),
        (NotInTime("late"), StatusCode.DEADLINE_EXCEEDED, "late"),
        (ResultLost("gone"), StatusCode.CANCELLED, "gone"),
        (TooLarge("big"), StatusCode.RESOURCE_EXHAUSTED, "big"),
        (Overloaded("too many"), StatusCode.RESOURCE_EXHAUSTED, "too many"),
        (Unavailable("stopping"), StatusCode.UNAVAILABLE, "stopping"),
        (StoreError("locked"), StatusCode.UNAVAILABLE, "The database could not be read: locked"),
        (
            KeyError("x"),
            StatusCode.INTERNAL,
            "FailJob met an internal fault (KeyError); the server's log says more",
        ),
    ],
)
def test_whatever_else_can_go_wrong(error: Exception, status: StatusCode, details: str) -> None:
    assert status_of("FailJob", error) == (status, details)


@pytest.mark.parametrize(
    "rpc, intent",
    [
        ("CreateProcessInstance", "CREATE"),
        ("PublishMessage", "PUBLISH"),
        ("FailJob", "FAIL"),
        ("ThrowError", "THROW_ERROR"),
        ("UpdateJobRetries", "UPDATE_RETRIES"),
        ("UpdateJobTimeout", "UPDATE_TIMEOUT"),
        ("CancelProcessInstance", "CANCEL"),
        ("ResolveIncident", "RESOLVE"),
        ("SetVariables", "UPDATE"),
        ("DeployResource", "CREATE"),
    ],
)
def test_details_name_the_intent_as_zeebe_does(rpc: str, intent: str) -> None:
    _, details = status_of(rpc, Rejection(RejectionType.NOT_FOUND, "gone"))
    assert details.startswith(f"Command '{intent}' rejected with code 'NOT_FOUND': ")


def test_a_question_is_no_command() -> None:
    assert status_of("ListIncidents", Rejection(RejectionType.NOT_FOUND, "gone")) == (
        StatusCode.NOT_FOUND,
        "gone",
    )


def test_every_intent_belongs_to_a_call() -> None:
    assert set(INTENTS) <= set(gateway.METHODS) | set(counterflow_v1.METHODS)


def test_short_details_stay_as_they_are() -> None:
    assert fit("Größe\n✓") == "Größe\n✓"


@pytest.mark.parametrize("lines, length", [(400, 60), (3, 4_000), (1, 50_000)])
@pytest.mark.parametrize("letter", ["x", "ß", "漢"])
def test_long_details_are_cut_to_what_a_header_carries(lines: int, length: int, letter: str) -> None:
    text = "\n".join(f"{number}: {letter * length}" for number in range(lines))
    cut = fit(text)
    assert len(quote(cut)) <= DETAILS_BYTES
    assert cut.startswith("0: ")
    assert "…" in cut


def test_details_say_how_many_lines_were_left_out() -> None:
    text = "\n".join(["y" * 990] * 9)
    kept = fit(text).splitlines()
    assert kept[:-1] == ["y" * 990] * (len(kept) - 1)
    assert kept[-1] == f"… and {9 - (len(kept) - 1)} more lines"
