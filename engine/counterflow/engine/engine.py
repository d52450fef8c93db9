"""An engine in the program itself, without a network.

async with Engine("sqlite:///trip.db") as engine:

    @engine.worker("book-hotel")
    async def book_hotel(job: WorkerJob) -> dict[str, str]:
        return {"hotel": f"H-{job.process_instance_key}"}

    await engine.deploy("trip.bpmn")
    trip = await engine.start("trip", {"city": "Rome"})
    print((await engine.end_of(trip)).variables)
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, closing, contextmanager
from dataclasses import replace
from types import TracebackType
from typing import Any, NamedTuple, Self, TypeVar

from counterflow.caller import Caller
from counterflow.engine.handlers import WorkerTask
from counterflow.engine.verbs import Verbs
from counterflow.engine.watch import StoreWatch
from counterflow.engine.workers import HandlerWorker
from counterflow.kernel.lives.deployments import Deployment
from counterflow.kernel.state.source import CacheLimits
from counterflow.kernel.vocabulary import Command, InstanceEnded, Rejection, RejectionType
from counterflow.kernel.work.budget import ProcessLimits
from counterflow.model.events import CompensationOrder
from counterflow.partition.refusals import Unavailable
from counterflow.partition.timekeeping import Timekeeping
from counterflow.partition.underway import Underway
from counterflow.partition.watchdog import Watchdog
from counterflow.partition.writer import Writer
from counterflow.service.refusals import ResultLost
from counterflow.service.resources import File
from counterflow.service.service import Service
from counterflow.settings import Settings, usable
from counterflow.store.open import IN_MEMORY, file_beside, masked, open_store
from counterflow.store.port import Store, StoreError

Answer = TypeVar("Answer")

logging.getLogger("counterflow").addHandler(logging.NullHandler())
"""A program that has asked for no log is told nothing on stderr. One that has hears of incidents and the
like.
"""

INSIDE = Caller("inside")
"""Who asks an engine that is in the program itself."""

NOT_AT_WORK = (
    "Expected an engine at work, but this one is not open; its verbs are for the inside of "
    "`async with Engine(…) as engine`"
)
ANOTHER_PROCESS = (
    "Expected a verb to be called in the process that opened the engine, but this is a fork of it; open an "
    "engine of its own there, on another database, or ask a server"
)
ANOTHER_LOOP = (
    "Expected a verb to be called in the event loop that opened the engine, but it was called in another "
    "thread or loop; use asyncio.run_coroutine_threadsafe there, or counterflow.open, whose verbs are for "
    "every thread"
)


class Engine(Verbs):
    """One engine on one database, at work inside `async with`. The database is the one that is given, else
    that of the settings, else one in memory. All methods are called from its event loop's thread.

    Raises `TypeError`, `SettingsError` for settings that no server would take, and `ValueError` where the
    settings name another database.
    """

    def __init__(self, database: str | None = None, settings: Settings | None = None) -> None:
        self.settings = _chosen(database, settings)
        self._workers: list[HandlerWorker] = []
        self._service: Service | None = None
        self._parts: AsyncExitStack | None = None
        self._process = 0
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def _at_work(self) -> Service:
        """What the verbs are asked of.

        Raises `RuntimeError` where the engine is not at work, or not in this process and this event loop.
        """
        if self._service is None:
            raise RuntimeError(NOT_AT_WORK)
        if os.getpid() != self._process:
            raise RuntimeError(ANOTHER_PROCESS)
        if _running_loop() is not self._loop:
            raise RuntimeError(ANOTHER_LOOP)
        return self._service

    async def __aenter__(self) -> Self:
        """Open the database, made or migrated if need be, and begin to work.

        Raises `StoreError`, and `RuntimeError` where it is open already.
        """
        if self._parts is not None:
            raise RuntimeError("Expected an engine that is not open yet, but this one is; open another one")
        self._parts = AsyncExitStack()
        try:
            async with AsyncExitStack() as parts:
                writer, self._service, _ = await parts.enter_async_context(opened(self.settings))
                self._process, self._loop = os.getpid(), asyncio.get_running_loop()
                parts.push_async_callback(self._stop_workers)
                writer.start()
                self._parts = parts.pop_all()
        except BaseException:
            self._parts = self._service = None
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End what waits, let what is under way finish within the settings' grace, commit, and close. A fork
        leaves it alone: the connections to the database are its parent's.

        Raises `RuntimeError` where it is not open.
        """
        if self._process and os.getpid() != self._process:
            return
        self._at_work  # noqa: B018 - raises where this is not the place
        if self._parts is None:
            raise RuntimeError(NOT_AT_WORK)
        try:
            await self._parts.aclose()
        finally:
            self._parts = self._service = None

    async def _stop_workers(self) -> None:
        self._at_work.begin_grace(self.settings.shutdown_grace_ms / 1000)
        try:
            await asyncio.gather(*(worker.stop(self._at_work.grace_left()) for worker in self._workers))
        finally:
            for worker in self._workers:
                worker.break_off()  # also where the end was cut short before they began to stop
            self._workers.clear()

    async def _do(self, command: Command) -> Any:
        self._at_work.admission.check()
        with _reading():
            return await self._at_work.commands.ask(command)

    async def _ask(self, question: Callable[[Store], Answer]) -> Answer:
        with self._at_work.admission.under_way(), _reading():
            return await self._at_work.questions.ask(question)

    async def _deploy(self, files: Sequence[File]) -> Deployment:
        with self._at_work.admission.under_way():
            return await self._at_work.deployments.deploy(files, INSIDE)

    async def _wait_for_end(self, process_instance_key: int) -> InstanceEnded | None:
        self._at_work.admission.check()
        with _reading():
            return await self._at_work.results.end_of(process_instance_key)

    def _asked_for(self) -> frozenset[str]:
        return self._at_work.asked_for()

    def _default_order(self) -> CompensationOrder:
        return self.settings.compensation_order

    def _add_worker(self, task: WorkerTask) -> None:
        worker = HandlerWorker(self._at_work, task)
        worker.start()
        self._workers.append(worker)


