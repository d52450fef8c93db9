"""Messages on a stream: a flag, a length, the bytes. (gRPC's protocol over HTTP/2,
"Length-Prefixed-Message".)
"""

from __future__ import annotations

import zlib
from typing import NamedTuple

from counterflow.wire.contract import RpcError, StatusCode

PREFIX_BYTES = 5
_GZIP = 31
"""zlib's number for the gzip format with the largest window."""


def framed(message: bytes) -> bytes:
    """A message as it is sent, not compressed."""
    return b"".join((b"\0", len(message).to_bytes(4), message))


def compressed(message: bytes) -> bytes:
    """A message as it is sent, compressed by gzip: quickly rather than small, since everybody waits."""
    packer = zlib.compressobj(1, wbits=_GZIP)
    packed = packer.compress(message) + packer.flush()
    return b"".join((b"\1", len(packed).to_bytes(4), packed))


class PrefixedMessage(NamedTuple):
    """A whole message as it came; `flag` 1 says that it is compressed. It is opened when somebody takes it,
    so that it stays small.
    """

    flag: int
    data: bytes


def opened(frame: PrefixedMessage, encoding: bytes, most_bytes: int) -> bytes:
    """The message itself; `encoding` is the request's `grpc-encoding`. Raises `RpcError`."""
    if not frame.flag:
        return frame.data
    if frame.flag != 1 or encoding != b"gzip":
        raise RpcError(
            StatusCode.INTERNAL,
            f"Found a message with flag {frame.flag} in a request whose grpc-encoding is not gzip",
        )
    unzip = zlib.decompressobj(_GZIP)
    try:
        message = unzip.decompress(frame.data, most_bytes + 1)
    except zlib.error as error:
        raise RpcError(
            StatusCode.INVALID_ARGUMENT, f"Expected a message compressed by gzip: {error}"
        ) from error
    _check_size(len(message), most_bytes)
    if not unzip.eof:
        raise RpcError(
            StatusCode.INVALID_ARGUMENT, "Expected a message compressed by gzip, found one that breaks off"
        )
    return message


def _check_size(size: int, most_bytes: int) -> None:
    """Raise `RpcError` for too large a message, in the words that every gRPC server uses. Clients look for
    them: to send it again would not help.
    """
    if size > most_bytes:
        raise RpcError(
            StatusCode.RESOURCE_EXHAUSTED, f"Received message larger than max ({size} vs. {most_bytes})"
        )


class MessageReader:
    """Puts the messages of one stream together."""

    __slots__ = ("_buffer", "_most")

    def __init__(self, most_bytes: int) -> None:
        self._buffer = bytearray()
        self._most = most_bytes

    @property
    def unfinished_bytes(self) -> int:
        """What has come of a message that is not whole yet."""
        return len(self._buffer)

    def feed(self, data: bytes) -> list[PrefixedMessage]:
        """The messages that are whole with these bytes. Raises `RpcError`."""
        buffer = self._buffer
        buffer += data
        messages: list[PrefixedMessage] = []
        position = 0
        while len(buffer) - position >= PREFIX_BYTES:
            size = int.from_bytes(buffer[position + 1 : position + PREFIX_BYTES])
            _check_size(size, self._most)
            start = position + PREFIX_BYTES
            if len(buffer) < start + size:
                break
            messages.append(PrefixedMessage(buffer[position], bytes(buffer[start : start + size])))
            position = start + size
        del buffer[:position]
        return messages
