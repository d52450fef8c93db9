"""A listener between a client and the server: passes every byte on, and counts HTTP/2 frames as it does (RFC
9113, 4.1).
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from threading import Condition, Thread
from types import TracebackType
from typing import Self

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
HEADER_BYTES = 9
PING, GOAWAY = 0x6, 0x7
ACKNOWLEDGEMENT = 0x1
PATIENCE_SECONDS = 30.0

STREAM_CALL = (
    b"/gateway_protocol.Gateway/StreamActivatedJobs",
    bytes.fromhex("6261a4be07ea2aec3a4e43d0be21a4be07e98dc9b0a3a61224ddc692c994f1a3"),
)
"""The path of the call that opens a job stream, plain and in HPACK's Huffman code (RFC 7541, appendix B)."""


class Wiretap:
    """Listens on a port of its own and passes on to `address`."""

    def __init__(self, address: str) -> None:
        host, _, port = address.rpartition(":")
        self._target = (host, int(port))
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self._changed = Condition()
        self._pings = 0
        self._goaways: list[str] = []
        self._streams = 0
        self._sockets: list[socket.socket] = []
        Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._changed:
            for one in (self._listener, *self._sockets):
                with suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)
                one.close()

    def goaways(self) -> list[str]:
        """What the server said when it sent clients away: error code and debug text."""
        with self._changed:
            return list(self._goaways)

    def until_pings(self, wanted: int) -> None:
        """Wait until the clients have pinged so often, or were sent away."""
        self._until(lambda: self._pings >= wanted or bool(self._goaways), f"{wanted} pings")

    def until_streams(self, wanted: int) -> None:
        """Wait until a job stream's path was seen so often; a connection may abbreviate it after the first
        time.
        """
        self._until(lambda: self._streams >= wanted, f"{wanted} job streams")

    def _until(self, condition: Callable[[], bool], what: str) -> None:
        with self._changed:
            assert self._changed.wait_for(condition, PATIENCE_SECONDS), (
                f"no {what} within {PATIENCE_SECONDS} s, but {self._pings} pings"
            )

    def _accept(self) -> None:
        with suppress(OSError):  # the listener is closed to end this
            while True:
                client, _ = self._listener.accept()
                try:
                    server = socket.create_connection(self._target)
                except OSError:  # the server is away, and so the client is told
                    client.close()
                    continue
                with self._changed:
                    self._sockets += [client, server]
                Thread(target=self._pass, args=(client, server, True), daemon=True).start()
                Thread(target=self._pass, args=(server, client, False), daemon=True).start()

    def _pass(self, source: socket.socket, target: socket.socket, from_client: bool) -> None:
        frames = Frames(PREFACE if from_client else b"")
        with suppress(OSError):  # either end may go away at any time
            while chunk := source.recv(65_536):
                target.sendall(chunk)
                for kind, flags, payload in frames.feed(chunk):
                    self._note(kind, flags, payload, from_client)
            target.shutdown(socket.SHUT_WR)

    def _note(self, kind: int, flags: int, payload: bytes, from_client: bool) -> None:
        with self._changed:
            if from_client and kind == PING and not flags & ACKNOWLEDGEMENT:
                self._pings += 1
            elif from_client and any(path in payload for path in STREAM_CALL):
                self._streams += 1
            elif not from_client and kind == GOAWAY:
                self._goaways.append(f"{int.from_bytes(payload[4:8], 'big')} {payload[8:].decode()}")
            self._changed.notify_all()


class Frames:
    """Cuts one direction of a connection into frames: type, flags, payload."""

    def __init__(self, preface: bytes) -> None:
        self._left = len(preface)
        self._buffer = bytearray()

    def feed(self, chunk: bytes) -> Iterator[tuple[int, int, bytes]]:
        """The frames that are whole now."""
        skipped = min(self._left, len(chunk))
        self._left -= skipped
        self._buffer += chunk[skipped:]
        while len(self._buffer) >= HEADER_BYTES:
            end = HEADER_BYTES + int.from_bytes(self._buffer[:3], "big")
            if len(self._buffer) < end:
                return
            yield self._buffer[3], self._buffer[4], bytes(self._buffer[HEADER_BYTES:end])
            del self._buffer[:end]
