"""The single writer: command → kernel → batch → commit → deliver.

A command is decided the moment it arrives, on what the last commit left with everything decided since laid
over it. Its rows, its log and its answer join the open batch. Whenever the writer thread is free the open
batch is sealed and committed there, while the next one fills: so a batch is as big as what has piled up
during a commit, which gives latency when idle and throughput under load with nothing to tune. Answers,
results and jobs leave after the commit, never before.

If a commit fails, its batch and everything decided after it are discarded (nothing of it has left the house),
the callers are told UNAVAILABLE, and the loop goes on from what the store holds; if that cannot be read
either, with the first command that finds it readable again.
"""

from __future__ import annotations

import asyncio
import functools
import logging
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from counterflow import kernel
from counterflow.delivery.takers import Taker, Takers
from counterflow.heartbeats import Heartbeats
from counterflow.kernel.lives.correlation import SetStartAside
from counterflow.kernel.lives.due import TriggerDue
from counterflow.kernel.lives.job_delivery import ActivateJobs, HoldJob, ReturnJob
from counterflow.kernel.lives.jobs import UpdateJobTimeout
from counterflow.kernel.lives.quarantine import QuarantineInstance
from counterflow.kernel.rows import StartTimer
from counterflow.kernel.state.queues import Due
from counterflow.kernel.vocabulary import Command, InstanceEnded, LogEntry, Rejection, RejectionType
from counterflow.kernel.work.budget import ProcessLimits
from counterflow.model.graph import CompensationOrder
from counterflow.partition import load_state, seal
from counterflow.pending import ENDING, Pending, size_of
from counterflow.store.port import Batch, Store, StoreError
from counterflow.troubles import log_troubles

logger = logging.getLogger("counterflow.loop")

DUE_AT_ONCE = 200
"""Due things triggered before other commands get their turn again."""
FAULTS_PER_OFFER = 16
"""Instances that break while their jobs are given out, in one go; whoever takes jobs goes on with the
others.
"""

REST_MS = 1_000
"""How long due things wait after the database could not be read."""


class Faulted(Rejection):
    """A fault of ours met by a command. `is_contained`: the instance that it was met in is set aside, and
    will not meet it again.
    """

    def __init__(self, fault: kernel.KernelFault, *, is_contained: bool) -> None:
        key = fault.process_instance_key
        what = f"process instance '{key}' is quarantined" if is_contained else "nothing was changed"
        super().__init__(
            RejectionType.PROCESSING_ERROR, f"An internal fault was met and {what}; see the server's log"
        )
        self.is_contained = is_contained
        self.fault = fault


class Overloaded(Exception):
    """Too many commands wait for their commit; the caller should come back later."""


class Unavailable(Exception):
    """The command was not carried out, since it could not be made durable or the server is stopping."""


class OpenBatch:
    """What has been decided and not yet sealed."""

    def __init__(self) -> None:
        self.log: list[LogEntry] = []
        self.superseded: list[int] = []
        self.committed: list[Callable[[], None]] = []
        self.failed: list[Callable[[Exception], None]] = []


def tell_all(tellers: Iterable[Callable[[], None]]) -> None:
    """Tell everybody, whatever one of them makes of it: what was decided is durable, or discarded, for
    all.
    """
    for tell in tellers:
        try:
            tell()
        except Exception:
            logger.exception("Somebody could not be told how a command has ended")


