"""How much may wait for its commit at once: so many commands, so many bytes. A part of both is for work that
is under way.

What waits is held in memory (rows, log, answers), so it is bounded; and a server full of new work could not
even end what it has begun. So most commands may fill three quarters, and the last quarter is left to those
that bring something to its end. Jobs that reached nobody always come back, or are held: they are no more than
had been given out.
"""

from __future__ import annotations

from counterflow.kernel.lives.deployments import DeployResources
from counterflow.kernel.lives.instances import CancelProcessInstance
from counterflow.kernel.lives.job_delivery import ActivateJobs, HoldJob, ReturnJob
from counterflow.kernel.lives.jobs import CompleteJob, FailJob, ThrowError
from counterflow.kernel.vocabulary import Command

ENDING = (CompleteJob, FailJob, ThrowError, ActivateJobs, CancelProcessInstance)
"""Commands without which work under way cannot end."""
LEFT_TO_ENDING = 4
"""One part in so many."""


class Pending:
    """The commands that are decided and not yet committed. Sizes are bytes of variables and resources."""

    def __init__(self, maximum: int, maximum_bytes: int) -> None:
        self._maximum = maximum
        self._maximum_bytes = maximum_bytes
        self.count = 0
        self.bytes = 0

    def why_full(self, command: Command, size: int) -> str:
        """Why there is no room for this command, or nothing. While none waits there is room for any."""
        if not self.count or isinstance(command, ReturnJob | HoldJob):
            return ""
        maximum, maximum_bytes = self._maximum, self._maximum_bytes
        if not isinstance(command, ENDING):
            maximum -= maximum // LEFT_TO_ENDING
            maximum_bytes -= maximum_bytes // LEFT_TO_ENDING
        if self.count >= maximum:
            return (
                f"{self.count} commands wait for their commit, which is as many as may; try again after a "
                "while"
            )
        if self.bytes + size > maximum_bytes:
            return (
                f"{self.bytes} bytes of commands wait for their commit, and {size} more would be too many; "
                "try again after a while"
            )
        return ""

    def enter(self, size: int) -> None:
        """A command waits."""
        self.count += 1
        self.bytes += size

    def leave(self, size: int) -> None:
        """It is committed, or discarded."""
        self.count -= 1
        self.bytes -= size


def size_of(command: Command) -> int:
    """Bytes that a command brings with it."""
    if isinstance(command, DeployResources):
        return sum(len(resource.content) for resource in command.resources)
    variables: dict[str, bytes] | None = getattr(command, "variables", None)
    return sum(map(len, variables.values())) if variables else 0
