"""Bodies of requests: read within a size and a time, and decoded into records that say what they expect."""

from __future__ import annotations

import asyncio
import difflib
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any, Final

import msgspec
from starlette.requests import ClientDisconnect, Request

from counterflow.budget import Account
from counterflow.edge.http.problems import HttpRefusal
from counterflow.edge.http.records import check_bounds, check_objects
from counterflow.service.admission import Admission

BODY_SECONDS: Final = 30.0
"""How long a client may take to send a body."""
_UNKNOWN = re.compile(r"unknown field `(.*)`")


LARGE_BYTES: Final = 262_144
"""A longer body may take a tenth of a second to read, however little there is in it."""
LONG_SECONDS: Final = 0.02
"""One that has taken as long is followed by a rest of the same length, for all others."""


class Gone(Exception):
    """The client has gone; nobody is to be answered."""


class LargeBodies:
    """Those that may take long to read: they are read one at a time, with a rest behind each."""

    def __init__(self, admission: Admission) -> None:
        self._admission = admission
        self._turn = asyncio.Lock()

    @asynccontextmanager
    async def turn(self, account: Account, size: int) -> AsyncIterator[None]:
        """The block reads a body of so many bytes, which are kept until it has. Raises `Overloaded`."""
        if size <= LARGE_BYTES:
            yield
            return
        self._admission.keep(account, size)
        try:
            await self._turn.acquire()
            async with self._rest_behind():
                yield
        finally:
            account.gives(size)

    @asynccontextmanager
    async def _rest_behind(self) -> AsyncIterator[None]:
        loop = asyncio.get_running_loop()
        begun = loop.time()
        try:
            yield
        finally:
            taken = loop.time() - begun
            loop.call_later(taken if taken >= LONG_SECONDS else 0, self._turn.release)


async def body_of(request: Request, admission: Admission, account: Account, most: int) -> bytes:
    """The body of a request, of at most so many bytes, which `account` has room for.

    Raises `HttpRefusal`, `Overloaded` and `Gone`.
    """
    _refuse_long(request, most)
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for part in request.stream():
                if not part:
                    continue
                admission.keep(account, len(part))
                size += len(part)
                parts.append(part)
                if size > most:
                    raise _too_large(f"more than {most}", most)
    except TimeoutError:
        raise HttpRefusal(
            HTTPStatus.REQUEST_TIMEOUT,
            "DEADLINE_EXCEEDED",
            f"Expected the whole body within {BODY_SECONDS:g} s, but only {size} bytes have come",
        ) from None
    except ClientDisconnect:
        raise Gone from None
    finally:
        account.gives(size)
    return b"".join(parts)


def decoded(body: bytes, shape: type[Any]) -> Any:
    """A body as such a record; an empty one is `{}`. Raises `HttpRefusal` and `Invalid`."""
    try:
        # as a text: what is kept as the bytes it came as is judged here alone
        text = body.decode() or "{}"
        check_objects(text, shape)
        record = msgspec.json.decode(text, type=shape, strict=False)
    except msgspec.ValidationError as error:
        raise _invalid(f"{error}{_nearest(str(error), shape)}") from None
    except UnicodeDecodeError as error:
        raise _invalid(f"it is no UTF-8 ({error.reason}, byte {error.start})") from None
    except (msgspec.DecodeError, RecursionError) as error:
        raise _invalid(f"it is no JSON: {error}") from None
    check_bounds(record)
    return record


def refuse_other_than_json(request: Request, body: bytes) -> None:
    """A body is said to be JSON; one of which nothing is said is taken for that. Raises `HttpRefusal`."""
    kind = request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if body and kind != "application/json" and not kind.endswith("+json"):
        raise HttpRefusal(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            "INVALID_ARGUMENT",
            f"Expected a body of content-type application/json, but found {kind[:100]!r}; send the header "
            "'content-type: application/json' with it",
        )


def query_of(request: Request, shape: type[Any]) -> Any:
    """What stands behind the `?` as such a record. Raises `HttpRefusal`."""
    try:
        return msgspec.convert(dict(request.query_params), shape, strict=False)
    except msgspec.ValidationError as error:
        raise HttpRefusal(
            HTTPStatus.BAD_REQUEST,
            "INVALID_ARGUMENT",
            f"What stands behind '?' cannot be used: {str(error)[:2_000]}{_nearest(str(error), shape)}",
        ) from None


def _refuse_long(request: Request, most: int) -> None:
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > most:
        raise _too_large(length, most)


def _too_large(given: str, most: int) -> HttpRefusal:
    return HttpRefusal(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "RESOURCE_EXHAUSTED",
        f"Expected a body of at most {most} bytes (setting message_bytes), but found {given}; keep large "
        "data elsewhere and pass a reference",
    )


def _invalid(why: str) -> HttpRefusal:
    return HttpRefusal(HTTPStatus.BAD_REQUEST, "INVALID_ARGUMENT", f"The body cannot be used: {why[:2_000]}")


def _nearest(reason: str, shape: type[Any]) -> str:
    """What the member was meant to be that nobody knows."""
    match = _UNKNOWN.search(reason)
    if match is None:
        return ""
    known = [field.encode_name for field in msgspec.structs.fields(shape)]
    near = difflib.get_close_matches(match[1][:100], known, 1, 0.5)
    return f"; did you mean `{near[0]}`?" if near else f"; expected one of {', '.join(known)}"
