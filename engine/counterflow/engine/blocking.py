"""An engine for programs that wait for each verb, such as a notebook.

    with open_engine("sqlite:///trip.db") as engine:
        engine.deploy("trip.bpmn")
        trip = engine.start("trip", {"city": "Rome"})

It works in a thread of its own, so that timers come and workers work while the program does something else.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Coroutine
from types import TracebackType
from typing import Any, Self, TypeVar

from counterflow.engine.blocking_verbs import BlockingVerbs
from counterflow.engine.engine import ANOTHER_PROCESS, Engine
from counterflow.engine.handlers import WorkerTask
from counterflow.settings import Settings

Answer = TypeVar("Answer")

OWN_THREAD = (
    "Expected a verb of this engine to be called outside its own thread, in which async workers run, but it "
    "was called there; make the worker a plain function, or use counterflow.Engine, whose verbs are awaited"
)

CLOSED = "Expected an engine that is open, but this one is closed; open another one"


class BlockingEngine(BlockingVerbs):
    """One engine on one database, at work from the beginning until `close`, or the end of `with`. Its
    methods are called from any thread but its own: an `async` worker calls none of them.
    """

    def __init__(self, database: str | None = None, settings: Settings | None = None) -> None:
        self._verbs = self._engine = _Inside(database, settings)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="counterflow-engine", daemon=True)
        self._is_open = True
        self._process = os.getpid()
        self._thread.start()
        try:
            self._wait(self._engine.__aenter__())
        except BaseException:
            self._end()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End what waits, let what is under way finish within the settings' grace, commit, and close.

        Once is enough.
        """
        if why := self._why_not_here():
            raise RuntimeError(why)
        if self._is_open:
            try:
                self._wait(self._engine.__aexit__(None, None, None))
            finally:
                self._end()

    def _wait(self, verb: Coroutine[Any, Any, Answer]) -> Answer:
        if why := self._why_not_here() or ("" if self._is_open else CLOSED):
            verb.close()
            raise RuntimeError(why)
        future = asyncio.run_coroutine_threadsafe(verb, self._loop)
        try:
            return future.result()
        except KeyboardInterrupt:
            future.cancel()
            raise

    def _why_not_here(self) -> str:
        """Whoever waits in the engine's own thread keeps it from doing what they wait for; a fork has no such
        thread.
        """
        if os.getpid() != self._process:
            return ANOTHER_PROCESS
        return OWN_THREAD if threading.current_thread() is self._thread else ""

    def _end(self) -> None:
        self._is_open = False
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()  # handlers that have outlived the grace are waited for no more


class _Inside(Engine):
    """The engine in the thread; workers are begun there too."""

    def _add_worker(self, task: WorkerTask) -> None:
        if self._loop is None or self._loop.is_closed():
            raise RuntimeError(CLOSED)
        self._loop.call_soon_threadsafe(super()._add_worker, task)


def open_engine(database: str | None = None, settings: Settings | None = None) -> BlockingEngine:
    """An engine at work on a database (`sqlite:///FILE` or `memory:`), made or migrated if need be: the one
    that is given, else that of the settings, else one in memory.

    Raises `StoreError`, `TypeError`, `SettingsError` for settings that no server would take, and `ValueError`
    where the settings name another database.
    """
    return BlockingEngine(database, settings)
