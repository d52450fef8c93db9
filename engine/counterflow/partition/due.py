"""Timers, deadlines and whatever else comes due: one alarm, set to the earliest of them.

Nothing that still stands is lost: what meets a fault is triggered again once the broken instance is set
aside, what cannot be triggered waits for the next release of a quarantine (or a restart), what cannot be read
for the database.
"""

from __future__ import annotations

import asyncio
import functools
import logging
from collections.abc import Callable

from counterflow.kernel.lives.correlation import SetStartAside
from counterflow.kernel.lives.due import TriggerDue
from counterflow.kernel.rows import StartTimer
from counterflow.kernel.state.shelf import ModelNeeded
from counterflow.kernel.state.windows import Due
from counterflow.kernel.vocabulary import Rejection
from counterflow.partition.decider import Decider
from counterflow.partition.models import Models
from counterflow.partition.refusals import Faulted, Unavailable

logger = logging.getLogger("counterflow.partition")

DUE_AT_ONCE = 200
"""Due things triggered before other commands get their turn again."""
REST_MS = 1_000
"""How long due things wait after the database could not be read."""


class Alarm:
    """Triggers what is due. `triggered` is called after each time that it has gone off, and sets it again."""

    def __init__(self, decider: Decider, models: Models, triggered: Callable[[], None]) -> None:
        self._decider = decider
        self._models = models
        self._triggered = triggered
        self._timer: asyncio.TimerHandle | None = None
        self._timer_ms = 0
        self._is_resting = False
        self._stopping = False

    def set(self) -> None:
        """Go off when the earliest thing is due, unless there is enough to commit first: the commit sets it
        again.
        """
        if self._stopping or self._decider.is_lost or self._has_enough_to_commit():
            return
        due = self._next_due()
        if due is None:
            return
        if self._timer is not None:
            if self._timer_ms <= due.due_ms:
                return
            self._timer.cancel()
        delay_ms = max(due.due_ms - self._decider.now_ms(), REST_MS if self._is_resting else 0)
        self._timer_ms = due.due_ms
        self._timer = asyncio.get_running_loop().call_later(delay_ms / 1000, self._go_off)

    def clear(self) -> None:
        """Do not go off before it is set again."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def stop(self) -> None:
        """Never go off again."""
        self._stopping = True
        self.clear()

    def _has_enough_to_commit(self) -> bool:
        return len(self._decider.open.log) >= 4 * DUE_AT_ONCE

    def _go_off(self) -> None:
        self._timer, self._is_resting = None, False
        for _ in range(DUE_AT_ONCE):
            due = self._next_due()
            if due is None or due.due_ms > self._decider.now_ms() or self._is_resting:
                break
            self._trigger(due)
        self._triggered()

    def _next_due(self) -> Due | None:
        """Where the database is to be asked and cannot be, nothing, for a while."""
        try:
            return self._decider.next_due()
        except Unavailable:
            self._is_resting = True
            if self._timer is None:
                self._timer_ms = 0
                self._timer = asyncio.get_running_loop().call_later(REST_MS / 1000, self._go_off)
            return None

    def _trigger(self, due: Due) -> None:
        command = TriggerDue(table=due.table, key=due.key, due_ms=due.due_ms)
        try:
            if not self._decider.decide(command).answer:
                self._decider.state.is_no_longer_due(due)
        except Unavailable:
            self._is_resting = True
        except ModelNeeded as needed:
            self._decider.state.cannot_come_due(due)
            self._models.wait(needed, functools.partial(self._is_read, due))
        except Faulted as faulted:
            if not faulted.is_contained:
                self._keep_for_later(due, faulted)
        except Rejection as rejection:
            self._keep_for_later(due, rejection)

    def _is_read(self, due: Due, why_not: Unavailable | None) -> None:
        """The model that a due thing needs was read, or cannot be: it is triggered again, and meets that."""
        self._is_resting = why_not is not None
        self._decider.state.may_come_due(due)
        self.set()

    def _keep_for_later(self, due: Due, why: Rejection) -> None:
        if due.table is StartTimer and isinstance(why, Faulted) and self._set_start_aside(due, why):
            return
        logger.error(
            "%s %s is due and cannot be triggered before a quarantine is released: %s",
            due.table.table,
            due.key,
            why.reason,
        )
        self._decider.state.cannot_come_due(due)

    def _set_start_aside(self, due: Due, why: Faulted) -> bool:
        """Keep the instance that a start timer could not begin, to be seen and released; the timer goes on
        with its next moment. Answers whether that could be done.
        """
        try:
            self._decider.decide(SetStartAside(key=due.key, due_ms=due.due_ms, reason=str(why.fault)))
        except (Rejection, Unavailable, ModelNeeded):
            logger.exception("The instance of start timer %s could not even be set aside", due.key)
            return False
        return True
