"""A client that writes every frame by hand, and listens only as long as it likes."""

from __future__ import annotations

import asyncio
import socket
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
READ_BYTES = 65_536


class RawConnection:
    """Frames out; of what comes back, statuses and codes are noted and the rest counted.

    It reads what has come even where it cannot write any more: the server's last words are often behind that.
    """

    def __init__(self, line: socket.socket, note: Note) -> None:
        self._line = line
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
        line = socket.socket()
        line.setblocking(False)
        try:
            await asyncio.get_running_loop().sock_connect(line, (host, int(port)))
        except BaseException:
            line.close()
            raise
        connection = cls(line, note)
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
            await asyncio.get_running_loop().sock_sendall(self._line, b"".join(frames))
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

    def encoded(self, *fields: tuple[str, str]) -> bytes:
        """A part of a block of headers."""
        return self._encoder.encode(fields)

    def trailers(self, stream_id: int, *fields: tuple[str, str]) -> bytes:
        """HEADERS that end a request."""
        return frame(
            codes.HEADERS, codes.END_HEADERS | codes.END_STREAM, stream_id, self._encoder.encode(fields)
        )

    def call(self, stream_id: int, path: str, message: bytes, *extra: tuple[str, str]) -> bytes:
        """A whole call with one message of at most a frame."""
        body = b"\0" + len(message).to_bytes(4) + message
        return self.head(stream_id, path, *extra) + frame(codes.DATA, codes.END_STREAM, stream_id, body)

    def close(self) -> None:
        """Hang up."""
        if self._listening is None or self._listening.done():
            self._line.close()
        else:
            self._listening.add_done_callback(lambda _: self._line.close())
            self._listening.cancel()

    async def _listen(self) -> None:
        with suppress(OSError):
            await self._read()
        if not self._goodbye:
            self._note("LOST", "the connection ended without GOAWAY")
        self.ended.set()

    async def _read(self) -> None:
        loop, data = asyncio.get_running_loop(), bytearray()
        while more := await loop.sock_recv(self._line, READ_BYTES):
            data += more
            while len(data) >= codes.FRAME_HEAD_BYTES:
                end = codes.FRAME_HEAD_BYTES + int.from_bytes(data[:3])
                if len(data) < end:
                    break
                self._take(data[3], bytes(data[codes.FRAME_HEAD_BYTES : end]))
                del data[:end]

    def _take(self, kind: int, payload: bytes) -> None:
        self.received_bytes += len(payload)
        self.frames += 1
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
