"""An engine for programs that wait for each verb, such as a notebook.

    with open_engine("sqlite:///trip.db") as engine:
        engine.deploy("trip.bpmn")
        trip = engine.start("trip", {"city": "Rome"})

It works in a thread of its own, so that timers come and workers work while the program does something else.
"""

from __future__ import annotations

import asyncio
import logging
import os
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import CancelledError, Future
from contextlib import suppress
from types import TracebackType
from typing import Any, Self, TypeVar

from counterflow.engine.blocking_verbs import BlockingVerbs
from counterflow.engine.engine import ANOTHER_PROCESS, Engine
from counterflow.engine.handlers import WorkerTask
from counterflow.engine.workers import LAST_MOMENT_SECONDS, is_doing_job_of
from counterflow.settings import Settings

Answer = TypeVar("Answer")

logger = logging.getLogger("counterflow.engine")

OWN_THREAD = (
    "Expected a verb of this engine to be called outside its own thread, in which async workers run, but it "
    "was called there; make the worker a plain function, or use counterflow.Engine, whose verbs are awaited"
)

CLOSED_BY_WORKER = (
    "Expected this engine to be closed by the program, but one of its workers was about to close it, and the "
    "end waits for workers; let the handler return, and close the engine where it was opened"
)
CLOSED = "Expected an engine that is open, but this one is closed; open another one"


class BlockingEngine(BlockingVerbs):
    """One engine on one database, at work from the beginning until `close`, or the end of `with`. Its
    methods are called from any thread but its own: an `async` worker calls none of them.
    """

    def __init__(self, database: str | None = None, settings: Settings | None = None) -> None:
        self._verbs = self._engine = _Inside(database, settings)
        self._loop = asyncio.new_event_loop()
        self._life = self._loop.create_task(self._live())
        self._opened: Future[None] = Future()
        self._leaving = asyncio.Event()
        self._ended = threading.Event()
        """What is waited for: a thread whose `join` was interrupted counts as ended at once (bpo-45274)."""
        self._failure: BaseException | None = None
        self._is_open = True
        self._gate = threading.RLock()
        """Held to ask and to begin to close, so that nobody asks a loop that has come to its end."""
        self._process = os.getpid()
        self._thread = threading.Thread(target=self._work, name="counterflow-engine", daemon=True)
        self._thread.start()
        try:
            self._opened.result()
        except BaseException:
            self._leave()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close; a fork that leaves the block has nothing to close."""
        if os.getpid() == self._process:
            self.close()

    def close(self) -> None:
        """End what waits, let what is under way finish within the settings' grace, commit, and close.

        Once is enough. Ctrl-C cuts the grace short, and is raised when all is closed. Raises `RuntimeError`
        for one of its own workers, which it would wait for.
        """
        if why := self._why_not_here() or self._why_not_by_worker():
            raise RuntimeError(why)
        self._leave()
        failure, self._failure = self._failure, None
        if failure is not None:
            raise failure

    def _leave(self) -> None:
        """Let the engine come to its end, and wait for that, whoever else does."""
        with self._gate:
            if self._is_open:
                self._is_open = False
                self._call_in_loop(self._leaving.set)
        try:
            self._ended.wait()
        except KeyboardInterrupt:
            self._call_in_loop(self._life.cancel)
            self._ended.wait()
            raise
        finally:
            self._thread.join()

    def _call_in_loop(self, call: Callable[[], object]) -> None:
        with suppress(RuntimeError):  # it has closed by now
            self._loop.call_soon_threadsafe(call)

    def _wait(self, verb: Coroutine[Any, Any, Answer]) -> Answer:
        try:
            future = self._begun(verb)
        except BaseException:
            verb.close()
            raise
        try:
            return future.result()
        except CancelledError:
            raise RuntimeError(CLOSED) from None
        except KeyboardInterrupt:
            future.cancel()
            raise

    def _begun(self, verb: Coroutine[Any, Any, Answer]) -> Future[Answer]:
        if why := self._why_not_here():
            raise RuntimeError(why)
        with self._gate:
            if not self._is_open:
                raise RuntimeError(CLOSED)
            return asyncio.run_coroutine_threadsafe(verb, self._loop)

    def _why_not_here(self) -> str:
        """Why nothing can be waited for in this thread or process; empty where it can be. Whoever waits in
        the engine's own thread keeps it from doing what they wait for; a fork has no such thread.
        """
        if os.getpid() != self._process:
            return ANOTHER_PROCESS
        return OWN_THREAD if threading.current_thread() is self._thread else ""

    def _why_not_by_worker(self) -> str:
        return CLOSED_BY_WORKER if self._engine.is_asked_by_worker() else ""

    # -- in the thread ---------------------------------------------------------------------------------------

    def _work(self) -> None:
        self._run_until(self._life)
        self._run_until(self._loop.create_task(_end_others()))
        self._loop.close()  # handlers that have outlived the grace are waited for no more
        self._ended.set()

    def _run_until(self, task: asyncio.Task[None]) -> None:
        """Run the loop until a task is done, whatever tasks of handlers throw out of it meanwhile."""
        while not task.done():
            try:
                self._loop.run_until_complete(task)
            except BaseException as error:  # noqa: BLE001 - who asks this engine would wait for ever
                logger.error(  # noqa: TRY400 - its words and its trace are the program's
                    "Expected tasks that end by themselves, but one has raised %s", type(error).__name__
                )

    async def _live(self) -> None:
        try:
            async with self._engine:
                self._opened.set_result(None)
                try:
                    await self._leaving.wait()
                except asyncio.CancelledError:
                    self._life.cancel()  # it is the end that is to be cut short, and that begins now
        except BaseException as error:  # noqa: BLE001 - whoever opens or closes it hears of it
            if not self._opened.done():
                self._opened.set_exception(error)
            elif not isinstance(error, asyncio.CancelledError):
                self._failure = error


async def _end_others() -> None:
    """Cancel every other task of the loop, and give them a moment to end."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    if others:
        await asyncio.wait(others, timeout=LAST_MOMENT_SECONDS)


class _Inside(Engine):
    """The engine in the thread; workers are begun there too."""

    def is_asked_by_worker(self) -> bool:
        """Whether whoever asks is a handler that does a job of this engine."""
        return is_doing_job_of(self._service)

    def _add_worker(self, task: WorkerTask) -> None:
        if self._process and os.getpid() != self._process:
            raise RuntimeError(ANOTHER_PROCESS)
        if self._loop is None or self._loop.is_closed():
            raise RuntimeError(CLOSED)
        self._loop.call_soon_threadsafe(super()._add_worker, task)


def open_engine(database: str | None = None, settings: Settings | None = None) -> BlockingEngine:
    """An engine at work on a database (`sqlite:///FILE` or `memory:`), made or migrated if need be. It is the
    one that is given, else that of the settings, else one in memory.

    Raises `StoreError`, `TypeError`, `SettingsError` for settings that no server would take, and `ValueError`
    where the settings name another database.
    """
    return BlockingEngine(database, settings)
