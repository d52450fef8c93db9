"""What every call goes through: refusal while the server stops, the limit of time, and the status of what
goes wrong.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, NamedTuple, TypeVar

from google.protobuf.message import Message

from counterflow.edge.status import EXPECTED, fit, status_of
from counterflow.edge.translate import job_on_wire
from counterflow.edge.turns import Turns
from counterflow.kernel.lives.job_delivery import HoldJob, ReturnJob
from counterflow.kernel.vocabulary import ActivatedJob, Command, Rejection
from counterflow.partition.refusals import Overloaded, Unavailable
from counterflow.partition.writer import Writer
from counterflow.settings import Settings
from counterflow.wire.contract import Call, CallIsOver, Method, StatusCode
from counterflow.wire.methods import from_callback, from_task
from counterflow_wire import WireMethod, gateway

logger = logging.getLogger("counterflow.edge")

Answer = TypeVar("Answer")
Context = Call
Behaviour = Callable[[Any, Context], Awaitable[Any]]
"""A coroutine that answers with a message, or, if the rpc streams, writes messages and answers None."""
Start = Callable[[Any, Context], None]

STOPPING = "The server is stopping; try again when it is back"


class Translated(NamedTuple):
    """What a request comes to: a command, and the message that its answer is told with; None where that has
    no fields.

    A command that `begins` something waits for its turn.
    """

    command: Command
    respond: Callable[[Any], Message] | None = None
    begins: bool = False


Translation = Callable[[Any], Translated]
"""From a request. Raises `Refused`."""


class Calls:
    """What the families of calls share: the writer that carries commands out, the settings, and whether the
    server stops.
    """

    def __init__(self, writer: Writer, settings: Settings) -> None:
        self.writer = writer
        self.settings = settings
        self.turns = Turns(settings)
        writer.watch_work(self.turns.work_went_on)
        self.stopping = False
        self._timeout_seconds = settings.request_timeout_ms / 1000
        self._under_way = 0
        self._waiting = 0
        self._held_bytes = 0
        self._idle = asyncio.Event()
        self._idle.set()

    def commanded(self, rpc: WireMethod, translate: Translation) -> Method:
        """A method that is one command: answered from the commit itself, without a task."""

        def start(request: Message, call: Call) -> None:
            translated = translate(request)
            if translated.begins:
                self._wait_for_turn(rpc.name, translated, call)
            else:
                self.begun()
                self._carry_out(rpc.name, translated, call, self.ended)

        return from_callback(
            rpc.path, rpc.request.FromString, self._guarded(rpc.name, start), self._timeout_seconds
        )

    def answered(self, rpc: WireMethod, behaviour: Behaviour) -> Method:
        """A method that a coroutine answers, within the server's request timeout."""
        return from_task(
            rpc.path, rpc.request.FromString, self._behaviour(rpc.name, behaviour), self._timeout_seconds
        )

    def waiting(self, rpc: WireMethod, behaviour: Behaviour) -> Method:
        """A method whose coroutine waits for things to happen, for as long as its own rules say. There is
        room for so many of them.
        """

        async def wait(request: Message, call: Call) -> Any:
            self.begun_waiting()
            try:
                return await behaviour(request, call)
            finally:
                self.ended_waiting()

        return from_task(rpc.path, rpc.request.FromString, self._behaviour(rpc.name, wait))

    def open(self, rpc: WireMethod, start: Start) -> Method:
        """A method that waits for things to happen without a coroutine; it says itself when that begins and
        ends (`begun_waiting`).
        """
        return from_callback(rpc.path, rpc.request.FromString, self._guarded(rpc.name, start))

    def unimplemented(self, rpc: WireMethod, what: str, instead: str) -> Method:
        """A method of the contract whose elements are not there yet."""
        details = fit(f"{what} in this version of Counterflow; {instead}")
        return from_callback(
            rpc.path, rpc.request.FromString, lambda _, call: call.finish(StatusCode.UNIMPLEMENTED, details)
        )

    async def idle(self) -> None:
        """Wait until no call is under way."""
        await self._idle.wait()

    def begun(self) -> None:
        """A call is under way."""
        self._under_way += 1
        self._idle.clear()

    def ended(self) -> None:
        """It is not any more."""
        self._under_way -= 1
        if not self._under_way:
            self._idle.set()

    def begun_waiting(self) -> None:
        """A call that waits for things to happen is under way. Raises `Overloaded` where as many are as
        may.
        """
        room = self.settings.waiting_calls
        if self._waiting >= room:
            raise Overloaded(
                f"{room} polls, streams and calls for a result are open, which is as many as may; try again "
                "after a while"
            )
        self._waiting += 1
        self.begun()

    def ended_waiting(self) -> None:
        """It is not any more."""
        self._waiting -= 1
        self.ended()

    def hold(self, call: Call) -> None:
        """A request is kept in memory while it waits. Raises `Overloaded` where there is no room; while none
        waits there is for any.
        """
        size, most = call.request_bytes, self.settings.waiting_bytes
        if self._held_bytes and self._held_bytes + size > most:
            raise Overloaded(
                f"{self._held_bytes} bytes of requests wait for their turn or their answer, and {size} more "
                "would be too many; try again after a while"
            )
        self._held_bytes += size

    def let_go(self, call: Call) -> None:
        """It is not kept any more."""
        self._held_bytes -= call.request_bytes

    def hand_back(self, jobs: Sequence[ActivatedJob]) -> None:
        """Jobs that reached nobody can be taken by others, their tries unchanged; if even that fails, after
        their deadline.
        """
        for job in jobs:
            self._submit_for(job, ReturnJob(job_key=job.key, deadline_ms=job.deadline_ms))

    def on_wire(self, job: ActivatedJob) -> gateway.ActivatedJob | None:
        """A job as a message; None where no message can carry it, and it is held by an incident instead:
        others must not wait for it.
        """
        try:
            return job_on_wire(job)
        except Exception:
            logger.exception(
                "Job %s of process instance %s cannot be put on the wire", job.key, job.process_instance_key
            )
            self._submit_for(job, HoldJob(job_key=job.key, deadline_ms=job.deadline_ms))
            return None

    def _submit_for(self, job: ActivatedJob, command: Command) -> None:
        try:
            done = self.writer.submit(command)
        except (Rejection, Overloaded, Unavailable) as refused:
            logger.warning(
                "Job %s reached nobody and can be taken only after its deadline: %s", job.key, refused
            )
        else:
            done.add_done_callback(_look_at)

    def _wait_for_turn(self, rpc: str, translated: Translated, call: Call) -> None:
        """Whoever goes away while waiting leaves the line."""

        self.hold(call)
        self.begun()

        def begin() -> None:
            call.on_gone = None
            self.let_go(call)
            self._carry_out(rpc, translated, call, self._ended_with_turn)

        def refuse(refusal: Overloaded) -> None:
            if not call.is_over:
                self.let_go(call)
                self.ended()
                call.finish(*status_of(rpc, refusal))

        def gone() -> None:
            self.turns.leave(call)
            self.let_go(call)
            self.ended()

        call.on_gone = gone
        self.turns.take(call, begin, refuse)

    def _carry_out(self, rpc: str, translated: Translated, call: Call, ended: Callable[[], None]) -> None:
        respond = translated.respond

        def told(answer: Any) -> None:
            try:
                call.answer(b"" if respond is None else respond(answer).SerializeToString())
            except Exception as error:
                logger.exception(
                    "%s was carried out, and met an internal fault on the way to its answer", rpc
                )
                call.finish(*status_of(rpc, error))
            finally:
                ended()

        def failed(error: Exception) -> None:
            call.finish(*status_of(rpc, error))
            ended()

        try:
            self.writer.submit_then(translated.command, told, failed)
        except Exception as error:
            if not isinstance(error, EXPECTED):
                logger.exception("%s met an internal fault", rpc)
            call.finish(*status_of(rpc, error))
            # Not at once: where all of a line is refused, each would be so inside the one before.
            asyncio.get_running_loop().call_soon(ended)

    def _ended_with_turn(self) -> None:
        self.ended()
        self.turns.end()

    def _guarded(self, rpc: str, start: Start) -> Start:
        def guarded(request: Message, call: Call) -> None:
            if self.stopping:
                call.finish(StatusCode.UNAVAILABLE, STOPPING)
                return
            try:
                start(request, call)
            except EXPECTED as error:
                call.finish(*status_of(rpc, error))
            except Exception as error:
                logger.exception("%s met an internal fault", rpc)
                call.finish(*status_of(rpc, error))

        return guarded

    def _behaviour(self, rpc: str, behaviour: Behaviour) -> Behaviour:
        async def answer(request: Message, call: Call) -> Any:
            if self.stopping:
                call.finish(StatusCode.UNAVAILABLE, STOPPING)
                return None
            try:
                self.hold(call)
            except Overloaded as error:
                call.finish(*status_of(rpc, error))
                return None
            self.begun()
            try:
                return await behaviour(request, call)
            except EXPECTED as error:
                status, details = status_of(rpc, error)
            except CallIsOver:
                raise
            except Exception as error:
                logger.exception("%s met an internal fault", rpc)
                status, details = status_of(rpc, error)
            finally:
                self.let_go(call)
                self.ended()
            call.finish(status, details)
            return None

        return answer


async def kept(future: asyncio.Future[Answer], abandoned: Callable[[Answer], None]) -> Answer:
    """The answer to a command; if the caller goes away first, `abandoned` is called with it once it is
    there.
    """

    def look(done: asyncio.Future[Answer]) -> None:
        if not done.cancelled() and not done.exception():
            abandoned(done.result())

    try:
        return await asyncio.shield(future)
    except asyncio.CancelledError:
        future.add_done_callback(look)
        raise


def _look_at(done: asyncio.Future[Any]) -> None:
    """An exception that nobody looks at would be reported as forgotten; a job whose return failed comes back
    at its deadline.
    """
    if not done.cancelled() and done.exception():
        logger.warning("A job that reached nobody can be taken only after its deadline: %s", done.exception())
