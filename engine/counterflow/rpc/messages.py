"""Messages on a stream: a flag, a length, the bytes (gRPC's protocol over HTTP/2, "Length-Prefixed-Message")."""

from __future__ import annotations

import zlib

from counterflow.rpc.status import RpcError, StatusCode

PREFIX_BYTES = 5
_GZIP = 31
"""zlib's number for the gzip format with the largest window."""


def framed(message: bytes) -> bytes:
    """A message as it is sent, not compressed."""
    return b"".join((b"\0", len(message).to_bytes(4), message))


class MessageReader:
    """Puts the messages of one stream together. `encoding` is the request's `grpc-encoding`."""

    __slots__ = ("_buffer", "_encoding", "_most")

    def __init__(self, most_bytes: int, encoding: bytes) -> None:
        self._buffer = bytearray()
        self._most = most_bytes
        self._encoding = encoding

    @property
    def unfinished_bytes(self) -> int:
        """What has come of a message that is not whole yet."""
        return len(self._buffer)

    def feed(self, data: bytes) -> list[bytes]:
        """The messages that are whole with these bytes. Raises `RpcError`."""
        buffer = self._buffer
        buffer += data
        found: list[bytes] = []
        position = 0
        while len(buffer) - position >= PREFIX_BYTES:
            size = int.from_bytes(buffer[position + 1 : position + PREFIX_BYTES])
            self._check_size(size)
            start = position + PREFIX_BYTES
            if len(buffer) < start + size:
                break
            found.append(self._message(buffer[position], bytes(buffer[start : start + size])))
            position = start + size
        del buffer[:position]
        return found

    def _check_size(self, size: int) -> None:
        """Refused in the words that every gRPC server uses and clients look for: to send it again would not help."""
        if size > self._most:
            raise RpcError(StatusCode.RESOURCE_EXHAUSTED, f"Received message larger than max ({size} vs. {self._most})")

    def _message(self, compressed: int, data: bytes) -> bytes:
        if not compressed:
            return data
        if compressed != 1 or self._encoding != b"gzip":
            raise RpcError(StatusCode.INTERNAL, f"Found a message with flag {compressed} in a request whose grpc-encoding is not gzip")
        unzip = zlib.decompressobj(_GZIP)
        try:
            message = unzip.decompress(data, self._most + 1)
        except zlib.error as error:
            raise RpcError(StatusCode.INTERNAL, f"Expected a message compressed by gzip: {error}") from error
        self._check_size(len(message))
        if not unzip.eof:
            raise RpcError(StatusCode.INTERNAL, "Expected a message compressed by gzip, found one that breaks off")
        return message