class Loop:
    """One partition at work. All methods are called from the event loop's thread."""

    def __init__(
        self,
        store: Store,
        *,
        order: CompensationOrder = CompensationOrder.MIRROR,
        limits: ProcessLimits | None = None,
        now_ms: Callable[[], int] | None = None,
        maximum_pending: int = 4_000,
        maximum_pending_bytes: int = 64 * 1024 * 1024,
        cached_instances: int = 4_000,
    ) -> None:
        self._store = store
        self._order = order
        self._limits = limits or ProcessLimits()
        self._clock = now_ms or (lambda: time.time_ns() // 1_000_000)
        self._cached_instances = cached_instances
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="counterflow-writer")
        self._open = OpenBatch()
        self._pending = Pending(maximum_pending, maximum_pending_bytes)
        self._flushing: asyncio.Task[None] | None = None
        self._alarm: asyncio.TimerHandle | None = None
        self._alarm_ms = 0
        self._is_resting = False
        self._last_ms = 0
        self._stopping = False
        self._is_stopped = False
        self._is_lost = False
        """True from a failed commit until the store could be read again: what is in memory is not to be
        decided on.
        """
        self._undelivered: set[str] = set()
        """Types of jobs whose delivery was lost with a failed commit: offered again after the next one that
        succeeds.
        """
        self._waiting_ends: dict[int, list[asyncio.Future[InstanceEnded]]] = {}
        self._heartbeats = Heartbeats()
        self.takers = Takers()
        self.state = load_state(self._store, self._order)
        self.work_went_on: Callable[[int], None] = _nobody_looks
        """Called after each command that brings work to its end, with the number of instances that ended by
        it.
        """
        self.commits = 0
        self.commands = 0

    # -- commands --------------------------------------------------------------------------------------------

    def submit(self, command: Command) -> asyncio.Future[Any]:
        """Carry out a command; the future has its answer once that is durable.

        Raises at once, with nothing changed: `Rejection`, `Overloaded`, `Unavailable`. The future may raise
        `Unavailable`.
        """
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.submit_then(command, *_into(future))
        return future

    def submit_then(
        self, command: Command, told: Callable[[Any], None], failed: Callable[[Exception], None]
    ) -> None:
        """Like `submit`, with one of two functions called from the commit itself: `told` with the answer, or
        `failed` with `Unavailable`.

        Neither may raise, and neither may wait.
        """
        size = self._refuse_when_full(command)
        decision = self._decide(command)
        self._tell_later(decision.answer, told, failed, size)
        self._after_decision()
        if isinstance(command, ENDING):
            self.work_went_on(len(decision.ended))

    def submit_and_follow(
        self, command: Command
    ) -> tuple[asyncio.Future[Any], asyncio.Future[InstanceEnded]]:
        """Like `submit` for a command that creates a process instance; the second future has its end, once
        that is durable.
        """
        size = self._refuse_when_full(command)
        running = asyncio.get_running_loop()
        answered, ended = running.create_future(), running.create_future()
        decision = self._decide(command)
        key = decision.answer.key
        self._waiting_ends.setdefault(key, []).append(ended)
        for end in decision.ended:
            self._tell_end(end)
        self._tell_later(decision.answer, *_into(answered), size)
        self._open.failed.append(lambda error: self._tell_never_began(key, ended, error))
        self._after_decision()
        return answered, ended

    def stop_following(self, process_instance_key: int, ended: asyncio.Future[InstanceEnded]) -> None:
        """Whoever waited for the end of this instance waits no longer."""
        waiting = self._waiting_ends.get(process_instance_key, [])
        if ended in waiting:
            waiting.remove(ended)
        if not waiting:
            self._waiting_ends.pop(process_instance_key, None)

    def offer(self, job_type: str) -> None:
        """Give ready jobs of a type to those who take them: a stream has credit again, or jobs have become
        ready.
        """
        faults = 0
        while (
            not (self._stopping or self._is_lost)
            and job_type in self.state.ready
            and self.state.ready[job_type].first() is not None
        ):
            taker = self.takers.next_for(job_type)
            if taker is None:
                return
            try:
                decision = self._decide(taker.request)
            except Unavailable:
                taker.cancel(0)
                return
            except Rejection:
                taker.cancel(0)
                faults += 1
                if faults > FAULTS_PER_OFFER:
                    return
                continue
            self._deliver_later(taker, decision.answer)
        self._schedule_flush()

    # -- life ------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Begin to trigger what is due."""
        self._arm()

    async def stop(self) -> None:
        """Refuse new commands, commit what is decided, and let go of the writer. The store stays open."""
        self._stopping = True
        if self._alarm is not None:
            self._alarm.cancel()
        self.takers.end_polls()
        await self.settle()
        self._is_stopped = True
        self._writer.shutdown()

    async def settle(self) -> None:
        """Wait until everything decided so far is committed and delivered."""
        self._schedule_flush()
        while self._flushing is not None:
            await asyncio.shield(self._flushing)  # whoever stops waiting must not break a commit off

    def now_ms(self) -> int:
        """The time of the next command: the clock's, but never earlier than the last command's."""
        self._last_ms = max(self._last_ms, self._clock())
        return self._last_ms

    # -- deciding --------------------------------------------------------------------------------------------

    def _refuse_when_full(self, command: Command) -> int:
        """Answers the command's size. Jobs that reach nobody come back also while stopping: who starts next
        can give them away at once.
        """
        if self._is_stopped or (self._stopping and not isinstance(command, ReturnJob | HoldJob)):
            raise Unavailable("The server is stopping; try again when it is back")
        if self._is_lost and not self._come_back():
            raise Unavailable("The database can neither be written nor read; try again when it is back")
        size = size_of(command)
        if why := self._pending.why_full(command, size):
            raise Overloaded(why)
        return size

    def _decide(self, command: Command) -> kernel.Outcome:
        self.commands += 1
        try:
            decision = kernel.decide(self.state, command, self.now_ms(), self._limits)
        except kernel.KernelFault as fault:
            if isinstance(fault.__cause__, StoreError):
                raise Unavailable(f"The database could not be read: {fault.__cause__}") from fault
            raise Faulted(fault, is_contained=self._set_aside(fault)) from fault
        self._open.log.extend(decision.log)
        if isinstance(command, ActivateJobs):
            self._heartbeats.end_try(decision.answer)
            return decision
        for end in decision.ended:
            self._tell_end(end)
        if isinstance(command, UpdateJobTimeout):
            self._open.superseded += self._heartbeats.supersede(command.job_key, decision.log)
        return decision

    def _set_aside(self, fault: kernel.KernelFault) -> bool:
        logger.error(
            "%s on process instance %s met an internal fault",
            fault.command,
            fault.process_instance_key,
            exc_info=fault.__cause__,
        )
        command = QuarantineInstance(process_instance_key=fault.process_instance_key, reason=str(fault))
        log = kernel.decide(self.state, command, self.now_ms(), self._limits).log
        self._open.log.extend(log)
        self._schedule_flush()
        return bool(log)

    def _after_decision(self) -> None:
        if self.state.newly_ready:
            types = dict.fromkeys(job_type for job_type, _ in self.state.newly_ready)
            self.state.newly_ready.clear()
            for job_type in types:
                self.offer(job_type)
        self._arm()
        self._schedule_flush()

    def _tell_later(
        self, answer: Any, told: Callable[[Any], None], failed: Callable[[Exception], None], size: int
    ) -> None:
        self._pending.enter(size)

        def is_committed() -> None:
            self._pending.leave(size)
            told(answer)

        def has_failed(error: Exception) -> None:
            self._pending.leave(size)
            failed(Unavailable(f"The command was not carried out: {error}"))

        self._open.committed.append(is_committed)
        self._open.failed.append(has_failed)

    def _deliver_later(self, taker: Taker, jobs: Any) -> None:
        count, job_type = len(jobs), taker.request.type
        taker.reserve(count)

        def failed(_: Exception) -> None:
            taker.cancel(count)
            self._undelivered.add(job_type)

        self._open.committed.append(lambda: taker.deliver(jobs))
        self._open.failed.append(failed)

    def _tell_end(self, end: InstanceEnded) -> None:
        if end.process_instance_key not in self._waiting_ends:
            return

        def committed() -> None:
            for future in self._waiting_ends.pop(end.process_instance_key, []):
                if not future.done():
                    future.set_result(end)

        self._open.committed.append(committed)

    def _tell_never_began(self, key: int, ended: asyncio.Future[InstanceEnded], error: Exception) -> None:
        self.stop_following(key, ended)
        if not ended.done():
            ended.set_exception(Unavailable(f"The process instance was not created: {error}"))
            ended.exception()  # counts as seen: who waits for the answer only has been told there

    # -- due things ------------------------------------------------------------------------------------------

    def _arm(self) -> None:
        due = self.state.due.first()
        if self._stopping or self._is_lost or due is None or self._has_enough_to_commit():
            return
        if self._alarm is not None:
            if self._alarm_ms <= due.due_ms:
                return
            self._alarm.cancel()
        delay_ms = max(due.due_ms - self.now_ms(), REST_MS if self._is_resting else 0)
        self._alarm_ms = due.due_ms
        self._alarm = asyncio.get_running_loop().call_later(delay_ms / 1000, self._trigger_due)

    def _trigger_due(self) -> None:
        self._alarm, self._is_resting = None, False
        for _ in range(DUE_AT_ONCE):
            due = self.state.due.first()
            if due is None or due.due_ms > self.now_ms() or self._is_resting:
                break
            self._trigger(due)
        self._after_decision()

    def _has_enough_to_commit(self) -> bool:
        """Whether due things should wait for the next commit, which arms the alarm again."""
        return len(self._open.log) >= 4 * DUE_AT_ONCE

    def _trigger(self, due: Due) -> None:
        """Nothing that still stands is lost: what meets a fault is triggered again once the broken instance
        is set aside, what cannot be triggered waits for the next release of a quarantine (or a restart), what
        cannot be read for the database.
        """
        try:
            if not self._decide(TriggerDue(table=due.table, key=due.key, due_ms=due.due_ms)).answer:
                self.state.due.discard(due.key)
        except Unavailable:
            self._is_resting = True
        except Faulted as faulted:
            if not faulted.is_contained:
                self._keep_for_later(due, faulted)
        except Rejection as rejection:
            self._keep_for_later(due, rejection)

    def _keep_for_later(self, due: Due, why: Rejection) -> None:
        if due.table is StartTimer and isinstance(why, Faulted):
            try:
                self._decide(SetStartAside(key=due.key, due_ms=due.due_ms, reason=str(why.fault)))
            except (Rejection, Unavailable):
                logger.exception("The instance of start timer %s could not even be set aside", due.key)
            else:
                return
        logger.error(
            "%s %s is due and cannot be triggered before a quarantine is released: %s",
            due.table.table,
            due.key,
            why.reason,
        )
        self.state.due.set_aside(due.key)

    # -- committing ------------------------------------------------------------------------------------------

    def _schedule_flush(self) -> None:
        if self._flushing is None and not self._is_lost and (self.state.journal or self._open.committed):
            self._flushing = asyncio.get_running_loop().create_task(self._flush())

    async def _flush(self) -> None:
        running = asyncio.get_running_loop()
        try:
            while not self._is_lost and (self.state.journal or self._open.committed):
                batch_number, sealed, batch = self.state.batch, self._open, self._seal()
                try:
                    if batch.log or batch.puts:
                        self._store.write(batch)
                        await running.run_in_executor(self._writer, self._store.sync)
                except Exception as error:  # noqa: BLE001 - whatever went wrong, the batch is not known to be durable
                    self._discard(sealed, error)
                    continue
                self.commits += 1
                tell_all(sealed.committed)
                log_troubles(batch, self.state)
                self.state.release(batch_number, self._cached_instances)
                self._offer_undelivered()
                self._arm()
        finally:
            self._flushing = None

    def _seal(self) -> Batch:
        batch = seal(self.state, self._open.log)
        batch.superseded = self._open.superseded
        self._open = OpenBatch()
        return batch

    def _offer_undelivered(self) -> None:
        types, self._undelivered = self._undelivered, set()
        for job_type in sorted(types):
            self.offer(job_type)

    def _discard(self, sealed: OpenBatch, error: Exception) -> None:
        if isinstance(error, StoreError):
            logger.error("A batch could not be committed, going on from the store: %s", error)
        else:
            logger.error("A batch could not be committed, going on from the store", exc_info=error)
        later, self._open = self._open, OpenBatch()
        self._heartbeats.forget()
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        self._is_lost = True
        if not self._recover():
            logger.error("The store cannot be read; nothing is decided until it can")
        tell_all([functools.partial(tell, error) for tell in (*sealed.failed, *later.failed)])

    def _come_back(self) -> bool:
        """Callers ask again and again while the store is away, so that only its return is told."""
        if self._recover():
            logger.info("The store can be read again")
        return not self._is_lost

    def _recover(self) -> bool:
        """Go on from what the store holds; answers whether it could be read."""
        try:
            self.state = load_state(self._store, self._order)
        except StoreError:
            return False
        self._is_lost = False
        self._arm()
        return True


def _into(future: asyncio.Future[Any]) -> tuple[Callable[[Any], None], Callable[[Exception], None]]:
    """How a future is told, unless nobody waits for it any more."""

    def told(answer: Any) -> None:
        if not future.done():
            future.set_result(answer)

    def failed(error: Exception) -> None:
        if not future.done():
            future.set_exception(error)

    return told, failed


def _nobody_looks(_: int) -> None:
    """Nobody waits for work to go on."""
