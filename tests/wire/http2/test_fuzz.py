"""Frames damaged by chance: whatever comes, the connection goes on or ends with a code, and keeps no more
than it may.
"""

from __future__ import annotations

from random import Random

import pytest
from hpack import Encoder

from counterflow.wire.http2 import codes
from counterflow.wire.http2.connection import Http2Connection
from counterflow.wire.http2.events import ConnectionEnded, DataArrived, RequestBegun
from counterflow.wire.http2.limits import ConnectionLimits
from counterflow.wire.http2.outgoing import frame
from tests.wire.http2.talk import HEADERS, REQUEST, SETTINGS, TRAILERS, data, setting, window_update

ROUNDS = 150
LIMITS = ConnectionLimits(streams=20, ended_streams=30, reset_streams=30, remembered_bytes=4_000)


def frames(chance: Random) -> list[bytes]:
    """What a client might say, in an order that it would not."""
    encoder = Encoder()
    made: list[bytes] = []
    next_id = 1
    for _ in range(chance.randrange(1, 30)):
        stream_id = chance.choice([0, 1, 2, 3, next_id, max(next_id - 2, 1), 2**31 - 1])
        match chance.randrange(10):
            case 0 | 1 | 2:
                headers = [
                    *REQUEST,
                    (chance.choice(["x", "grpc-timeout", "content-length"]), str(chance.randrange(50))),
                ]
                flags = chance.choice([4, 5, 0, 0x24, 0x0D])
                made.append(frame(codes.HEADERS, flags, next_id, encoder.encode(headers)))
                next_id += 2
            case 3 | 4:
                made.append(
                    data(
                        stream_id,
                        chance.randbytes(chance.choice([0, 1, 100, 5_000])),
                        ended=chance.random() < 0.5,
                    )
                )
            case 5:
                made.append(window_update(stream_id, chance.choice([0, 1, 1_000, 2**31 - 1])))
            case 6:
                made.append(
                    setting(chance.randrange(8), chance.choice([0, 1, 16_384, 65_535, 2**31, 2**32 - 1]))
                )
            case 7:
                made.append(frame(codes.RST_STREAM, 0, stream_id, bytes(4)))
            case 8:
                made.append(frame(codes.CONTINUATION, chance.choice([0, 4]), stream_id, chance.randbytes(20)))
            case _:
                made.append(
                    frame(
                        chance.randrange(12),
                        chance.randrange(256),
                        stream_id,
                        chance.randbytes(chance.choice([0, 4, 5, 8, 60])),
                    )
                )
    return made


def damaged(script: bytes, chance: Random) -> bytes:
    """Bytes changed, cut out, doubled."""
    found = bytearray(script)
    for _ in range(chance.randrange(6)):
        at = chance.randrange(len(found))
        match chance.randrange(4):
            case 0:
                found[at] = chance.randrange(256)
            case 1:
                del found[at : at + chance.randrange(1, 12)]
            case 2:
                found[at:at] = found[at : at + chance.randrange(1, 40)]
            case _:
                found[at] ^= 1 << chance.randrange(8)
        if not found:
            return b"\0"
    return bytes(found)


def answer(connection: Http2Connection, stream_id: int, chance: Random) -> None:
    """What the layer above might do, at any moment."""
    match chance.randrange(5):
        case 0:
            connection.respond(stream_id, HEADERS, bytes(chance.choice([0, 10, 30_000])), TRAILERS)
        case 1:
            connection.send_headers(stream_id, HEADERS)
            connection.send_data(stream_id, bytes(chance.choice([0, 10, 30_000])))
        case 2:
            connection.send_last(stream_id, TRAILERS)
        case 3:
            connection.consumed(stream_id, 100)
        case _:
            connection.reset(stream_id, codes.ErrorCode.CANCEL)


@pytest.mark.parametrize("seed", range(40))
def test_whatever_comes(seed: int) -> None:
    chance = Random(seed)
    for _ in range(ROUNDS):
        connection = Http2Connection(LIMITS, lambda: 0.0)
        script = b"".join((codes.PREFACE, SETTINGS, *frames(chance)))
        script = script if chance.random() < 0.2 else damaged(script, chance)
        position, ended = 0, False
        while position < len(script):
            size = chance.choice([1, 9, 50, 1_000, 100_000])
            events = connection.receive(script[position : position + size])
            while connection.has_more:
                events += connection.receive(b"")
            position += size
            assert not (ended and events)
            for event in events:
                ended = ended or isinstance(event, ConnectionEnded)
                if isinstance(event, RequestBegun | DataArrived):
                    answer(connection, event.stream_id, chance)
            assert ended == connection.is_over
            assert kept(connection) <= 200_000
            connection.outgoing.take()


def kept(connection: Http2Connection) -> int:
    """Bytes and entries that a connection keeps for its client, each bounded by `ConnectionLimits`."""
    assert connection.open_streams <= LIMITS.streams
    assert len(connection._streams._ended) <= LIMITS.ended_streams
    assert len(connection._streams._reset) <= LIMITS.reset_streams
    assert connection._decoder._remembered._bytes <= LIMITS.remembered_bytes
    assert connection.outgoing.held_bytes == sum(len(stream.held) for stream in connection._streams)
    block = connection._reader._block.size if connection._reader._block is not None else 0
    assert block <= LIMITS.header_block_bytes + LIMITS.frame_bytes
    assert len(connection._reader._left) <= LIMITS.frame_bytes + codes.FRAME_HEAD_BYTES
    return len(connection._reader._left) + block
