"""Timers, deadlines and whatever else comes due: one alarm, set to the earliest of them.

Nothing that still stands is lost: what meets a fault is triggered again once the broken instance is set
aside, what cannot be triggered waits for the next release of a quarantine (or a restart), what cannot be read
for the database. What takes too long, or was under way when the server was killed, is set aside with its
instance (`watchdog.py`, `underway.py`); the start timer that has begun such an instance begins no other
before a quarantine is released.
"""

from __future__ import annotations

import asyncio
import functools
import logging
from collections.abc import Callable
from typing import Any

from counterflow.kernel.lives.correlation import SetStartAside
from counterflow.kernel.lives.due import TriggerDue
from counterflow.kernel.lives.jobs import ACTIVATED
from counterflow.kernel.lives.quarantine import QuarantineInstance
from counterflow.kernel.rows import Job, StartTimer
from counterflow.kernel.state.shelf import ModelNeeded
from counterflow.kernel.state.windows import Due
from counterflow.kernel.unfinished import Undertaking
from counterflow.kernel.vocabulary import Rejection
from counterflow.partition.batch import OpenBatch
from counterflow.partition.clock import LOOK_MS
from counterflow.partition.decider import Decider
from counterflow.partition.expiries import Expiries
from counterflow.partition.models import Models
from counterflow.partition.refusals import Faulted, Unavailable
from counterflow.partition.timekeeping import Timekeeping
from counterflow.store.port import StoreError

logger = logging.getLogger("counterflow.partition")

DUE_AT_ONCE = 200
"""Due things triggered before other commands get their turn again, at most."""
PAGE_MS = 10
"""How long that may take: after so much of it no other is begun before it is committed."""
REST_MS = 1_000
"""How long due things wait after the database could not be read or written, or after a start. After a start
those wait that the process before it has ended in the middle of.
"""


