"""All that may be asked of an engine, put together, and the order in which it falls silent."""

from __future__ import annotations

import asyncio
import logging
import math
from types import TracebackType
from typing import Self

from counterflow.partition.batch import PARTITION_ID
from counterflow.partition.writer import Writer
from counterflow.service.admission import Admission
from counterflow.service.commands import Commands
from counterflow.service.deployments import Deployments
from counterflow.service.documents import DocumentStore
from counterflow.service.fetches import Fetches
from counterflow.service.polls import Polls
from counterflow.service.questions import Questions
from counterflow.service.rests import Rests
from counterflow.service.results import Results
from counterflow.service.returns import Returns
from counterflow.service.streams import Streams
from counterflow.service.turns import Turns
from counterflow.settings import Settings
from counterflow.store.port import Store

logger = logging.getLogger("counterflow.service")

STALLED_SHARE = 0.25
"""What part of the grace of a stop is waited for a stream whose client does not read."""


class Service:
    """One engine, as those see it who ask it for things.

    All methods are called from the event loop's thread.
    """

    def __init__(self, writer: Writer, store: Store, settings: Settings) -> None:
        self.settings = settings
        self.partitions = (PARTITION_ID,)
        self.admission = Admission(settings)
        self.turns = Turns(settings)
        rests = Rests()
        self.commands = Commands(writer, self.admission, self.turns, rests)
        self.deployments = Deployments(writer, settings)
        self.returns = Returns(writer)
        self.polls = Polls(writer, self.admission, self.returns)
        self.streams = Streams(writer, self.admission, self.returns)
        self.results = Results(writer, self.admission, self.turns, rests, settings.request_timeout_ms)
        self.questions = Questions(store, self.admission)
        self.documents = DocumentStore(settings.database, settings.documents_bytes)
        self.fetches = Fetches(writer, self.admission, self.returns, self.polls, self.questions)
        self._takers = writer.takers
        self.measures = writer.measures
        """The numbers of the partition by now."""
        self._stop_reading = writer.stop_reading
        self._grace_ends = math.inf
        """When the grace of a stop is over, in seconds of the event loop."""
        writer.watch_work(self.turns.work_went_on)

    async def __aenter__(self) -> Self:
        self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Fall silent, and let what is under way finish within what is left of the grace."""
        self.fall_silent()
        await self.idle()
        await self.stop()

    def asked_for(self) -> frozenset[str]:
        """The types of jobs that somebody takes, or waits for, by now."""
        return self._takers.asked_for()

    def start(self) -> None:
        """Let callers in."""
        self.admission.open()

    def begin_grace(self, grace_seconds: float) -> None:
        """A stop begins: what is under way has so long to finish. However many have a part in the stop, and
        each says so, the grace is over when it is for the first of them.
        """
        self._grace_ends = min(self._grace_ends, asyncio.get_running_loop().time() + grace_seconds)

    def grace_left(self) -> float:
        """What is left of the grace, in seconds."""
        return max(self._grace_ends - asyncio.get_running_loop().time(), 0.0)

    def fall_silent(self) -> None:
        """Let nobody in any more, and end those who wait; what is under way goes on.

        The writer must still be at work, since jobs come back.
        """
        self.begin_grace(self.settings.shutdown_grace_ms / 1000)
        self.admission.close()
        self._takers.end_polls()
        self.streams.end(self.grace_left() * STALLED_SHARE)
        self.questions.end(self.grace_left() * STALLED_SHARE)
        self.results.end()
        self.commands.end()
        self.deployments.end()
        self._stop_reading()

    async def idle(self) -> None:
        """Wait until nothing that was asked for is under way, as long as the grace lasts."""
        try:
            async with asyncio.timeout_at(self._grace_ends):
                await self.admission.idle()
        except TimeoutError:
            logger.warning("Calls are still under way though the grace is over; they are broken off")

    async def stop(self) -> None:
        """Wait for what is still under way, and let go of the threads. Those at the doors have gone."""
        await self.admission.idle()
        self.questions.close()
        self.documents.close()
