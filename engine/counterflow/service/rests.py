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
from counterflow.service.callers import Visitor

LONG_SECONDS: Final = 0.02
"""A command that takes less is followed by no rest."""


class _Rest:
    """One connection's: who waits, and who of them is carried out next."""

    __slots__ = ("line", "next")

    def __init__(self) -> None:
        self.line: OrderedDict[Visitor, Callable[[], None]] = OrderedDict()
        self.next: Visitor | None = None


class Rests:
    """Those of one server."""

    def __init__(self) -> None:
        self._rests: dict[Account, _Rest] = {}

    def is_to_wait(self, visitor: Visitor) -> bool:
        """Whether somebody of the same connection has taken long, and it is not this visitor's time yet."""
        rest = self._rests.get(visitor.account)
        return rest is not None and rest.next is not visitor

    def wait(self, visitor: Visitor, begin: Callable[[], None]) -> None:
        """Call `begin` once, when it is the visitor's time; at once where nobody has taken long."""
        rest = self._rests.get(visitor.account)
        if rest is None:
            begin()
        else:
            rest.line[visitor] = begin

    def leave(self, visitor: Visitor) -> None:
        """The visitor waits no longer, and is not carried out."""
        rest = self._rests.get(visitor.account)
        if rest is None:
            return
        rest.line.pop(visitor, None)
        if rest.next is visitor:
            self._rest(visitor.account, rest, 0)

    def took(self, visitor: Visitor, seconds: float) -> None:
        """The visitor's command was carried out, and so long the event loop did nothing else."""
        rest = self._rests.get(visitor.account)
        if rest is None:
            if seconds < LONG_SECONDS:
                return
            rest = self._rests[visitor.account] = _Rest()
        self._rest(visitor.account, rest, seconds if seconds >= LONG_SECONDS else 0)

    def _rest(self, account: Account, rest: _Rest, seconds: float) -> None:
        rest.next = None
        asyncio.get_running_loop().call_later(seconds, self._go_on, account, rest)

    def _go_on(self, account: Account, rest: _Rest) -> None:
        if not rest.line:
            del self._rests[account]
            return
        rest.next, begin = rest.line.popitem(last=False)
        begin()
