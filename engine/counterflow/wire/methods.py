"""How a method is answered, from a callback or by a task of its own, and what becomes of faults. They are
those of whoever answers.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from google.protobuf.message import DecodeError, Message

from counterflow.wire.contract import Call, CallIsOver, Method, RpcError, StatusCode

logger = logging.getLogger("counterflow.wire")

FAULT = "%s met an internal fault"
WORDS_OF_FAULT = "An internal fault; the server's log says more"

Parse = Callable[[bytes], Any]


def from_callback(
    path: str, parse: Parse, answer: Callable[[Any, Call], None], timeout_seconds: float | None = None
) -> Method:
    """A method that is answered without a task: `answer` gets the request and returns at once."""

    def begin(data: bytes, call: Call) -> None:
        answer(_parsed(parse, data), call)

    return Method(path, begin, timeout_seconds)


def from_task(
    path: str,
    parse: Parse,
    behaviour: Callable[[Any, Call], Awaitable[Message | None]],
    timeout_seconds: float | None = None,
) -> Method:
    """A method that is answered by a coroutine: with the message it returns. If that is None, it is answered
    with what it has written.
    """

    def begin(data: bytes, call: Call) -> None:
        request = _parsed(parse, data)
        _run(call, lambda: behaviour(request, call))

    return Method(path, begin, timeout_seconds)


def from_conversation(
    path: str, behaviour: Callable[[AsyncIterator[bytes], Call], Awaitable[None]]
) -> Method:
    """A method with streams both ways: the coroutine reads requests, and writes."""

    def begin(_: bytes, call: Call) -> None:
        _run(call, lambda: behaviour(call.requests(), call))

    return Method(path, begin, takes_stream=True)


def check_waiting(call: Call) -> None:
    """One more call that waits, as long as its client likes, until `Account.ends_waiting`. It counts as one
    that stays open. Raises `RpcError`.
    """
    if not call.account.begins_waiting():
        raise RpcError(
            StatusCode.RESOURCE_EXHAUSTED,
            f"{call.account.calls} calls of this connection stay open, which is as many as may (setting "
            "waiting_calls); try again after a while",
        )


def start(method: Method, message: bytes, call: Call) -> None:
    """For servers: begin to answer a call; what goes wrong at once becomes its status."""
    try:
        method.start(message, call)
    except RpcError as error:
        call.refuse(error)
    except Exception:
        logger.exception(FAULT, call.method.path)
        call.finish(StatusCode.INTERNAL, WORDS_OF_FAULT)


def expire(call: Call) -> None:
    """For servers: the time for the call is over."""
    name = call.method.path.rpartition("/")[2]
    call.break_off(
        StatusCode.DEADLINE_EXCEEDED, f"{name} was not answered in time; it may still have been carried out"
    )


def call_gone(method: Method, gone: Callable[[], object] | None) -> None:
    """For servers: call what `on_gone` was, whatever it makes of it: other calls must be told too."""
    if gone is not None:
        try:
            gone()
        except Exception:
            logger.exception("%s met an internal fault when its client had gone", method.path)


def _parsed(parse: Parse, data: bytes) -> Any:
    try:
        return parse(data)
    except DecodeError as error:
        raise RpcError(
            StatusCode.INVALID_ARGUMENT, "Expected a message of the contract, found bytes that are none"
        ) from error


_tasks: set[asyncio.Task[None]] = set()
"""The event loop itself keeps only weak references to its tasks."""


def _run(call: Call, behaviour: Callable[[], Awaitable[Message | None]]) -> None:
    """The coroutine is made by the task: a call may be taken back before that has begun."""
    task = asyncio.get_running_loop().create_task(_answer(call, behaviour))
    call.on_gone = task.cancel
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)


async def _answer(call: Call, behaviour: Callable[[], Awaitable[Message | None]]) -> None:
    try:
        message = await behaviour()
    except (asyncio.CancelledError, CallIsOver):
        call.finish(StatusCode.CANCELLED, "The call was broken off")
        return
    except RpcError as error:
        call.refuse(error)
        return
    except Exception:
        logger.exception(FAULT, call.method.path)
        call.finish(StatusCode.INTERNAL, WORDS_OF_FAULT)
        return
    if message is None:
        call.finish()
    else:
        call.answer(message.SerializeToString())