class Alarm:
    """Triggers what is due. `triggered` is called after each time that it has gone off, and sets it again."""

    def __init__(
        self, decider: Decider, models: Models, triggered: Callable[[], None], time: Timekeeping
    ) -> None:
        self._decider = decider
        self._models = models
        self._triggered = triggered
        self._underway = time.underway
        self._expiries = Expiries()
        self._interrupted = set(self._underway.interrupted)
        """What is carried out once more, but not yet."""
        self._timer: asyncio.TimerHandle | None = None
        self._timer_ms = 0
        self._batch: OpenBatch | None = None
        """The one with what has come due last."""
        self._is_resting = False
        self._stopping = False
        self.is_held = time.is_due_held
        """Nothing is triggered before `release`."""

    def begin(self) -> None:
        """Set aside what the process before ended in the middle of, and go off when something is due. Raises
        `StoreError`.
        """
        for suspect in self._underway.suspects:
            if suspect.table is not Undertaking:
                self._set_suspect_aside(suspect)
        if self.is_held:
            logger.warning("All that is due is held, as asked for; `counterflow release-due` lets it come")
        self.set()

    def release(self) -> bool:
        """What is due comes from now on; answers whether it was held."""
        was_held, self.is_held = self.is_held, False
        if was_held:
            logger.info("What is due is held no longer")
        self.set()
        return was_held

    def set(self) -> None:
        """Go off when the earliest thing is due; what came due before is to be committed first. The commit
        sets it again. So others wait for no more than one page of it. The wall clock may be set meanwhile, so
        it is asked again within `LOOK_MS`.
        """
        if self._stopping or self.is_held or self._decider.is_lost or self._is_to_be_committed():
            return
        due = self._next_due()
        if due is None:
            return
        now_ms = self._decider.now_ms()
        at_ms = min(due.due_ms, now_ms + LOOK_MS)
        if self._timer is not None:
            if self._timer_ms <= at_ms:
                return
            self._timer.cancel()
        delay_ms = max(at_ms - now_ms, REST_MS if self._is_resting else 0)
        self._timer_ms = at_ms
        self._timer = asyncio.get_running_loop().call_later(delay_ms / 1000, self._go_off)

    def rest(self) -> None:
        """Whenever it is set next, do not go off before `REST_MS`."""
        self._is_resting = True
        self.clear()

    def clear(self) -> None:
        """Do not go off before it is set again."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def stop(self) -> None:
        """Never go off again."""
        self._stopping = True
        self.clear()

    def _is_to_be_committed(self) -> bool:
        return self._decider.open is self._batch and self._decider.has_something_to_commit

    def _go_off(self) -> None:
        self._timer, self._is_resting = None, False
        self._batch = self._decider.open
        clock = self._decider.clock
        over = clock.monotonic_ms() + PAGE_MS
        for _ in range(DUE_AT_ONCE):
            due = self._next_due()
            if due is None or due.due_ms > self._decider.now_ms() or self._is_resting:
                break
            self._trigger(due)
            if clock.monotonic_ms() > over:
                break
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
        if self._interrupted and due in self._interrupted:
            self._put_off(due)
            return
        self._underway.begin(due)
        try:
            moment_ms = due.due_ms if due.table is not Job else self._deadline(due)
            if moment_ms is None:
                return
            command = TriggerDue(table=due.table, key=due.key, due_ms=moment_ms)
            if not self._decider.decide(command).answer:
                self._decider.state.is_no_longer_due(due)
            self._underway.carried_out(due)
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
        finally:
            self._underway.end()

    def _put_off(self, due: Due) -> None:
        """Not among the first when the server starts: see `underway.py`."""
        self._interrupted.discard(due)
        self._decider.state.cannot_come_due(due)
        asyncio.get_running_loop().call_later(REST_MS / 1000, self._may_come, due)

    def _deadline(self, due: Due) -> int | None:
        """The moment that a job waits for, which may have been put off; None where it is put off now. Raises
        `Unavailable`.
        """
        try:
            instance = self._decider.state.owner_of(Job, due.key)
        except StoreError as error:
            raise Unavailable(f"The database could not be read: {error}") from error
        job = instance.jobs[due.key] if instance is not None else None
        if job is None or job.due_ms is None:
            return due.due_ms
        if job.state != ACTIVATED:
            self._expiries.went_on(job.key)
            return job.due_ms
        back_ms = job.due_ms + self._expiries.pause_ms(job.key)
        if back_ms > self._decider.now_ms():
            self._decider.state.comes_due_later(due, back_ms)
            return None
        self._expiries.expired(job)
        return job.due_ms

    def _is_read(self, due: Due, why_not: Unavailable | None) -> None:
        """The model that a due thing needs was read, or cannot be: it is triggered again, and meets that."""
        self._is_resting = why_not is not None
        self._may_come(due)

    def _may_come(self, due: Due) -> None:
        self._decider.state.may_come_due(due)
        self.set()

    def _keep_for_later(self, due: Due, why: Rejection) -> None:
        if due.table is StartTimer and isinstance(why, Faulted):
            is_costly = why.fault.is_broken_off
            if self._set_start_aside(due, str(why.fault), begins_others=not is_costly):
                return
        self._hold(due, why.reason)

    def _hold(self, due: Due, why: str) -> None:
        logger.error(
            "%s %s is due and cannot be triggered before a quarantine is released: %s",
            due.table.table,
            due.key,
            why,
        )
        self._decider.state.cannot_come_due(due)

    def _set_start_aside(self, due: Due, reason: str, *, begins_others: bool) -> bool:
        """Keep the instance that a start timer could not begin; answers whether that could be done. It is
        there to be seen and released. The timer goes on with its next moment, or, unless it `begins_others`,
        is held.
        """
        timer: StartTimer | None = self._decider.state.shared[StartTimer].get(due.key)
        try:
            self._decider.decide(SetStartAside(key=due.key, due_ms=due.due_ms, reason=reason))
        except ModelNeeded as needed:
            self._decider.state.cannot_come_due(due)
            again = functools.partial(self._set_start_aside_now, due, reason, begins_others)
            self._models.wait(needed, again)
            return True
        except (Rejection, Unavailable):
            logger.exception("The instance of start timer %s could not even be set aside", due.key)
            return False
        if due in self._underway.suspects:
            self._clear_suspect(due)
        if timer is not None and not begins_others:
            self._hold_starts(timer, reason)
        return True

    def _set_start_aside_now(
        self, due: Due, reason: str, begins_others: bool, why_not: Unavailable | None
    ) -> None:
        """The model that such an instance needs was read, or cannot be."""
        if why_not is not None or not self._set_start_aside(due, reason, begins_others=begins_others):
            self._hold(due, str(why_not or reason))
        self._triggered()

    def _hold_starts(self, timer: StartTimer, why: str) -> None:
        for following in list(self._decider.state.shared[StartTimer].values()):
            if (following.definition_key, following.element_id) == (timer.definition_key, timer.element_id):
                self._hold(Due(following.due_ms, following.key, StartTimer), why)

    def _set_suspect_aside(self, due: Due) -> None:
        """Quarantine the instance of what was under way when a process ended, if it still waits for that."""
        what = f"{due.table.table.replace('_', ' ')} {due.key}"
        reason = (
            f"The server ended while {what} of this instance was being carried out, so it is set aside and "
            "not carried out again; release the instance to try it once more"
        )
        logger.error("The server ended while %s was being carried out; what it belongs to is set aside", what)
        state = self._decider.state
        if due.table is StartTimer:
            if not self._set_start_aside(due, reason, begins_others=False):
                self._hold(due, reason)
            return
        if not due.table.instance_field:
            self._hold(due, "the server ended while it was being carried out")
        elif (instance := state.owner_of(due.table, due.key)) is not None:
            row: Any = instance.rows[due.table][due.key]
            if row.due_ms == due.due_ms:
                self._decider.decide(QuarantineInstance(process_instance_key=instance.key, reason=reason))
        self._clear_suspect(due)

    def _clear_suspect(self, due: Due) -> None:
        self._decider.open.committed.append(functools.partial(self._underway.clear_suspect, due))
