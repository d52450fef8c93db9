"""Exit codes, and from a gRPC status to one of them."""

from __future__ import annotations

from collections.abc import Mapping

OK, FAILED, USAGE, NOT_FOUND, REJECTED, UNAVAILABLE, UNAUTHENTICATED, INCIDENT, TIMED_OUT = (
    0,
    1,
    2,
    3,
    4,
    5,
    6,
    7,
    124,
)
INTERRUPTED = 130
"""Ctrl-C, as shells count it."""

MEANINGS: Mapping[int, str] = {
    OK: "done",
    FAILED: "failed",
    USAGE: "the command line is not as expected",
    NOT_FOUND: "what is asked for is not there",
    REJECTED: "the server rejects it, a file would be refused, or --require-receiver found nobody",
    UNAVAILABLE: "no server answers, or it has too much to do",
    UNAUTHENTICATED: "the server does not know the caller",
    INCIDENT: "start --await: an incident holds the instance up",
    TIMED_OUT: "the time was over first",
    INTERRUPTED: "Ctrl-C",
}

CODE_BY_STATUS: Mapping[str, int] = {
    "OK": OK,
    "CANCELLED": FAILED,
    "UNKNOWN": FAILED,
    "INVALID_ARGUMENT": REJECTED,
    "DEADLINE_EXCEEDED": TIMED_OUT,
    "NOT_FOUND": NOT_FOUND,
    "ALREADY_EXISTS": REJECTED,
    "PERMISSION_DENIED": UNAUTHENTICATED,
    "RESOURCE_EXHAUSTED": UNAVAILABLE,
    "FAILED_PRECONDITION": REJECTED,
    "ABORTED": REJECTED,
    "OUT_OF_RANGE": REJECTED,
    "UNIMPLEMENTED": FAILED,
    "INTERNAL": FAILED,
    "UNAVAILABLE": UNAVAILABLE,
    "DATA_LOSS": FAILED,
    "UNAUTHENTICATED": UNAUTHENTICATED,
}
"""By the name of the status; every status of gRPC has its line."""


class Failure(Exception):
    """A command that could not be carried out: a sentence for a person, and the exit code.

    `status` is gRPC's, where it had a part.
    """

    def __init__(self, code: int, message: str, status: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.status = status
