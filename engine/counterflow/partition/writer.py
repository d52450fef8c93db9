"""The single writer: command → kernel → batch → commit → deliver.

A command is decided the moment it arrives, on what the last commit left with everything decided since laid
over it. Its rows, its log and its answer join the open batch. Whenever the writer thread is free the open
batch is sealed and committed there, while the next one fills: so a batch is as big as what has piled up
during a commit, which gives latency when idle and throughput under load with nothing to tune. Answers,
results and jobs leave after the commit, never before.

If a commit fails, its batch and everything decided after it are discarded (nothing of it has left the house),
the callers are told UNAVAILABLE, and the writer goes on from what the store holds; if that cannot be read
either, with the first command that finds it readable again.
"""

from __future__ import annotations

import asyncio
import functools
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter
from types import TracebackType
from typing import Any, Self

from counterflow.kernel.course.beginning import ACTIVE
from counterflow.kernel.lives.job_delivery import HoldJob, ReturnJob
from counterflow.kernel.state.shelf import ModelNeeded
from counterflow.kernel.state.source import CacheLimits
from counterflow.kernel.vocabulary import Command, InstanceEnded, Rejection, RejectionType, ToldLater
from counterflow.kernel.work.budget import ProcessLimits
from counterflow.model.events import CompensationOrder
from counterflow.partition.answers import Answered, Failed, answer_all, answer_later, into
from counterflow.partition.decider import Decider
from counterflow.partition.due import Alarm
from counterflow.partition.measures import Measures, unasked_types
from counterflow.partition.models import READING_MS, Models
from counterflow.partition.observers import Committed, Observers
from counterflow.partition.offers import Offers
from counterflow.partition.pages import Pages
from counterflow.partition.pending import ENDING, Pending, size_of
from counterflow.partition.refusals import STOPPING, Overloaded, Unavailable
from counterflow.partition.takers import Takers
from counterflow.partition.timekeeping import Timekeeping
from counterflow.partition.troubles import log_troubles
from counterflow.store.port import Batch, Store, StoreBusy, StoreError

logger = logging.getLogger("counterflow.partition")

LOCKED_S = 5.0
"""How long a commit waits for another process (somebody's tool) that has locked the database."""
LOCK_LOOK_S = 0.02
"""How often it looks whether that is over."""


