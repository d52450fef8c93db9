"""How much may be asked at once, and, since a stop lets all of that end first, who is still there. It is how
many wait for things to happen, and how many bytes of requests are kept meanwhile.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from counterflow.budget import Account, Budgets
from counterflow.kernel.lives.job_delivery import ActivateJobs
from counterflow.partition.refusals import STOPPING, Overloaded, Unavailable
from counterflow.service.callers import Visitor
from counterflow.settings import Settings

CALL_BYTES = 4_096
"""What a call takes that has nothing to say."""

NAME_BYTES = 96
"""What a name takes beside its letters: a text, its place in a row, and the same once more as it was read."""


class Admission:
    """Who is let in. Every `begun` has its `ended`, every `hold` its `let_go`."""

    def __init__(self, settings: Settings) -> None:
        self.budgets = Budgets(settings.client_bytes, settings.waiting_calls)
        own = Budgets(settings.client_bytes, settings.waiting_calls, is_shared=False)
        self._house = own.account()
        """That of the program in which the engine is."""
        self._under_way = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self.is_closed = True
        """Whether nobody is let in: not yet, or not any more."""

    def open(self) -> None:
        """Let callers in."""
        self.is_closed = False

    def close(self) -> None:
        """Let nobody in any more."""
        self.is_closed = True

    def check(self) -> None:
        """Raises `Unavailable` where nobody is let in any more."""
        if self.is_closed:
            raise Unavailable(STOPPING)

    async def idle(self) -> None:
        """Wait until nothing that was asked for is under way."""
        await self._idle.wait()

    def begun(self) -> None:
        """Something that was asked for is under way."""
        self._under_way += 1
        self._idle.clear()

    def ended(self) -> None:
        """It is not any more."""
        self._under_way -= 1
        if not self._under_way:
            self._idle.set()

    def begun_waiting(self, account: Account | None = None, size: int = 0) -> None:
        """Somebody waits for things to happen, and so many bytes are kept meanwhile. Raises `Overloaded`
        where as many do as may, or their connection has its share.
        """
        account = account or self._house
        if not account.begins_waiting():
            raise Overloaded(
                f"{self.budgets.waiting.used} polls, streams and calls for a result are open, "
                f"{account.calls} of them on this connection, which is as many as may (setting waiting_calls"
                f": {self.budgets.waiting.most}, of one connection a tenth, and no more than are left for "
                "others); try again after a while"
            )
        try:
            self.keep(account, size)
        except Overloaded:
            account.ends_waiting()
            raise
        self.begun()

    def ended_waiting(self, account: Account | None = None, size: int = 0) -> None:
        """They do not any more."""
        account = account or self._house
        account.gives(size)
        account.ends_waiting()
        self.ended()

    def hold(self, visitor: Visitor) -> None:
        """A request is kept in memory while it waits.

        Raises `Overloaded` where there is no room; while none waits there is for any.
        """
        self.keep(visitor.account, memory_of(visitor.request_bytes))

    def let_go(self, visitor: Visitor) -> None:
        """It is not kept any more."""
        visitor.account.gives(memory_of(visitor.request_bytes))

    def keep(self, account: Account, size: int) -> None:
        """So many bytes are kept, until the account `gives` them. Raises `Overloaded`: there is no room."""
        if not account.takes(size):
            raise Overloaded(
                f"{account.kept_for_all} bytes of requests and answers are kept for clients, "
                f"{account.size} of them for this connection, and {size} more would be too "
                f"many (setting client_bytes: {self.budgets.memory.most}); try again after a while"
            )

    @contextmanager
    def under_way(self) -> Iterator[None]:
        """What the block does was asked for, and a stop waits for it. Raises `Unavailable`."""
        self.check()
        self.begun()
        try:
            yield
        finally:
            self.ended()

    @contextmanager
    def visit(self, visitor: Visitor) -> Iterator[None]:
        """A visitor is let in and their request is kept while the block runs.

        Raises `Unavailable` and `Overloaded`.
        """
        self.check()
        self.hold(visitor)
        self.begun()
        try:
            yield
        finally:
            self.let_go(visitor)
            self.ended()

    @contextmanager
    def waiting(self, account: Account | None = None, size: int = 0) -> Iterator[None]:
        """The block waits for things to happen, and so many bytes are kept meanwhile. Raises `Overloaded`."""
        self.begun_waiting(account, size)
        try:
            yield
        finally:
            self.ended_waiting(account, size)


def memory_of_names(wish: ActivateJobs) -> int:
    """About the memory that the names of variables take which a poll or a stream would like to have."""
    return len(wish.fetch_variables) * NAME_BYTES


def memory_of(request_bytes: int) -> int:
    """About the memory that a call takes whose request is as long, in bytes. It is the request, what was read
    of it, and the call itself.
    """
    return 2 * request_bytes + CALL_BYTES
