"""Our own server with its limits, and a client that writes frames by hand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from hpack import Decoder, Encoder

from counterflow.wire.http2 import codes
from counterflow.wire.http2.outgoing import frame
from counterflow.wire.native.limits import ServerLimits, WireLimits
from counterflow.wire.native.server import NativeServer
from tests.wire.house import PATIENCE_SECONDS, House


@asynccontextmanager
async def serving(
    limits: WireLimits | None = None, together: ServerLimits | None = None
) -> AsyncIterator[tuple[House, NativeServer, int]]:
    house = House()
    server = NativeServer(house.methods(), limits, together=together)
    port = await server.start("127.0.0.1", 0)
    try:
        yield house, server, port
    finally:
        await server.stop(0.05)


class RawClient:
    """A connection on which every frame is written by hand."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._encoder = Encoder()
        self._decoder = Decoder()

    @classmethod
    async def connect(cls, port: int) -> RawClient:
        client = cls(*await asyncio.open_connection("127.0.0.1", port))
        client.write(codes.PREFACE, frame(codes.SETTINGS, 0, 0))
        return client

    def write(self, *frames: bytes) -> None:
        self._writer.write(b"".join(frames))

    def head(
        self, stream_id: int, path: str, *extra: tuple[str, str], ended: bool = False, method: str = "POST"
    ) -> bytes:
        headers = [
            (":method", method),
            (":scheme", "http"),
            (":path", path),
            ("content-type", "application/grpc"),
            *extra,
        ]
        return frame(
            codes.HEADERS,
            codes.END_HEADERS | (codes.END_STREAM if ended else 0),
            stream_id,
            self._encoder.encode(headers),
        )

    async def read_frame(self) -> tuple[int, int, int, bytes]:
        """Type, flags, stream and payload of the next frame."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            head = await self._reader.readexactly(codes.FRAME_HEAD_BYTES)
            payload = await self._reader.readexactly(int.from_bytes(head[:3]))
        return head[3], head[4], int.from_bytes(head[5:]), payload

    async def answer(self, stream_id: int) -> tuple[dict[str, str], bytes]:
        """All headers and the body of an answer, to its end."""
        headers: dict[str, str] = {}
        body = b""
        while True:
            kind, flags, of, payload = await self.read_frame()
            if kind == codes.HEADERS:
                headers |= {str(name): str(value) for name, value in self._decoder.decode(payload)}
            elif kind == codes.DATA:
                body += payload
            if of == stream_id and kind in {codes.HEADERS, codes.DATA} and flags & codes.END_STREAM:
                return headers, body

    async def until(self, kind: int) -> bytes:
        """The payload of the next frame of a type."""
        while True:
            found, _, _, payload = await self.read_frame()
            if found == kind:
                return payload

    async def until_closed(self) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await self._reader.read()

    def close(self) -> None:
        self._writer.close()
