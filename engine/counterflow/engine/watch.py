"""Who looks at the database once a second, so that its loss is noticed also while nothing is written."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from types import TracebackType
from typing import Self

from counterflow.store.errors import DatabaseLostError
from counterflow.store.port import Store, StoreError

logger = logging.getLogger("counterflow.store")

LOOKS_EVERY_S = 1.0


class StoreWatch:
    """Looks at a store inside `async with`, in a thread. `lost` is told, once, why it is no longer ours."""

    def __init__(self, store: Store, every_s: float = LOOKS_EVERY_S) -> None:
        self._store = store
        self._every_s = every_s

    async def __aenter__(self) -> Self:
        """Begin to look."""
        self.lost: asyncio.Future[DatabaseLostError] = asyncio.get_running_loop().create_future()
        self._task = asyncio.create_task(self._look())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Look no longer."""
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task

    async def _look(self) -> None:
        while not self.lost.done():
            await asyncio.sleep(self._every_s)
            try:
                await asyncio.to_thread(self._store.look)
            except DatabaseLostError as lost:
                logger.critical("The database is lost, and nothing is acknowledged any more: %s", lost)
                self.lost.set_result(lost)
            except StoreError as error:
                logger.warning("The database could not be looked at: %s", error)
