"""What is kept for a client that has not read it yet, how slowly it reads, and when that ends."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from counterflow.budget import Account
from counterflow.wire.http2.connection import Http2Connection
from counterflow.wire.native.limits import WireLimits

SMALL_ANSWER_BYTES = 4_096
"""Answers that are not counted as long as nothing is unread."""


class Unread:
    """Of one connection, from `begin` to `end`. `reset` ends a stream and its call."""

    def __init__(
        self,
        http2: Http2Connection,
        limits: WireLimits,
        account: Account,
        reset: Callable[[int], None],
    ) -> None:
        self._http2 = http2
        self._limits = limits
        self._account = account
        self._reset = reset
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self.size = 0
        """Bytes of answers that are held, or have not left."""
        self.counted = 0
        """By the account: those, and what has come and waits for its turn."""
        self._since = 0.0
        self._taken_before = 0
        """What the client had taken when there began to be any."""
        self._stall: asyncio.TimerHandle | None = None

    def begin(self, transport: asyncio.Transport) -> None:
        """The client has come."""
        self._transport = transport

    def end(self) -> None:
        """It has gone."""
        self._transport = None
        if self._stall is not None:
            self._stall.cancel()
        self._count(0, 0)

    def refusal_to_keep(self, size: int) -> str:
        """Why so many bytes more cannot be kept until the client reads them, or nothing."""
        if (size <= SMALL_ANSWER_BYTES and not self.size) or self._transport is None:
            return ""
        self.measure()
        if self.size <= self._limits.unread_bytes and self._account.has_room(size):
            return ""
        return (
            f"The call was carried out, but {self.size} bytes of answers wait unread on this connection, "
            f"{self._account.kept_for_all} are kept for all clients (setting client_bytes), and {size} more "
            "would be too many: read them first, or ask for less"
        )

    def measure(self) -> None:
        """Count anew."""
        if self._transport is not None:
            unread = self._http2.outgoing.kept_bytes + self._transport.get_write_buffer_size()
            self._count(unread, self._http2.waiting_bytes)

    def slowness(self) -> float:
        """In how many seconds the client will have taken all, if it goes on as since there has been any."""
        seconds = self._loop.time() - self._since if self.size else 0.0
        return seconds * self.size / max(1, self._taken() - self._taken_before)

    def give_way(self) -> None:
        """Others need the memory. Answers that its windows hold back end; a client that does not take what is
        on the line already cannot be told anything any more.
        """
        for stream_id in list(self._http2.outgoing.holding):
            self._reset(stream_id)
        if (
            self._transport is not None
            and self._transport.get_write_buffer_size() > self._limits.unsent_bytes
        ):
            self._transport.abort()
            self.end()
        self.measure()

    def _taken(self) -> int:
        unsent = self._transport.get_write_buffer_size() if self._transport is not None else 0
        return self._http2.outgoing.taken_bytes - unsent

    def _count(self, size: int, waiting: int) -> None:
        before, self.size = self.size, size
        counted, self.counted = self.counted, size + waiting
        if self.counted > counted:
            self._account.counts(self.counted - counted)
        else:
            self._account.gives(counted - self.counted)
        if not before and size:
            self._since, self._taken_before = self._loop.time(), self._taken()
        if size and self._stall is None and self._transport is not None:
            self._stall = self._loop.call_later(self._limits.stalled_seconds, self._look_for_stalled)

    def _look_for_stalled(self) -> None:
        """Give up answers of which nothing is taken: the calls are told so, if their client ever reads again.
        They are not kept for ever.
        """
        self._stall = None
        for stream_id in self._http2.stalled():
            self._reset(stream_id)
        self.measure()
