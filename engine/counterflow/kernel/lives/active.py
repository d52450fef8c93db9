"""What is said of a process instance that somebody asks for, and that is not active."""

from __future__ import annotations

from datetime import UTC, datetime

from counterflow.kernel.course.beginning import ACTIVE
from counterflow.kernel.rows import ProcessInstance
from counterflow.kernel.vocabulary import Rejection, RejectionType


def not_active(
    header: ProcessInstance | None, purpose: str, unknown: str = "no such active process instance was found"
) -> Rejection:
    """The refusal of a `purpose`: how and when the instance has ended, or that it is `unknown`."""
    why = unknown
    if header is not None and header.ended_at_ms is not None:
        moment = datetime.fromtimestamp(header.ended_at_ms / 1_000, UTC).isoformat(timespec="milliseconds")
        why = f"it has ended already: {header.state} at {moment}"
    elif header is not None and header.state == ACTIVE:
        why = "it is ending already; nothing has to be done"
    return Rejection(RejectionType.NOT_FOUND, f"Expected to {purpose}, but {why}")
