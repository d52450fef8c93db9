"""New work waits its turn, so that work under way can end.

A call that begins something (an instance, a message) costs its own turn and brings several more with it: jobs to give out, and their
completions. Callers who begin things as fast as they are answered would leave little time for those. So few such calls are carried
out at a time, some more wait in line in the order of their arrival, and whoever finds the line full is refused: late, since a caller
who asks again at once would otherwise keep the server busy with refusals. Refusals on their way are bounded as well; beyond that
they are sent at once.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from types import TracebackType

from counterflow.loop import Overloaded
from counterflow.settings import Settings

LATE_REFUSALS = 10_000
"""Callers who may wait for their refusal at once."""


class Turns:
    """Who may begin something now, who waits, and who is sent away. `async with turns:` for coroutines, `take` and `end` for callbacks."""

    def __init__(self, settings: Settings) -> None:
        self._free = settings.new_calls_at_once
        self._line_length = settings.new_calls_in_line
        self._pause_seconds = settings.refusal_pause_ms / 1000
        self._line: OrderedDict[object, Callable[[], None]] = OrderedDict()
        self._refusals = 0

    @property
    def waiting(self) -> int:
        """Calls in line."""
        return len(self._line)

    def take(self, caller: object, begin: Callable[[], None], refuse: Callable[[Overloaded], None]) -> None:
        """Call `begin` when the caller's turn has come, which lasts until `end`; or `refuse`, late, where there is none to be had."""
        if self._free:
            self._free -= 1
            begin()
        elif len(self._line) < self._line_length:
            self._line[caller] = begin
        elif self._refusals < LATE_REFUSALS:
            self._refusals += 1
            asyncio.get_running_loop().call_later(self._pause_seconds, self._refuse_late, refuse)
        else:
            refuse(self._refusal())

    def end(self) -> None:
        """A turn has ended: it goes to the first in line."""
        if self._line:
            self._line.popitem(last=False)[1]()
        else:
            self._free += 1

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

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.end()

    def _refuse_late(self, refuse: Callable[[Overloaded], None]) -> None:
        self._refusals -= 1
        refuse(self._refusal())

    def _refusal(self) -> Overloaded:
        return Overloaded(
            f"{len(self._line)} calls that begin something wait for their turn already; work under way comes first: try again after a while"
        )
