"""How what a family translates becomes a method, and the status of what goes wrong. It is answered from the
commit itself, by a coroutine, or by whoever stays.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from google.protobuf.message import Message

from counterflow.edge.grpc.bounds import bounds_of
from counterflow.edge.grpc.status import status_of
from counterflow.kernel.vocabulary import Command
from counterflow.service.refusals import EXPECTED
from counterflow.service.service import Service
from counterflow.wire.contract import Call, CallIsOver, Method, StatusCode
from counterflow.wire.fields import reader_of
from counterflow.wire.methods import from_callback, from_task
from counterflow_wire import WireMethod

logger = logging.getLogger("counterflow.edge")

Behaviour = Callable[[Any, Call], Awaitable[Any]]
"""A coroutine that answers with a message, or, if the rpc streams, writes messages and answers None."""
Start = Callable[[Any, Call], None]


class Translated(NamedTuple):
    """What a request comes to: a command, and the message that its answer is told with. None where that has
    no fields.

    A command that `begins` something waits for its turn.
    """

    command: Command
    respond: Callable[[Any], Message] | None = None
    begins: bool = False


Translation = Callable[[Any], Translated]
"""From a request. Raises `Refused`."""


class Calls:
    """Makes methods that ask one service."""

    def __init__(self, service: Service) -> None:
        self._commands = service.commands
        self._admission = service.admission
        self._timeout_seconds = service.settings.request_timeout_ms / 1000

    def commanded(self, rpc: WireMethod, translate: Translation) -> Method:
        """A method that is one command: answered from the commit itself, without a task."""

        def start(request: Message, call: Call) -> None:
            command, respond, begins = translate(request)
            answered, failed = _answers(rpc.name, respond, call)
            if begins:
                self._commands.begin(call, command, answered, failed)
            else:
                self._commands.carry_out(call, command, answered, failed)

        return from_callback(
            rpc.path, reader_of(rpc.request), self._guarded(rpc, start), self._timeout_seconds
        )

    def answered(self, rpc: WireMethod, behaviour: Behaviour) -> Method:
        """A method that a coroutine answers, within the server's request timeout."""
        return from_task(
            rpc.path, reader_of(rpc.request), self._visited(rpc, behaviour), self._timeout_seconds
        )

    def waiting(self, rpc: WireMethod, behaviour: Behaviour) -> Method:
        """A method whose coroutine waits for things to happen, for as long as its own rules say."""
        return from_task(rpc.path, reader_of(rpc.request), self._visited(rpc, behaviour))

    def open(self, rpc: WireMethod, start: Start) -> Method:
        """A method whose client stays, and which has no coroutine."""
        return from_callback(rpc.path, reader_of(rpc.request), self._guarded(rpc, start))

    def _guarded(self, rpc: WireMethod, start: Start) -> Start:
        check_bounds = bounds_of(rpc.request)

        def guarded(request: Message, call: Call) -> None:
            try:
                self._admission.check()
                check_bounds(request)
                start(request, call)
            except Exception as error:  # noqa: BLE001 - whatever it is, the caller is told
                call.finish(*_status_and_details(rpc.name, error))

        return guarded

    def _visited(self, rpc: WireMethod, behaviour: Behaviour) -> Behaviour:
        check_bounds = bounds_of(rpc.request)

        async def answer(request: Message, call: Call) -> Any:
            try:
                check_bounds(request)
                with self._admission.visit(call):
                    return await behaviour(request, call)
            except CallIsOver:
                raise
            except Exception as error:  # noqa: BLE001 - whatever it is, the caller is told
                call.finish(*_status_and_details(rpc.name, error))
            return None

        return answer


def _answers(
    rpc: str, respond: Callable[[Any], Message] | None, call: Call
) -> tuple[Callable[[Any], None], Callable[[Exception], None]]:
    def respond_with(answer: Any) -> None:
        try:
            call.answer(b"" if respond is None else respond(answer).SerializeToString())
        except Exception as error:
            logger.exception("%s was carried out, and met an internal fault on the way to its answer", rpc)
            call.finish(*status_of(rpc, error))

    def failed(error: Exception) -> None:
        call.finish(*_status_and_details(rpc, error))

    return respond_with, failed


def _status_and_details(rpc: str, error: Exception) -> tuple[StatusCode, str]:
    """The status and details of what goes wrong; a fault of ours is logged."""
    if not isinstance(error, EXPECTED):
        logger.error("%s met an internal fault", rpc, exc_info=error)
    return status_of(rpc, error)