class Writer:
    """One partition at work. All methods are called from the event loop's thread."""

    _decides_by: Callable[..., Decider] = Decider

    def __init__(
        self,
        store: Store,
        *,
        order: CompensationOrder = CompensationOrder.MIRROR,
        limits: ProcessLimits | None = None,
        time: Timekeeping | None = None,
        maximum_pending: int = 4_000,
        maximum_pending_bytes: int = 64 * 1024 * 1024,
        caches: CacheLimits = CacheLimits(),  # noqa: B008 - a frozen tuple
        reading_ms: int = READING_MS,
    ) -> None:
        self._store = store
        self._caches = caches
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="counterflow-writer")
        time = time or Timekeeping()
        self._decider = self._decides_by(
            store,
            order,
            limits or ProcessLimits(),
            time,
            self._schedule_commit,
            caches,
        )
        self._models = Models(self._decider, reading_ms)
        self._offers = Offers(self._decider, self._models, self._schedule_commit)
        self._alarm = Alarm(self._decider, self._models, self._after_decision, time)
        self._pages = Pages(
            self._decider, self._models, self._after_page, lambda: self._alarm.is_held, time.underway
        )
        self._observers = Observers(
            log_troubles,
            self._release,
            lambda _: self._offers.offer_undelivered(),
            lambda _: self._alarm.set(),
            lambda _: self._pages.set(),
        )
        self._pending = Pending(maximum_pending, maximum_pending_bytes)
        self._committing: asyncio.Task[None] | None = None
        self._stopping = False
        self._is_stopped = False
        self._work_watchers: list[Callable[[int], None]] = []
        self.commits = 0
        self._commit_seconds = 0.0

    # -- commands --------------------------------------------------------------------------------------------

    def submit(self, command: Command) -> asyncio.Future[Any]:
        """Carry out a command; the future has its answer once that is durable.

        Raises at once, with nothing changed: `Rejection`, `Overloaded`, `Unavailable`. The future may raise
        `Unavailable`.
        """
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.submit_then(command, *into(future))
        return future

    def submit_then(self, command: Command, answered: Answered, failed: Failed) -> None:
        """Like `submit`, but the commit calls `answered` with the answer, or `failed` with `Unavailable`.

        Where a model had to be read first, `failed` is called with whatever is raised then. Where the answer
        is `ToldLater`, either is called by the commit of what it says, `failed` with a `Rejection` perhaps.

        Neither may raise, and neither may wait.
        """
        size = self._refuse_when_full(command)
        try:
            decision = self._decider.decide(command)
        except ModelNeeded as needed:
            self._wait_for(needed, size, lambda: self.submit_then(command, answered, failed), failed)
            return
        if isinstance(decision.answer, ToldLater):
            answered, failed = self._decider.settlements.put_off(decision.answer, answered, failed)
        answer_later(self._decider.open, self._pending, size, decision.answer, answered, failed)
        self._after_decision()
        if isinstance(command, ENDING):
            for watch in self._work_watchers:
                watch(len(decision.ended))

    def submit_and_follow(
        self, command: Command
    ) -> tuple[asyncio.Future[Any], asyncio.Future[InstanceEnded]]:
        """Like `submit` for a command that creates a process instance; the second future has its end. It has
        once that is durable.
        """
        loop = asyncio.get_running_loop()
        answered: asyncio.Future[Any] = loop.create_future()
        ended: asyncio.Future[InstanceEnded] = loop.create_future()
        self._begin_followed(command, answered, ended)
        return answered, ended

    def _begin_followed(
        self, command: Command, answered: asyncio.Future[Any], ended: asyncio.Future[InstanceEnded]
    ) -> None:
        give, failed = into(answered)
        size = self._refuse_when_full(command)
        try:
            decision = self._decider.decide(command)
        except ModelNeeded as needed:
            self._wait_for(needed, size, lambda: self._begin_followed(command, answered, ended), failed)
            return
        batch, ends, key = self._decider.open, self._decider.ends, decision.answer.key
        ends.follow(key, ended)
        ends.answer_later(batch, decision.ended)
        answer_later(batch, self._pending, size, decision.answer, give, failed)
        ends.answer_if_it_never_began(batch, key, ended)
        self._after_decision()

    def _wait_for(self, needed: ModelNeeded, size: int, again: Callable[[], None], failed: Failed) -> None:
        """Give a command again when the model that it needs was read; it is pending until then."""
        self._pending.enter(size)

        def is_read(why_not: Unavailable | None) -> None:
            self._pending.leave(size)
            if why_not is not None:
                failed(why_not)
                return
            try:
                again()
            except Exception as error:  # noqa: BLE001 - whatever it is, the caller is told
                failed(error)

        self._models.wait(needed, is_read)

    def end_settlements(self, error: Exception) -> None:
        """Whoever waits for the end of what their command has begun is told this in its place."""
        self._decider.settlements.end(error)

    def follow(self, process_instance_key: int) -> asyncio.Future[InstanceEnded] | None:
        """A future that has the end of an instance that goes on; None where it has ended, or there is none.
        It has that once it is durable. Raises `Unavailable` where that cannot be known.
        """
        self._refuse_when_lost()
        instance = self._decider.state.instance(process_instance_key)
        if instance is None or instance.header is None or instance.header.state != ACTIVE:
            return None
        ended: asyncio.Future[InstanceEnded] = asyncio.get_running_loop().create_future()
        self._decider.ends.follow(process_instance_key, ended)
        return ended

    def stop_following(self, process_instance_key: int, ended: asyncio.Future[InstanceEnded]) -> None:
        """Whoever waited for the end of this instance waits no longer."""
        self._decider.ends.leave(process_instance_key, ended)

    @property
    def is_due_held(self) -> bool:
        """Whether nothing that is due is triggered before `release_due`."""
        return self._alarm.is_held

    def release_due(self) -> bool:
        """From now on what is due is triggered; answers whether anything was held.

        Work of no instance goes on as well that no server has survived.
        """
        was_held = self._alarm.release()
        return self._pages.release() or was_held

    def pin_clock(self, ms: int | None) -> None:
        """The clock stands at this moment, or goes on (None). Raises `Rejection` for one that is over."""
        now_ms = self._decider.now_ms()
        if ms is not None and ms < now_ms:
            raise Rejection(
                RejectionType.INVALID_ARGUMENT,
                f"Expected a moment that is not over, since time never goes back here: {now_ms} or later, in "
                f"milliseconds since 1970, but found {ms}",
            )
        self._decider.clock.pin(ms)
        self._alarm.clear()
        self._alarm.set()

    def watch_work(self, watcher: Callable[[int], None]) -> None:
        """From now on call `watcher` after each command that brings work to its end. It is called with the
        number of instances that have ended by it.
        """
        self._work_watchers.append(watcher)

    # -- jobs ------------------------------------------------------------------------------------------------

    @property
    def takers(self) -> Takers:
        """Who takes jobs."""
        return self._offers.takers

    def offer(self, job_type: str) -> None:
        """Give ready jobs of a type to those who take them: a stream has credit again, or one has come."""
        self._offers.offer(job_type)

    def is_ready(self, job_type: str) -> bool:
        """Whether a job of a type can be taken now."""
        return self._offers.is_ready(job_type)

    # -- asking ----------------------------------------------------------------------------------------------

    @property
    def commands(self) -> int:
        """How many commands were decided, rejected ones included."""
        return self._decider.commands

    def measures(self) -> Measures:
        """Its numbers by now."""
        state, tally = self._decider.state, self._decider.tally
        return Measures(
            commands=self.commands,
            commits=self.commits,
            commit_seconds=self._commit_seconds,
            events=tally.events(),
            ends=tally.ends(),
            pending_commands=self._pending.count,
            pending_bytes=self._pending.bytes,
            quarantined=len(state.set_aside),
            timer_lag_seconds=self._decider.timer_lag_seconds(),
            jobs_without_worker=unasked_types(state, self.takers.asked_for()),
        )

    def is_decision_deployed(self, decision_id: str) -> bool:
        """Whether any version of a decision is deployed."""
        return decision_id in self._decider.state.decisions.latest

    # -- life ------------------------------------------------------------------------------------------------

    async def __aenter__(self) -> Self:
        """Commands are carried out from now on; nothing that is due is triggered before `start`."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    def start(self) -> None:
        """Begin to trigger what is due and go on with what is unfinished, unless that is held. What is
        damaged, or what a process before this one has not survived, is set aside. Raises `StoreError`.
        """
        self._decider.set_damaged_aside()
        self._alarm.begin()
        self._pages.start()
        self._schedule_commit()

    async def stop(self) -> None:
        """Refuse new commands, commit what is decided, and let go of the thread. The store stays open."""
        self._stopping = True
        self._alarm.stop()
        self._pages.stop()
        self._models.stop()
        self._offers.stop()
        await self.settle()
        self._is_stopped = True
        self._thread.shutdown()

    def stop_reading(self) -> None:
        """Read no model any more, nor to its end: what needs one is told that the server is stopping."""
        self._models.stop()

    async def settle(self) -> None:
        """Wait until everything decided so far is committed and delivered."""
        self._schedule_commit()
        while self._committing is not None:
            await asyncio.shield(self._committing)  # whoever stops waiting must not break a commit off

    # -- deciding --------------------------------------------------------------------------------------------

    def _refuse_when_full(self, command: Command) -> int:
        """Answers the command's size. Jobs that reach nobody come back also while stopping: who starts next
        can give them away at once.
        """
        if self._is_stopped or (self._stopping and not isinstance(command, ReturnJob | HoldJob)):
            raise Unavailable(STOPPING)
        self._refuse_when_lost()
        size = size_of(command)
        if why := self._pending.why_full(command, size):
            raise Overloaded(why)
        return size

    def _refuse_when_lost(self) -> None:
        if self._decider.is_damaged:
            raise Unavailable("A command that was broken off is being taken back; try again at once")
        if self._decider.is_lost and not self._come_back():
            raise Unavailable(
                "The database can neither be written nor read; try again when it is back "
                f"({self._decider.why_lost})"
            )

    def _after_page(self, ended: int) -> None:
        self._after_decision()
        if ended:
            for watch in self._work_watchers:
                watch(ended)

    def _after_decision(self) -> None:
        self._offers.offer_new()
        self._alarm.set()
        self._pages.set()
        self._schedule_commit()

    # -- committing ------------------------------------------------------------------------------------------

    def _schedule_commit(self) -> None:
        if self._committing is None and self._has_something_to_do:
            self._committing = asyncio.get_running_loop().create_task(self._commit_all())

    @property
    def _has_something_to_do(self) -> bool:
        return self._decider.has_something_to_commit or self._decider.is_damaged

    async def _commit_all(self) -> None:
        """Commit batch after batch, as long as there is something in the open one. It goes on from the store
        where the state is damaged, which is after the commit that is under way.
        """
        try:
            while self._has_something_to_do:
                if self._decider.is_damaged:
                    self._discard([], StoreError("a command was broken off while it changed the state"))
                else:
                    await self._commit_one()
        finally:
            self._committing = None

    async def _commit_one(self) -> None:
        number = self._decider.state.batch
        try:
            sealed, batch = self._decider.seal()
        except MemoryError as error:
            self._fail([], error)
            return
        begun = perf_counter()
        try:
            await self._make_durable(batch)
        except Exception as error:  # noqa: BLE001 - whatever went wrong, the batch is not known to be durable
            self._fail(sealed.failed, error)
            return
        self.commits += 1
        self._commit_seconds += perf_counter() - begun
        answer_all(sealed.committed)
        if not self._decider.is_damaged:
            self._observers.notify(Committed(number, batch, self._decider.state))

    def _release(self, committed: Committed) -> None:
        committed.state.release(committed.number, self._models.caches(self._caches))

    async def _make_durable(self, batch: Batch) -> None:
        if batch.log or batch.puts:
            await self._write(batch)
            await asyncio.get_running_loop().run_in_executor(self._thread, self._store.sync)

    async def _write(self, batch: Batch) -> None:
        """Write it, as soon as nobody else's lock is in the way. Raises `StoreError`, and `StoreBusy` where
        that lasts longer than `LOCKED_S`.
        """
        loop = asyncio.get_running_loop()
        give_up = loop.time() + LOCKED_S
        while True:
            try:
                self._store.write(batch)
            except StoreBusy:
                if loop.time() >= give_up:
                    raise
                await asyncio.sleep(LOCK_LOOK_S)
            else:
                return

    def _fail(self, sealed: Sequence[Failed], error: Exception) -> None:
        """A batch could not be committed. What would come again by itself waits a while: it may be what no
        batch can be committed with, and would be tried without end.
        """
        self._alarm.rest()
        self._pages.rest()
        self._discard(sealed, error)

    def _discard(self, sealed: Sequence[Failed], error: Exception) -> None:
        if isinstance(error, StoreError):
            logger.error("A batch could not be committed, going on from the store: %s", error)
        else:
            logger.error("A batch could not be committed, going on from the store", exc_info=error)
        later = self._decider.discard()
        self._alarm.clear()
        if not self._recover():
            logger.error("The store cannot be read; nothing is decided until it can")
        answer_all([functools.partial(tell, error) for tell in (*sealed, *later.failed)])

    def _come_back(self) -> bool:
        """Callers ask again and again while the store is away, so that only its return is told."""
        has_come_back = self._recover()
        if has_come_back:
            logger.info("The store can be read again")
        return has_come_back

    def _recover(self) -> bool:
        """Go on from what the store holds; answers whether it could be read."""
        has_recovered = self._decider.recover()
        if has_recovered:
            self._alarm.set()
            self._pages.set()
        return has_recovered