def _chosen(database: str | None, settings: Settings | None) -> Settings:
    """The settings of an engine, with its database in them."""
    if database is not None and not isinstance(database, str):
        raise TypeError(f"Expected the URL of a database, such as sqlite:///trip.db, but found {database!r}")
    if settings is not None and not isinstance(settings, Settings):
        raise TypeError(f"Expected counterflow.Settings(…), but found {settings!r}")
    if settings is None:
        return Settings(database=IN_MEMORY if database is None else database)
    chosen = usable(settings)
    if database is None:
        return chosen
    if chosen.database not in {database, Settings().database}:  # the default may not have been said at all
        raise ValueError(
            f"Expected one database, but found {masked(database)}, and {masked(chosen.database)} in the "
            "settings; name it in one of the two"
        )
    return replace(chosen, database=database)


def _running_loop() -> asyncio.AbstractEventLoop | None:
    """The event loop of this thread; None where none runs."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


class Opened(NamedTuple):
    """An open database's writer, the service that callers ask, and who looks at the database."""

    writer: Writer
    service: Service
    watch: StoreWatch


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Opened]:
    """The database of the settings, made or migrated if need be, with its writer and its service. Callers are
    let in; nothing that is due is triggered before `Writer.start`, since what can still fail (a port that
    is taken) must not have run a process. Raises `StoreError`.
    """
    with (
        closing(_opened_store(settings)) as store,
        _underway(settings.database) as underway,
        Watchdog(settings.command_limit_ms, underway.held) as watchdog,
    ):
        time = Timekeeping(watch=watchdog, underway=underway, is_due_held=settings.hold_due)
        async with (
            writer_for(store, settings, time) as writer,
            Service(writer, store, settings) as service,
            StoreWatch(store) as watch,
        ):
            yield Opened(writer, service, watch)


def _opened_store(settings: Settings) -> Store:
    return open_store(settings.database, accepts_loss=settings.accept_loss, takes_over=settings.take_over)


def _underway(database: str) -> Underway:
    path = file_beside(database, "-underway")
    try:
        return Underway(path)
    except OSError as error:
        raise StoreError(
            f"cannot make {path}, which says what was under way when a server was killed: {error.strerror}; "
            "is the folder writable?"
        ) from error


@contextmanager
def _reading() -> Iterator[None]:
    """What keeps the block from its answer is said in the verbs' words. Raises `Rejection` for keys and texts
    that no database could hold, and `Unavailable`.
    """
    try:
        yield
    except StoreError as error:
        if isinstance(error.__cause__, OverflowError | UnicodeEncodeError):
            raise Rejection(
                RejectionType.INVALID_ARGUMENT,
                f"Expected keys of 64 bits and texts of Unicode, but found others: {error.__cause__}",
            ) from error
        raise Unavailable(f"The database could not be read: {error}") from error
    except ResultLost as lost:
        raise Unavailable(str(lost)) from lost


def writer_for(store: Store, settings: Settings, time: Timekeeping) -> Writer:
    """The writer of a store, bounded as the settings say."""
    return Writer(
        store,
        time=time,
        order=settings.compensation_order,
        limits=ProcessLimits(
            steps=settings.steps_without_wait,
            variable_bytes=settings.variable_bytes,
            message_bytes=settings.message_bytes,
        ),
        maximum_pending=settings.pending_commands,
        maximum_pending_bytes=settings.pending_bytes,
        caches=CacheLimits(
            instances=settings.cached_instances,
            instance_bytes=settings.cached_instance_bytes,
            model_bytes=settings.cached_model_bytes,
            waiting=settings.cached_waiting,
            message_bytes=settings.cached_message_bytes,
        ),
        reading_ms=settings.reading_ms,
    )
