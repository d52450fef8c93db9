"""Requests that say twice how long they are: two readers may cut them in different places.

RFC 9112, 6.1: such a request may be refused, and the connection must not be used any further. h11 reads its
chunks and goes on; a second request may hide in what a proxy in front of us has taken for its body.
"""

from __future__ import annotations

from http import HTTPStatus

import msgspec

from counterflow.edge.http.asgi import Application, Message, Receive, Send
from counterflow.edge.http.problems import MEDIA_TYPE, problem

AMBIGUOUS = frozenset((b"content-length", b"transfer-encoding"))


def framed_once(application: Application) -> Application:
    """The application, which is not asked with a request that has a length and comes in chunks as well."""

    async def served(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and AMBIGUOUS.issubset(name for name, _ in scope["headers"]):
            await _refuse(scope["path"], send)
        else:
            await application(scope, receive, send)

    return served


async def _refuse(path: str, send: Send) -> None:
    status = HTTPStatus.BAD_REQUEST
    content = msgspec.json.encode(
        problem(
            status,
            "INVALID_ARGUMENT",
            "Expected a Content-Length or a Transfer-Encoding, but found both; send one of them",
            path,
        )
    )
    headers = [
        (b"content-type", MEDIA_TYPE.encode()),
        (b"content-length", str(len(content)).encode()),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": int(status), "headers": headers})
    await send({"type": "http.response.body", "body": content})
