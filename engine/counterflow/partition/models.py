"""Models that commands need and that are not at hand: read aside, one at a time. Everything else goes on
meanwhile.

A command that needs one was broken off and has left no trace (`kernel/state/shelf.py`). It waits here, and is
given again when the model is there; so does what is due, and so do jobs that cannot be given out without it.
"""

from __future__ import annotations

import asyncio
import functools
import sys
from collections.abc import Callable

from counterflow.aside import Aside
from counterflow.kernel.row import Row
from counterflow.kernel.state.shelf import ModelNeeded
from counterflow.kernel.state.source import CacheLimits
from counterflow.kernel.vocabulary import BrokenInvariant, Damaged
from counterflow.partition.answers import answer_all
from counterflow.partition.decider import Decider
from counterflow.partition.refusals import STOPPING, Unavailable
from counterflow.partition.source import cannot_be_read, keep_model
from counterflow.store.port import StoreError

READING_MS = 20_000
"""How long the reading of one model may take, or of the files of one deployment."""

Place = tuple[type[Row], int]
Waiter = Callable[[Unavailable | None], None]


class Models:
    """Reads what is needed, the longest awaited first. `limit_ms` is how long one may take."""

    def __init__(self, decider: Decider, limit_ms: int) -> None:
        self._decider = decider
        self._limit_ms = limit_ms
        self._needed: dict[Place, ModelNeeded] = {}
        self._waiting: dict[Place, list[Waiter]] = {}
        self._aside = Aside("counterflow-models")
        self._reading: asyncio.Task[None] | None = None
        self._is_stopped = False

    def wait(self, needed: ModelNeeded, waiter: Waiter) -> None:
        """Call `waiter` once the model was read or cannot be, or with what keeps it from being looked for.
        Where it cannot be read, a command that needs it says so.
        """
        if self._is_stopped:
            waiter(Unavailable(STOPPING))
            return
        key = type(needed.row), needed.row.key
        self._needed.setdefault(key, needed)
        self._waiting.setdefault(key, []).append(waiter)
        if self._reading is None:
            self._reading = asyncio.get_running_loop().create_task(self._read_all())

    def caches(self, caches: CacheLimits) -> CacheLimits:
        """The room in memory: while a model is read, those stay that were read for the same command."""
        return caches if self._reading is None else caches._replace(model_bytes=sys.maxsize)

    def stop(self) -> None:
        """Read nothing any more, nor to its end, and say so to all who wait."""
        self._is_stopped = True
        if self._reading is not None:
            self._reading.cancel()
        self._aside.break_off()
        for key in list(self._waiting):
            self._answer(key, Unavailable(STOPPING))

    async def _read_all(self) -> None:
        try:
            while self._needed:
                key, needed = next(iter(self._needed.items()))
                self._answer(key, await self._read(needed))
        finally:
            self._reading = None

    async def _read(self, needed: ModelNeeded) -> Unavailable | None:
        read = asyncio.get_running_loop().run_in_executor(self._aside, self._decider.read_model, needed)
        try:
            async with asyncio.timeout(self._limit_ms / 1000):
                model = await read
        except StoreError as error:
            return Unavailable(f"The database could not be read: {error}")
        except TimeoutError:
            self._aside.break_off()
            what = f"the model of {needed.row.table} {needed.row.key}"
            why = f"{what} could not be read within {self._limit_ms} ms (reading_ms)"
            cannot_be_read(self._decider.state, needed, BrokenInvariant(why))
        except Damaged as damaged:
            cannot_be_read(self._decider.state, needed, damaged)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is met again by the commands that need the model
            why = f"{type(error).__name__}: {error}"
            cannot_be_read(self._decider.state, needed, BrokenInvariant(why))
        else:
            keep_model(self._decider.state, needed, model)
        finally:
            del read  # what it has raised holds this frame
        return None

    def _answer(self, key: Place, why_not: Unavailable | None) -> None:
        del self._needed[key]
        answer_all([functools.partial(waiter, why_not) for waiter in self._waiting.pop(key)])
