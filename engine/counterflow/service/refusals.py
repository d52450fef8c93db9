"""Why something that was asked for is refused before it becomes a command, or has no answer.

What a command itself comes to is the kernel's `Rejection`, or the partition's `Overloaded` and `Unavailable`.
The text is for the person who asked.
"""

from __future__ import annotations

from counterflow.kernel.vocabulary import Rejection
from counterflow.partition.refusals import Overloaded, Unavailable
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


EXPECTED = (Rejection, Refused, Overloaded, Unavailable, StoreError)
"""What may come in place of an answer; anything else is a fault of ours."""
