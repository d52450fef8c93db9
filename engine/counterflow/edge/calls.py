"""What every call goes through: refusal while the server stops, the limit of time, and the status of what goes wrong."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

from google.protobuf.message import Message
from grpc import StatusCode
from grpc.aio import ServicerContext

from counterflow.edge.status import EXPECTED, fit, status_of
from counterflow.edge.turns import Turns
from counterflow.kernel.job_delivery import ReturnJob
from counterflow.kernel.records import ActivatedJob, Rejection
from counterflow.loop import Loop, Overloaded, Unavailable
from counterflow.settings import Settings

logger = logging.getLogger("counterflow.edge")

Answer = TypeVar("Answer")
Context = ServicerContext[Any, Any]
Behaviour = Callable[[Any, Context], Awaitable[Any]]

STOPPING = "The server is stopping; try again when it is back"


class Calls:
    """What the families of calls share: the loop that carries commands out, the settings, and whether the server stops."""

    def __init__(self, loop: Loop, settings: Settings) -> None:
        self.loop = loop
        self.settings = settings
        self.turns = Turns(settings)
        loop.work_went_on = self.turns.work_went_on
        self.stopping = False
        self._under_way = 0
        self._waiting = 0
        self._idle = asyncio.Event()
        self._idle.set()

    def answered(self, rpc: str, behaviour: Behaviour) -> Behaviour:
        """A handler that answers, or says why not, within the server's request timeout."""
        return self._handler(rpc, behaviour, self.settings.request_timeout_ms / 1000)

    def waiting(self, rpc: str, behaviour: Behaviour) -> Behaviour:
        """A handler that waits for things to happen, for as long as its own rules say. There is room for so many of them."""
        room = self.settings.waiting_calls

        async def wait(request: Message, context: Context) -> Any:
            if self._waiting >= room:
                raise Overloaded(f"{room} polls, streams and calls for a result are open, which is as many as may; try again after a while")
            self._waiting += 1
            try:
                return await behaviour(request, context)
            finally:
                self._waiting -= 1

        return self._handler(rpc, wait, None)

    async def idle(self) -> None:
        """Wait until no call is under way."""
        await self._idle.wait()

    def hand_back(self, jobs: Sequence[ActivatedJob]) -> None:
        """Jobs that reached nobody can be taken by others, their tries unchanged; if even that fails, after their deadline."""
        for job in jobs:
            try:
                done = self.loop.submit(ReturnJob(job_key=job.key, deadline_ms=job.deadline_ms))
            except (Rejection, Overloaded, Unavailable) as refused:
                logger.warning("Job %s reached nobody and can be taken only after its deadline: %s", job.key, refused)
            else:
                done.add_done_callback(_look_at)

    def _handler(self, rpc: str, behaviour: Behaviour, timeout_seconds: float | None) -> Behaviour:
        async def answer(request: Message, context: Context) -> Any:
            if self.stopping:
                await context.abort(StatusCode.UNAVAILABLE, STOPPING)
            self._enter()
            try:
                async with asyncio.timeout(timeout_seconds):
                    return await behaviour(request, context)
            except EXPECTED as error:
                status, details = status_of(rpc, error)
            except Exception as error:
                logger.exception("%s met an internal fault", rpc)
                status, details = status_of(rpc, error)
            finally:
                self._leave()
            return await context.abort(status, details)

        return answer

    def _enter(self) -> None:
        self._under_way += 1
        self._idle.clear()

    def _leave(self) -> None:
        self._under_way -= 1
        if not self._under_way:
            self._idle.set()


def unimplemented(what: str, instead: str) -> Behaviour:
    """A handler for a call of the contract whose elements are not there yet."""
    details = fit(f"{what} in this version of Counterflow; {instead}")

    async def answer(request: Message, context: Context) -> None:
        await context.abort(StatusCode.UNIMPLEMENTED, details)

    return answer


async def kept(future: asyncio.Future[Answer], abandoned: Callable[[Answer], None]) -> Answer:
    """The answer to a command; if the caller goes away first, `abandoned` is called with it once it is there."""

    def look(done: asyncio.Future[Answer]) -> None:
        if not done.cancelled() and not done.exception():
            abandoned(done.result())

    try:
        return await asyncio.shield(future)
    except asyncio.CancelledError:
        future.add_done_callback(look)
        raise


def _look_at(done: asyncio.Future[Any]) -> None:
    """An exception that nobody looks at would be reported as forgotten; a job whose return failed comes back at its deadline."""
    if not done.cancelled() and done.exception():
        logger.warning("A job that reached nobody can be taken only after its deadline: %s", done.exception())
