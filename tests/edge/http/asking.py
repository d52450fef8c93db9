"""A server in this process, asked by HTTP."""

from __future__ import annotations

import asyncio
import http.client
import json
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

from counterflow.server import Server
from counterflow.settings import Settings

PATIENCE_S = 20.0


class Answered(NamedTuple):
    """An answer."""

    status: int
    media_type: str
    body: bytes

    @property
    def json(self) -> Any:
        """Its body."""
        return json.loads(self.body)


@dataclass
class Asking:
    """What a test has in hand."""

    server: Server

    async def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Answered:
        """Ask for a path under /v2; a body that is no bytes is sent as JSON."""
        return await self._ask(self.server.http_port, method, f"/v2{path}", body, headers)

    async def ask_engine(self, method: str, path: str, body: Any = None, **headers: str) -> Answered:
        """Ask for a path under /engine-rest, likewise."""
        return await self._ask(self.server.http_port, method, f"/engine-rest{path}", body, headers)

    async def manage(self, path: str, method: str = "GET") -> Answered:
        """Ask at the management port."""
        return await self._ask(self.server.management_port, method, path, None, {})

    async def good(self, method: str, path: str, body: Any = None) -> Any:
        """As `ask`, where nothing is to go wrong; answers the body, None where there is none."""
        told = await self.ask(method, path, body)
        assert told.status in {200, 204}, told
        return told.json if told.body else None

    async def deploy(self, *files: tuple[str, bytes], **parts: str) -> Answered:
        """Deploy files by a form."""
        mark = uuid.uuid4().hex
        form = b"".join(
            [
                *(_part(mark, f'name="{name}"', value.encode()) for name, value in parts.items()),
                *(_part(mark, f'name="resources"; filename="{name}"', content) for name, content in files),
                f"--{mark}--\r\n".encode(),
            ]
        )
        kind = {"content-type": f"multipart/form-data; charset=ISO-8859-1; boundary={mark}"}
        return await self._ask(self.server.http_port, "POST", "/v2/deployments", form, kind)

    async def line(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A connection, to say what no client says."""
        return await asyncio.open_connection("127.0.0.1", self.server.http_port)

    async def _ask(
        self, port: int | None, method: str, path: str, body: Any, headers: Mapping[str, str]
    ) -> Answered:
        assert port is not None
        return await asyncio.to_thread(_asked, port, method, path, body, headers)


def _asked(port: int, method: str, path: str, body: Any, headers: Mapping[str, str]) -> Answered:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
    try:
        sent = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        connection.request(method, path, sent, dict(headers))
        answer = connection.getresponse()
        return Answered(answer.status, answer.headers.get_content_type(), answer.read())
    finally:
        connection.close()


def _part(mark: str, what: str, content: bytes) -> bytes:
    return f"--{mark}\r\nContent-Disposition: form-data; {what}\r\n\r\n".encode() + content + b"\r\n"


@asynccontextmanager
async def asking(**settings: Any) -> AsyncIterator[Asking]:
    """A server that keeps nothing, with these settings."""
    chosen = {"database": "memory:", "grpc_port": 0, "http_port": 0, "management_port": 0, **settings}
    server = Server(Settings(**chosen))
    await server.start()
    try:
        yield Asking(server)
    finally:
        await server.stop()
