"""Whoever has had the event loop for long leaves it to others for as long again.

One command may take a tenth of a second (an expression over very many items). Who asks for the next such one
as soon as the first is answered, or for many at once, would hold up everybody else by two of them in a row,
or by all. So once a command has taken `LONG_SECONDS`, those of its connection are begun one at a time, each
when a rest as long as the one before took is over.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from counterflow.budget import Account

LONG_SECONDS: Final = 0.02
"""A command that takes less is followed by no rest."""


class _Rest:
    """One connection's: who waits, and who of them is carried out next."""

    __slots__ = ("line", "next")

    def __init__(self) -> None:
        self.line: OrderedDict[object, Callable[[], None]] = OrderedDict()
        self.next: object | None = None


class Rests:
    """Those of one server. A caller is whoever stands for one call."""

    def __init__(self) -> None:
        self._rests: dict[Account, _Rest] = {}

    def is_to_wait(self, account: Account, caller: object) -> bool:
        """Whether somebody of the same connection has taken long, and it is not this caller's time yet."""
        rest = self._rests.get(account)
        return rest is not None and rest.next is not caller

    def wait(self, account: Account, caller: object, begin: Callable[[], None]) -> None:
        """Call `begin` once, when it is the caller's time; at once where nobody has taken long."""
        rest = self._rests.get(account)
        if rest is None:
            begin()
        else:
            rest.line[caller] = begin

    async def over(self, account: Account, caller: object) -> None:
        """Wait until it is the caller's time; `leave` where that is no longer waited for."""
        if self.is_to_wait(account, caller):
            time_has_come: asyncio.Future[None] = asyncio.get_running_loop().create_future()

            def come() -> None:
                if not time_has_come.done():  # else the caller is just about to leave
                    time_has_come.set_result(None)

            self.wait(account, caller, come)
            await time_has_come

    def leave(self, account: Account, caller: object) -> None:
        """The caller waits no longer, and is not carried out."""
        rest = self._rests.get(account)
        if rest is None:
            return
        rest.line.pop(caller, None)
        if rest.next is caller:
            self._rest(account, rest, 0)

    def took(self, account: Account, seconds: float) -> None:
        """A command of the connection was carried out, and so long the event loop did nothing else."""
        rest = self._rests.get(account)
        if rest is None:
            if seconds < LONG_SECONDS:
                return
            rest = self._rests[account] = _Rest()
        self._rest(account, rest, seconds if seconds >= LONG_SECONDS else 0)

    def _rest(self, account: Account, rest: _Rest, seconds: float) -> None:
        rest.next = None
        asyncio.get_running_loop().call_later(seconds, self._go_on, account, rest)

    def _go_on(self, account: Account, rest: _Rest) -> None:
        if not rest.line:
            del self._rests[account]
            return
        rest.next, begin = rest.line.popitem(last=False)
        begin()
