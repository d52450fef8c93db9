"""New work waits its turn, so that work under way can end.

A call that begins something (an instance, a message) costs its own turn and brings several more with it: jobs
to give out, and their completions. Callers who begin things as fast as they are answered would leave little
time for those. So few such calls are carried out at a time, some more wait in line in the order of their
arrival, and the line moves as work comes to its end: one call for each instance that has ended, and one more
for every few steps, so that there is always a little more to do than can be done. While nothing comes to its
end (instances that wait for something, or no worker), there is nothing to wait for, and the line moves
freely.

The line is long for a burst: as long as it has only just formed, or no work goes on. A line that stays while
work goes on is short. Whoever finds the line full is refused: late, since a caller who asks again at once
would otherwise keep the server busy with refusals. Refusals on their way are bounded as well; beyond that
they are sent at once.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from types import TracebackType

from counterflow.partition.refusals import Overloaded
from counterflow.settings import Settings

STEPS_PER_TURN = 64
"""So many steps of work under way let one more call begin something. They do besides those that the ends of
instances let in.
"""
QUIET_SECONDS = 0.25
"""Work that has not gone on for so long is not waited for."""
BURST_SECONDS = 1.0
"""A line that has formed no longer ago is that of a burst."""
LATE_REFUSALS = 10_000
"""Callers who may wait for their refusal at once."""


class Turns:
    """Who may begin something now, who waits, and who is sent away.

    `async with turns:` for coroutines, `take` and `end` for callbacks.
    """

    def __init__(self, settings: Settings) -> None:
        self._at_once = settings.new_calls_at_once
        self._line_length = settings.new_calls_in_line
        self._burst_length = max(settings.new_calls_in_line, settings.new_calls_in_burst)
        self._pause_seconds = settings.refusal_pause_ms / 1000
        self._line: OrderedDict[object, Callable[[], None]] = OrderedDict()
        self._formed_at = 0.0
        """When the first of those in line came to an empty one, in seconds of the event loop."""
        self._taken = 0
        self._is_moving = False
        self._let_in = 0
        """Steps that the line may still move by, in parts of a turn."""
        self._quiet: asyncio.TimerHandle | None = None
        self._refusals = 0

    @property
    def waiting(self) -> int:
        """Calls in line."""
        return len(self._line)

    def take(self, caller: object, begin: Callable[[], None], refuse: Callable[[Overloaded], None]) -> None:
        """Call `begin` when the caller's turn has come, or `refuse`, late, where there is none to be had. The
        turn lasts until `end`.
        """
        if not self._line and self._taken < self._at_once:
            self._taken += 1
            begin()
        elif self._has_room():
            if not self._line:
                self._formed_at = asyncio.get_running_loop().time()
            self._line[caller] = begin
        elif self._refusals < LATE_REFUSALS:
            self._refusals += 1
            asyncio.get_running_loop().call_later(self._pause_seconds, self._refuse_late, refuse)
        else:
            refuse(self._refusal())

    def end(self) -> None:
        """A turn has ended."""
        self._taken -= 1
        self._move()

    def work_went_on(self, ended: int) -> None:
        """A step of work under way was carried out, and so many instances have ended by it."""
        if not self._line:
            return
        if self._quiet is not None:
            self._quiet.cancel()
        self._quiet = asyncio.get_running_loop().call_later(QUIET_SECONDS, self._fall_quiet)
        self._let_in = min(self._let_in + 1 + ended * STEPS_PER_TURN, self._at_once * STEPS_PER_TURN)
        self._move()

    def leave(self, caller: object) -> None:
        """The caller waits no longer."""
        self._line.pop(caller, None)

    async def __aenter__(self) -> None:
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.take(
            turn,
            lambda: self.end() if turn.cancelled() else turn.set_result(None),
            lambda refusal: None if turn.done() else turn.set_exception(refusal),
        )
        try:
            await turn
        except asyncio.CancelledError:
            if not turn.cancelled() and not turn.exception():
                self.end()  # its turn had just come
            self.leave(turn)
            raise

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    def _has_room(self) -> bool:
        waiting = len(self._line)
        if waiting < self._line_length:
            return True
        is_burst = (
            not waiting
            or self._quiet is None
            or asyncio.get_running_loop().time() - self._formed_at <= BURST_SECONDS
        )
        return is_burst and waiting < self._burst_length

    def _move(self) -> None:
        """Move the line, unless a move is under way: that one gives away the place. A turn that ends as soon
        as it begins would move it from inside.
        """
        if self._is_moving:
            return
        self._is_moving = True
        try:
            while (
                self._line
                and self._taken < self._at_once
                and (self._quiet is None or self._let_in >= STEPS_PER_TURN)
            ):
                self._taken += 1
                if self._quiet is not None:
                    self._let_in -= STEPS_PER_TURN
                self._line.popitem(last=False)[1]()
        finally:
            self._is_moving = False

    def _fall_quiet(self) -> None:
        self._quiet = None
        self._let_in = 0
        self._move()

    def _refuse_late(self, refuse: Callable[[Overloaded], None]) -> None:
        self._refusals -= 1
        refuse(self._refusal())

    def _refusal(self) -> Overloaded:
        return Overloaded(
            f"{len(self._line)} calls that begin something wait for their turn already; work under way comes "
            "first: try again after a while"
        )
