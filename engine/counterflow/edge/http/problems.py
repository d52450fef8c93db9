"""What goes wrong, as RFC 9457 (problem details) says, in the five members that published clients read.

All five are always there: clients decode them before they raise, and meet their own error where one is
missing.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus

import msgspec

from counterflow.kernel.vocabulary import Rejection, RejectionType
from counterflow.partition.refusals import Overloaded, Unavailable
from counterflow.service.refusals import (
    EXPECTED,
    Invalid,
    NotInTime,
    NotThereYet,
    Refused,
    ResultLost,
    TooLarge,
    sentence,
)
from counterflow.store.errors import DamagedError
from counterflow.store.port import SearchTooLong, StoreError
from counterflow.visible import visible

logger = logging.getLogger("counterflow.edge")

MEDIA_TYPE = "application/problem+json"
DETAIL_LIMIT = 100_000
"""Characters of what is said."""


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """What is told of something that went wrong.

    `title` is a word that programs branch on, `detail` a sentence for people, `instance` the path asked for.
    """

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    instance: str


class HttpRefusal(Exception):
    """A request that is refused with this status, before anything is asked of the engine."""

    def __init__(self, status: HTTPStatus, title: str, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.title = title
        self.detail = detail


STATUS_OF_REJECTION: Mapping[RejectionType, HTTPStatus] = {
    RejectionType.INVALID_ARGUMENT: HTTPStatus.BAD_REQUEST,
    RejectionType.NOT_FOUND: HTTPStatus.NOT_FOUND,
    RejectionType.ALREADY_EXISTS: HTTPStatus.CONFLICT,
    RejectionType.INVALID_STATE: HTTPStatus.CONFLICT,
    RejectionType.PROCESSING_ERROR: HTTPStatus.INTERNAL_SERVER_ERROR,
    RejectionType.DATA_LOSS: HTTPStatus.INTERNAL_SERVER_ERROR,
}

STATUS_OF_REFUSAL: Mapping[type[Refused], tuple[HTTPStatus, str]] = {
    Invalid: (HTTPStatus.BAD_REQUEST, "INVALID_ARGUMENT"),
    NotThereYet: (HTTPStatus.NOT_IMPLEMENTED, "UNIMPLEMENTED"),
    NotInTime: (HTTPStatus.GATEWAY_TIMEOUT, "DEADLINE_EXCEEDED"),
    ResultLost: (HTTPStatus.CONFLICT, "INVALID_STATE"),
    TooLarge: (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "RESOURCE_EXHAUSTED"),
}


def reported(operation: str, error: Exception, path: str) -> Problem:
    """As `problem_of`, and a fault of ours is logged."""
    if not isinstance(error, (*EXPECTED, HttpRefusal)):
        logger.error("%s met an internal fault", operation, exc_info=error)
    return problem_of(operation, error, path)


def problem_of(operation: str, error: BaseException, path: str) -> Problem:
    """What is told of an error that `operation` has met, which was asked for at this path."""
    if isinstance(error, HttpRefusal):
        return problem(error.status, error.title, error.detail, path)
    return problem(*_status_of(error), sentence(operation, error), path)


def problem(status: HTTPStatus, title: str, detail: str, path: str) -> Problem:
    """What is told, cut to what a person reads."""
    return Problem(
        title=title, status=int(status), detail=detail[:DETAIL_LIMIT], instance=visible(path)[:1_000]
    )


def raw_problem(status: int, title: str, detail: str) -> bytes:
    """A whole answer, for a client whose request was not read."""
    body = msgspec.json.encode(Problem(title=title, status=status, detail=detail, instance=""))
    head = (
        f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\ncontent-type: {MEDIA_TYPE}\r\n"
        f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
    )
    return head.encode() + body


def _status_of(error: BaseException) -> tuple[HTTPStatus, str]:
    if isinstance(error, Rejection):
        return STATUS_OF_REJECTION[error.type], str(error.type)
    if isinstance(error, Refused):
        return STATUS_OF_REFUSAL[type(error)]
    if isinstance(error, Overloaded):
        return HTTPStatus.SERVICE_UNAVAILABLE, "RESOURCE_EXHAUSTED"
    if isinstance(error, DamagedError):
        return HTTPStatus.INTERNAL_SERVER_ERROR, "DATA_LOSS"
    if isinstance(error, SearchTooLong):
        return HTTPStatus.GATEWAY_TIMEOUT, "DEADLINE_EXCEEDED"
    if isinstance(error, Unavailable | StoreError):
        return HTTPStatus.SERVICE_UNAVAILABLE, "UNAVAILABLE"
    return HTTPStatus.INTERNAL_SERVER_ERROR, "INTERNAL"
