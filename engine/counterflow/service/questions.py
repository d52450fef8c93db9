"""Questions about what there is and has been, answered from the store in threads beside the writer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

from counterflow.budget import Account
from counterflow.partition.refusals import Unavailable
from counterflow.queries.history import records
from counterflow.queries.log import last_position
from counterflow.queries.shapes import HistoryRecord
from counterflow.service.admission import Admission
from counterflow.store.port import Store

Answer = TypeVar("Answer")

READERS = 2
RECORDS_AT_ONCE = 200


class Questions:
    """Asks the store. What is asked with must not change it."""

    def __init__(self, store: Store, admission: Admission) -> None:
        self._store = store
        self._admission = admission
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="counterflow-reader")
        self._deliveries: set[asyncio.Timeout] = set()

    async def ask(self, question: Callable[[Store], Answer]) -> Answer:
        """The answer to a question of the read model (`queries/`). Raises what it raises.

        Such as `lambda store: list_jobs(store, job_type="pay")`.
        """
        return await asyncio.get_running_loop().run_in_executor(self._readers, question, self._store)

    def last_position(self) -> int:
        """Where the log ends by now."""
        return last_position(self._store)

    async def history(
        self,
        deliver: Callable[[Sequence[HistoryRecord]], Awaitable[None]],
        *,
        process_instance_key: int,
        after_position: int,
        limit: int,
        account: Account | None = None,
    ) -> None:
        """Deliver the log of an instance (0: of all), record by record in order of position, some at a time.
        Raises `Overloaded`, and `Unavailable` once the engine stops.
        """
        with self._admission.waiting(account):
            page = await self.ask(
                lambda store: records(
                    store,
                    process_instance_key=process_instance_key,
                    after_position=after_position,
                    limit=limit,
                )
            )
            while some := await self.ask(lambda _: list(islice(page, RECORDS_AT_ONCE))):
                if self._admission.is_closed:
                    raise _go_on_behind(f"position {some[0].position - 1}")
                await self._deliver(deliver(some))

    def end(self, share_seconds: float) -> None:
        """The engine is stopping: who does not read what is being delivered is waited for so long."""
        over = asyncio.get_running_loop().time() + share_seconds
        for delivery in self._deliveries:
            if delivery.when() is None:
                delivery.reschedule(over)

    async def _deliver(self, delivering: Awaitable[None]) -> None:
        delivery = asyncio.timeout(None)
        self._deliveries.add(delivery)
        try:
            async with delivery:
                await delivering
        except TimeoutError:
            if not delivery.expired():
                raise
            raise _go_on_behind("the last record that came") from None
        finally:
            self._deliveries.discard(delivery)

    def close(self) -> None:
        """Wait for the questions that are being answered, and let go of the threads.

        Nobody waits for those that are not any more.
        """
        self._readers.shutdown(cancel_futures=True)


def _go_on_behind(what: str) -> Unavailable:
    return Unavailable(f"The server is stopping; go on behind {what} when it is back")
