"""A server's own certificate comes to its end, and clients are not told so: their library says "unavailable".
So the server's log says it in time.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final, Self

from counterflow.wire.contract import Tls
from counterflow_wire.validity import validity_of

logger = logging.getLogger("counterflow.wire")

IN_TIME: Final = timedelta(days=14)
"""So long before the end of a certificate it is told."""
AGAIN_SECONDS: Final = 86_400.0


class Expiry:
    """Looks at the certificate that a server has read, when the block begins and once a day, and warns."""

    def __init__(self, tls: Tls, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._tls = tls
        self._validity = validity_of(tls.certificate)
        self._clock = clock
        self._timer: asyncio.TimerHandle | None = None

    async def __aenter__(self) -> Self:
        self.look()
        return self

    async def __aexit__(self, *failure: object) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def look(self) -> None:
        """Warn, if there is reason to, and come again."""
        if words := self.warning():
            logger.warning("tls_certificate %s %s", self._tls.certificate, words)
        self._timer = asyncio.get_running_loop().call_later(AGAIN_SECONDS, self.look)

    def warning(self) -> str:
        """What is wrong with it or soon will be, to be said behind its name; empty where nothing is."""
        if self._validity is None:
            return ""
        now, until = self._clock(), self._validity.until
        if fault := self._validity.fault(now):
            return (
                f"{fault}: no client that looks at it is let in; put another one in its place and start again"
            )
        if until - now > IN_TIME:
            return ""
        return (
            f"expires on {until:%Y-%m-%d %H:%M} UTC, in {(until - now).days} days: put another one in "
            "its place and start again before that"
        )
