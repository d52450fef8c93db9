"""Those who ask: who they are, what their request takes up, and how they are heard to leave."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from counterflow.budget import Account
from counterflow.caller import Caller
from counterflow.kernel.vocabulary import ActivatedJob


class Visitor(Protocol):
    """Whoever has asked for something and has no answer yet."""

    on_gone: Callable[[], object] | None
    """Called once if they leave before they are answered, by whatever way."""

    @property
    def caller(self) -> Caller:
        """Who they are."""
        ...

    @property
    def account(self) -> Account:
        """What their connection has of the server's memory, and of its patience with those who wait."""
        ...

    @property
    def request_bytes(self) -> int:
        """How long their request is."""
        ...

    @property
    def is_over(self) -> bool:
        """Whether they have been answered, or have left."""
        ...


class JobReceiver(Visitor, Protocol):
    """A visitor who stays and is sent one job after another."""

    on_drained: Callable[[], object] | None
    """Called when they can be sent more, after `send` has answered False."""

    def send(self, job: ActivatedJob) -> bool:
        """Send one job.

        Answers False where it has not left yet, since the receiver does not read; it must be kept until
        `on_drained`.
        """
        ...

    def begin(self) -> None:
        """Tell them that they are heard: from now on jobs come."""
        ...

    def end(self) -> None:
        """Send them away: the engine stops."""
        ...


Jobs = Sequence[ActivatedJob]
