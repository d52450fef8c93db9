"""Why something that was asked for is refused before it becomes a command, or has no answer.

What a command itself comes to is the kernel's `Rejection`, or the partition's `Overloaded` and `Unavailable`.
The text is for the person who asked.
"""

from __future__ import annotations

from counterflow.kernel.vocabulary import Rejection
from counterflow.partition.refusals import Overloaded, Unavailable
from counterflow.store.errors import DamagedError
from counterflow.store.port import StoreError


class Refused(Exception):
    """Whatever was asked for is not going to be done, or has no answer."""


class Invalid(Refused):
    """The request itself is at fault."""


class NotThereYet(Refused):
    """It is something that this version cannot do."""


class NotInTime(Refused):
    """It did not happen within the time that the caller gave it; it may still."""


class ResultLost(Refused):
    """What the caller waits for is not going to happen, or they can no longer wait for it."""


class TooLarge(Refused):
    """The answer has no room in what would carry it."""


def sentence(operation: str, error: BaseException) -> str:
    """What a person is told of an error that `operation` has met; of a fault of ours its kind alone."""
    if isinstance(error, Rejection):
        return error.reason
    if isinstance(error, DamagedError):
        return f"What was asked for is damaged: {error}"
    if isinstance(error, StoreError):
        return f"The database could not be read: {error}"
    if isinstance(error, EXPECTED):
        return str(error)
    return f"{operation} met an internal fault ({type(error).__name__}); the server's log says more"


EXPECTED = (Rejection, Refused, Overloaded, Unavailable, StoreError)
"""What may come in place of an answer; anything else is a fault of ours."""
