"""Whether a client still lives: one that has vanished is let go, one that speaks no HTTP/2 sent away."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from counterflow.wire.http2.connection import Http2Connection
from counterflow.wire.native.limits import WireLimits

_ALIVE = b"alive?  "


class Pulse:
    """Looks after one connection from `start` to `stop`, by one timer. `flush_soon` sends what is asked,
    `send_away` says goodbye to a stranger, and why, `let_go` ends a connection on which nobody is.
    """

    def __init__(
        self,
        http2: Http2Connection,
        limits: WireLimits,
        flush_soon: Callable[[], None],
        send_away: Callable[[str], None],
        let_go: Callable[[], None],
    ) -> None:
        self._http2 = http2
        self._limits = limits
        self._flush_soon = flush_soon
        self._send_away = send_away
        self._let_go = let_go
        self._loop = asyncio.get_running_loop()
        self._came_at = self.heard_at = self._loop.time()
        """When the client last gave a sign of life: whoever hears one says so here."""
        self._awaits_pong = False
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """The client has come."""
        self._look_soon(min(self._limits.preface_seconds, self._limits.quiet_seconds))

    def stop(self) -> None:
        """It has gone."""
        if self._timer is not None:
            self._timer.cancel()

    def last_words(self, *, is_heard_soon: bool) -> None:
        """What we had to say is said; a client that does not take it in the time of a ping is let go. It has
        as long as an answer to a ping may last, less where it is on its way already.
        """
        self.stop()
        seconds = self._limits.goodbye_seconds if is_heard_soon else self._limits.pong_seconds
        self._timer = self._loop.call_later(seconds, self._let_go)

    def takes(self, payload: bytes) -> bool:
        """Whether what came back is the sign of life that was asked for."""
        if payload != _ALIVE:
            return False
        if self._timer is not None:
            self._awaits_pong = False
            self._timer.cancel()
            self._look_soon(self._limits.quiet_seconds)
        return True

    def _look_soon(self, seconds: float) -> None:
        self._timer = self._loop.call_later(seconds, self._look)

    def _look(self) -> None:
        limits, now = self._limits, self._loop.time()
        quiet = now - self.heard_at
        is_stranger = not self._http2.has_begun
        if self._awaits_pong and quiet >= limits.pong_seconds:
            self._let_go()
        elif is_stranger and now - self._came_at >= limits.preface_seconds:
            self._send_away(f"expected the preface of HTTP/2 within {limits.preface_seconds:g} s")
        elif is_stranger:
            self._look_soon(min(limits.preface_seconds, limits.quiet_seconds))
        elif quiet >= limits.quiet_seconds:
            self._awaits_pong = True
            self._http2.ping(_ALIVE)
            self._flush_soon()
            self._look_soon(limits.pong_seconds)
        else:
            self._awaits_pong = False
            self._look_soon(limits.quiet_seconds - quiet)
