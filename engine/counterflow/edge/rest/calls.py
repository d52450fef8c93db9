"""How an operation is answered: who asks is let in, what they say is read, and what goes wrong is told."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Any, TypeAlias

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from counterflow.caller import Caller, identities_of, peer_of
from counterflow.edge.http.bodies import Gone, LargeBodies, body_of, decoded, query_of, refuse_other_than_json
from counterflow.edge.http.forms import FormShape, form_of
from counterflow.edge.http.problems import MEDIA_TYPE, reported
from counterflow.edge.http.visitors import HttpLine, HttpVisitor
from counterflow.edge.rest.operations import Content, Operation, RestCall
from counterflow.kernel.vocabulary import Command
from counterflow.partition.answers import into
from counterflow.service.refusals import Invalid
from counterflow.service.service import Service

JSON = "application/json"
NOT_KEPT: Mapping[str, str] = {"cache-control": "no-store"}
"""What is told changes."""
GREATEST_KEY = 2**63 - 1
_LONG_KEY = re.compile(r"-?[0-9]{1,25}")
_KEY = re.compile(r"-?[0-9]{1,19}")


Fails: TypeAlias = Callable[[str, Exception, Request], Response]
"""The answer to a request of an operation that has met an error."""


class RestCalls:
    """Answers operations with one service; `fails` answers where something went wrong."""

    def __init__(self, service: Service, fails: Fails | None = None) -> None:
        self._fails = fails or failure
        self._admission = service.admission
        self._large = LargeBodies(service.admission)
        self._most = service.settings.message_bytes

    def endpoint(self, operation: Operation) -> Callable[[Request], Awaitable[Response]]:
        """What Starlette calls for a request of an operation."""

        async def answer(request: Request) -> Response:
            try:
                return await self._answer(operation, request)
            except Gone:
                return Response(status_code=499)
            except Exception as error:  # noqa: BLE001 - whatever it is, the caller is told
                return self._fails(operation.id, error, request)

        return answer

    async def _answer(self, operation: Operation, request: Request) -> Response:
        line: HttpLine = request.state.line
        self._admission.check()
        body = await body_of(request, self._admission, line.account, self._most)
        visitor = HttpVisitor(_caller(request, line), line.account, len(body))
        line.visitor = visitor
        try:
            async with self._large.turn(line.account, len(body)):
                read = await _read(operation, request, body)
            query = query_of(request, operation.query) if operation.query is not None else None
            answer = await operation.answer(RestCall(read, request.path_params, visitor, query))
        finally:
            visitor.is_over = True
            line.visitor = None
        return told(answer, operation.status)


def told(answer: Any, status: HTTPStatus) -> Response:
    """An answer on its way: a record, bytes, or nothing."""
    if answer is None:
        return Response(status_code=HTTPStatus.NO_CONTENT)
    if isinstance(answer, Content):
        return Response(answer.body, answer.status or status, answer.headers, answer.media_type)
    return Response(msgspec.json.encode(answer), status, NOT_KEPT, JSON)


async def carried_out(service: Service, call: RestCall, command: Command, *, begins: bool = False) -> Any:
    """The answer to a command, once that is durable; one that `begins` something waits for its turn.

    Raises what the command comes to (`EXPECTED`), and `Gone`.
    """
    future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    answered, failed = into(future)
    visitor = call.visitor
    carry_out = service.commands.begin if begins else service.commands.carry_out
    carry_out(visitor, command, answered, failed)
    leave = visitor.on_gone

    def gone() -> None:
        if leave is not None:
            leave()
        if not future.done():
            future.set_exception(Gone())

    if not future.done():
        visitor.on_gone = gone
    return await future


async def while_there(visitor: HttpVisitor, work: Awaitable[Any]) -> Any:
    """What comes of work that waits for things to happen; it is broken off where the client goes.

    Raises what it raises, and `Gone`.
    """
    task = asyncio.ensure_future(work)
    visitor.on_gone = task.cancel
    if visitor.is_over:  # the client went while its body waited to be read: nobody else tells the task
        task.cancel()
    try:
        return await task
    except asyncio.CancelledError:
        if visitor.is_over:
            raise Gone from None
        raise


def key_of(call: RestCall, name: str) -> int:
    """A key out of the path. Raises `Invalid`."""
    key = _whole_number(call, name, _KEY)
    if not -GREATEST_KEY <= key <= GREATEST_KEY:
        raise Invalid(f"Expected {name} to be at most {GREATEST_KEY}, but found {key}")
    return key


def long_key_of(call: RestCall, name: str) -> int:
    """A key out of the path that may be longer than those of the engine. Raises `Invalid`."""
    return _whole_number(call, name, _LONG_KEY)


def _whole_number(call: RestCall, name: str, written: re.Pattern[str]) -> int:
    text = call.path[name]
    if not written.fullmatch(text):
        raise Invalid(f"Expected {name} to be a whole number, but found '{text[:100]}'")
    return int(text)


def failure(operation: str, error: Exception, request: Request) -> Response:
    """What is answered where something went wrong; a fault of ours is logged."""
    problem = reported(operation, error, request.url.path)
    return Response(msgspec.json.encode(problem), problem.status, media_type=MEDIA_TYPE)


async def _read(operation: Operation, request: Request, body: bytes) -> Any:
    if isinstance(operation.request, FormShape):
        return await form_of(request, body, operation.request)
    if operation.request is None:
        return None
    refuse_other_than_json(request, body)
    return decoded(body, operation.request)


def _caller(request: Request, line: HttpLine) -> Caller:
    secure = line.transport.get_extra_info("ssl_object")
    names = identities_of(secure.getpeercert() if secure is not None else None)
    headers = tuple((name, value) for name, value in request.headers.items())
    return Caller(peer_of(request.client), headers, names)
