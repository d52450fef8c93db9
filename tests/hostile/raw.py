"""A client that writes every frame by hand, and listens only as long as it likes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from hpack import Decoder, Encoder

from counterflow.wire.contract import StatusCode
from counterflow.wire.http2 import codes
from counterflow.wire.http2.codes import ErrorCode
from counterflow.wire.http2.outgoing import frame

Note = Callable[[str, str], None]
"""Gets how the server has ended something, and what it said."""
SETTINGS = frame(codes.SETTINGS, 0, 0)


class RawConnection:
    """Frames out; of what comes back, statuses and codes are noted and the rest counted."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, note: Note) -> None:
        self._reader = reader
        self._writer = writer
        self._note = note
        self._encoder = Encoder()
        self._decoder = Decoder()
        self._listening: asyncio.Task[None] | None = None
        self._goodbye = False
        self.received_bytes = 0
        """Of frames that were read."""
        self.frames = 0
        """That were read."""
        self.is_used = False
        """For attacks that begin something on each connection."""
        self.ended = asyncio.Event()
        """The server has hung up, and we have seen it."""
        self._pong = asyncio.Event()

    @classmethod
    async def connect(cls, address: str, note: Note, *, reads: bool, greets: bool) -> RawConnection:
        """A connection that has said the preface and its settings, if it greets; and listens, if it reads."""
        host, _, port = address.rpartition(":")
        connection = cls(*await asyncio.open_connection(host, int(port)), note)
        if greets:
            await connection.write(codes.PREFACE, SETTINGS)
        if reads:
            connection.listen()
        return connection

    def listen(self) -> None:
        """Read from now on."""
        self._listening = asyncio.get_running_loop().create_task(self._listen())

    async def write(self, *frames: bytes) -> bool:
        """Write frames as fast as they are taken; answers False where the server has hung up."""
        try:
            self._writer.write(b"".join(frames))
            await self._writer.drain()
        except OSError:
            return False
        return not self.ended.is_set()

    async def settle(self, most_seconds: float = 60.0) -> bool:
        """Wait until all that was written has been read and answered, for a client that reads; False where
        the server has hung up, or does not come to it.
        """
        self._pong.clear()
        await self.write(frame(codes.PING, 0, 0, b"settled?"))
        waits = [asyncio.ensure_future(event.wait()) for event in (self._pong, self.ended)]
        await asyncio.wait(waits, timeout=most_seconds, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()
        return self._pong.is_set()

    def head(
        self,
        stream_id: int,
        path: str,
        *extra: tuple[str, str],
        ended: bool = False,
        flags: int | None = None,
    ) -> bytes:
        """HEADERS of a call; `flags` where they are not those of a whole block."""
        headers = [
            (":method", "POST"),
            (":scheme", "http"),
            (":path", path),
            (":authority", "hostile"),
            ("te", "trailers"),
            ("content-type", "application/grpc"),
            *extra,
        ]
        usual = codes.END_HEADERS | (codes.END_STREAM if ended else 0)
        return frame(
            codes.HEADERS, usual if flags is None else flags, stream_id, self._encoder.encode(headers)
        )

    def call(self, stream_id: int, path: str, message: bytes, *extra: tuple[str, str]) -> bytes:
        """A whole call with one message of at most a frame."""
        body = b"\0" + len(message).to_bytes(4) + message
        return self.head(stream_id, path, *extra) + frame(codes.DATA, codes.END_STREAM, stream_id, body)

    def close(self) -> None:
        """Hang up."""
        if self._listening is not None:
            self._listening.cancel()
        self._writer.transport.abort()

    async def _listen(self) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            while True:
                head = await self._reader.readexactly(codes.FRAME_HEAD_BYTES)
                payload = await self._reader.readexactly(int.from_bytes(head[:3]))
                self.received_bytes += len(payload)
                self.frames += 1
                self._take(head[3], payload)
        if not self._goodbye:
            self._note("LOST", "the connection ended without GOAWAY")
        self.ended.set()

    def _take(self, kind: int, payload: bytes) -> None:
        if kind == codes.PING:
            self._pong.set()
        elif kind == codes.GOAWAY:
            self._goodbye = True
            code = ErrorCode(int.from_bytes(payload[4:8]))
            self._note(f"GOAWAY {code.name}", payload[8:].decode(errors="replace"))
        elif kind == codes.RST_STREAM:
            self._note(f"RST {ErrorCode(int.from_bytes(payload)).name}", "")
        elif kind == codes.HEADERS:
            headers = {str(name): str(value) for name, value in self._decoder.decode(payload)}
            if "grpc-status" in headers:
                status = StatusCode(int(headers["grpc-status"])).name
                self._note(status, headers.get("grpc-message", ""))
