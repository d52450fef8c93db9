"""The body of a request comes in DATA frames of a byte, or of none."""

from __future__ import annotations

from functools import partial

from counterflow.wire.http2 import codes
from counterflow.wire.http2.outgoing import frame
from counterflow_wire import gateway
from tests.hostile.attack import Attack
from tests.hostile.raw import RawConnection
from tests.hostile.target import Target

AT_ONCE = 1_000
CRUMBS = (b"\0", b"")


async def run(target: Target, dose: int) -> None:
    """Send `dose` crumbs of each size, of a message of 4 MB that never ends."""
    for crumb in CRUMBS:
        data = frame(codes.DATA, 0, 1, crumb)
        await target.flood(dose, AT_ONCE, partial(_crumb, data))


def _crumb(data: bytes, client: RawConnection, _number: int) -> bytes:
    if client.is_used:
        return data
    client.is_used = True
    return (
        client.head(1, gateway.METHODS["Topology"].path) + frame(codes.DATA, 0, 1, b"\0\0\x3f\xff\xff") + data
    )


ATTACK = Attack("DATA frames of a byte and of none", run, seen=50_000, small=0.05)
