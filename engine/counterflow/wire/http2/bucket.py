"""How often something may happen: a bucket that fills with time and empties with use."""

from __future__ import annotations

from collections.abc import Callable

from counterflow.wire.http2.codes import ErrorCode
from counterflow.wire.http2.errors import ConnectionFault


class Bucket:
    """So many `what` at once, and `rate` a second thereafter. `clock` answers seconds of any origin."""

    def __init__(self, what: str, rate: int, at_once: int, clock: Callable[[], float]) -> None:
        self._what = what
        self._rate = rate
        self._at_once = at_once
        self._clock = clock
        self._left = float(at_once)
        self._counted = clock()

    def takes(self, count: int = 1) -> bool:
        """Whether there is room for so many more, which then are counted."""
        if self._left < count:
            self._refill()  # only when it seems empty is the clock looked at
            if self._left < count:
                return False
        self._left -= count
        return True

    def spend(self, count: int = 1) -> None:
        """So many more. Raises `ConnectionFault` with ENHANCE_YOUR_CALM when they have come too fast."""
        if not self.takes(count):
            raise ConnectionFault(
                ErrorCode.ENHANCE_YOUR_CALM,
                f"expected at most {self._rate} {self._what} a second, and {self._at_once} at once; found "
                "more",
            )

    @property
    def is_full(self) -> bool:
        """Whether nobody has spent anything for a while."""
        self._refill()
        return self._left >= self._at_once

    def _refill(self) -> None:
        now = self._clock()
        self._left = min(self._left + (now - self._counted) * self._rate, float(self._at_once))
        self._counted = now
