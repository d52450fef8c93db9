"""Those who ask by HTTP, as the service sees visitors."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from counterflow.budget import Account
from counterflow.caller import Caller


class HttpLine:
    """One connection: what it has of the server, and who on it is waiting for an answer."""

    __slots__ = ("account", "transport", "visitor")

    def __init__(self, account: Account, transport: asyncio.Transport) -> None:
        self.account = account
        self.transport = transport
        self.visitor: HttpVisitor | None = None

    def gone(self) -> None:
        """The client has gone, and whatever it waits for is for nobody."""
        if self.visitor is not None:
            self.visitor.leave()


class HttpVisitor:
    """One request, until it is answered or its client has gone."""

    __slots__ = ("account", "caller", "is_over", "on_gone", "request_bytes")

    def __init__(self, caller: Caller, account: Account, request_bytes: int) -> None:
        self.on_gone: Callable[[], object] | None = None
        self.caller = caller
        self.account = account
        self.request_bytes = request_bytes
        self.is_over = False

    def leave(self) -> None:
        """The client has gone."""
        if self.is_over:
            return
        self.is_over = True
        if self.on_gone is not None:
            self.on_gone()
