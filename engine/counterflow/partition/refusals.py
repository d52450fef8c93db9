"""Why a command was not carried out, besides the kernel's own `Rejection`."""

from __future__ import annotations

from counterflow.kernel import KernelFault
from counterflow.kernel.vocabulary import Damaged, Rejection, RejectionType

STOPPING = "The server is stopping; try again when it is back"
_TOO_LONG = (
    "Expected the command to hold up others no longer than command_limit_ms allows, but it did and was "
    "broken off"
)
_SIMPLER = "Make what it computes simpler: the expressions, decisions and collections of that process"


class Faulted(Rejection):
    """A fault of ours, or damage, met by a command. `is_contained`: the instance that it was met in is set
    aside, and will not meet it again.
    """

    def __init__(self, fault: KernelFault, *, is_contained: bool) -> None:
        key = fault.process_instance_key
        what = f"process instance '{key}' is quarantined" if is_contained else "nothing was changed"
        if isinstance(fault.__cause__, Damaged):
            super().__init__(
                RejectionType.DATA_LOSS,
                f"Expected to find what was written, but {fault.__cause__}; {what}; `counterflow check` "
                "says what else is damaged",
            )
        elif fault.is_broken_off:
            super().__init__(RejectionType.INVALID_STATE, f"{_TOO_LONG}; {what}. {_SIMPLER}")
        else:
            super().__init__(
                RejectionType.PROCESSING_ERROR, f"An internal fault was met and {what}; see the server's log"
            )
        self.is_contained = is_contained
        self.fault = fault


class Overloaded(Exception):
    """Too many commands wait for their commit; the caller should come back later."""


class Unavailable(Exception):
    """The command was not carried out, since it could not be made durable or the server is stopping."""
