"""What time it is for a partition: the wall clock's, but it never goes back and never stands still.

Wall clocks step: set right by NTP or by hand, in laptops that were closed, in machines that are moved. Two
readings make one time of it: it is that of the wall clock, and since it was asked last it has gone on by at
least `SLOWEST` of what the monotonic clock has.

    the wall clock jumps ahead   so does this one: what has become due meanwhile comes at once
    the wall clock falls back    this one goes on from where it was, a hundredth slower than time itself,
                                 until the wall clock has caught up: a minute is made good in two hours

So the log's time never goes back, a timer of a minute is at most 0.6 s late, and dates are ahead of the wall
clock's only as long as it takes. Sleep of the machine, which monotonic clocks do not count, is a jump ahead.
"""

from __future__ import annotations

import time
from collections.abc import Callable

SLOWEST = 0.99
"""What passes for one second, at least, of each that has passed."""
LOOK_MS = 1_000
"""How long whoever waits for a moment may sleep before asking again: the wall clock may have been set."""


def wall_ms() -> int:
    """Epoch milliseconds, as the machine tells them."""
    return time.time_ns() // 1_000_000


def monotonic_ms() -> float:
    """Milliseconds since some moment."""
    return time.monotonic_ns() / 1_000_000


class Clock:
    """The time of one partition, on two clocks of the machine."""

    def __init__(
        self, wall: Callable[[], int] = wall_ms, monotonic: Callable[[], float] = monotonic_ms
    ) -> None:
        self._wall = wall
        self.monotonic_ms = monotonic
        self._asked_at = monotonic()
        self._ms: float = 0
        self._pinned_ms: int | None = None

    def now_ms(self) -> int:
        """Epoch milliseconds, never less than before."""
        at = self.monotonic_ms()
        if self._pinned_ms is None:
            self._ms = max(self._wall(), self._ms + SLOWEST * (at - self._asked_at))
        else:
            self._ms = max(self._ms, self._pinned_ms)
        self._asked_at = at
        return int(self._ms)

    def pin(self, ms: int | None) -> None:
        """It is this moment, and stays it; None lets it go on, from there where the wall clock is behind."""
        self.now_ms()
        self._pinned_ms = ms

    def begin_at(self, ms: int) -> None:
        """It is at least so late: something has happened at that moment."""
        self._ms = max(self._ms, ms)
