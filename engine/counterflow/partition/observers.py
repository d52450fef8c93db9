"""Who looks on when a batch has been committed.

Each is told of every batch once that is durable, in the order of the table; what is to leave the house has
left then. None of them can harm a commit, nor keep those after it from being told.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import NamedTuple

from counterflow.kernel.state.partition import State
from counterflow.store.port import Batch

logger = logging.getLogger("counterflow.partition")


class Committed(NamedTuple):
    """A batch that is durable, its number, and the state, which has gone on since and knows its instances."""

    number: int
    batch: Batch
    state: State


Observer = Callable[[Committed], None]


class Observers:
    """The table of those who look on."""

    def __init__(self, *observers: Observer) -> None:
        self._observers = observers

    def notify(self, committed: Committed) -> None:
        """Tell each of a commit; one that fails is logged."""
        for observe in self._observers:
            try:
                observe(committed)
            except Exception:
                logger.exception("Batch %s is committed, but one who looks on has failed", committed.number)
