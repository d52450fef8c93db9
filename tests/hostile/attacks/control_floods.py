"""Frames that carry nothing of a call, of every kind, as fast as they are taken, over one connection after
another.
"""

from __future__ import annotations

from functools import partial

from counterflow.wire.http2 import codes
from counterflow.wire.http2.outgoing import frame
from tests.hostile.attack import Attack
from tests.hostile.raw import SETTINGS, RawConnection
from tests.hostile.target import Target

KINDS = (
    frame(codes.PING, 0, 0, b"12345678"),
    SETTINGS,
    frame(codes.SETTINGS, codes.ACK, 0),
    frame(codes.PRIORITY, 0, 7, bytes(5)),
    frame(codes.WINDOW_UPDATE, 0, 0, (1).to_bytes(4)),
    frame(77, 0, 0, b"unknown"),
    frame(codes.GOAWAY, 0, 0, bytes(8)),
)
AT_ONCE = 1_000


async def run(target: Target, dose: int) -> None:
    """Send `dose` frames of each kind."""
    for kind in KINDS:
        await target.flood(dose, AT_ONCE, partial(_frame, kind))


def _frame(kind: bytes, _client: RawConnection, _number: int) -> bytes:
    return kind


ATTACK = Attack(
    "PING, SETTINGS, PRIORITY, WINDOW_UPDATE, GOAWAY and unknown frames", run, seen=20_000, small=0.1
)
