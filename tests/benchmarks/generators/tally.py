"""What a generator counts."""

from __future__ import annotations

import time
from collections.abc import Sequence


def quantile(values: Sequence[float], part: float) -> float:
    """The value that the given part of the values does not exceed; 0 of none."""
    ordered = sorted(values)
    return ordered[int((len(ordered) - 1) * part)] if ordered else 0.0


class Tally:
    """Counts since the beginning, and how long instances took that ended while `measuring`."""

    def __init__(self) -> None:
        self.created = self.create_errors = self.exhausted = self.complete_errors = 0
        self.jobs = self.instances = 0
        self.measuring = False
        self.waits_ms: list[float] = []
        self._begun: dict[int, float] = {}
        self._ended_early: dict[int, float] = {}

    def begins(self, key: int, asked_at: float) -> None:
        """An instance was created, asked for at that moment of `time.perf_counter`."""
        self.created += 1
        ended_at = self._ended_early.pop(key, None)
        if ended_at is None:
            self._begun[key] = asked_at
        else:
            self._note(ended_at - asked_at)

    def ended(self, key: int) -> None:
        """The last job of an instance is done; that may be known before the answer to its creation."""
        self.instances += 1
        now = time.perf_counter()
        asked_at = self._begun.pop(key, None)
        if asked_at is None:
            self._ended_early[key] = now
        else:
            self._note(now - asked_at)

    def _note(self, seconds: float) -> None:
        if self.measuring:
            self.waits_ms.append(seconds * 1e3)
