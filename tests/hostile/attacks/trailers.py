"""Requests end with headers: hundreds of new ones each, or again and again."""

from __future__ import annotations

from counterflow.wire.http2 import codes
from counterflow.wire.http2.outgoing import frame
from counterflow_wire import gateway
from tests.hostile.attack import Attack
from tests.hostile.raw import RawConnection
from tests.hostile.target import Target

PATH = gateway.METHODS["Topology"].path
FIELDS = 300
AT_ONCE = 5
AGAIN = 20


async def run(target: Target, dose: int) -> None:
    """Make `dose` calls that end so, and as many whose trailers come twenty times."""
    await target.flood(dose, AT_ONCE, _many)
    await target.flood(dose, AT_ONCE, _again)


def _many(client: RawConnection, number: int) -> bytes:
    fields = ((f"x-{number}-{field}", "v") for field in range(FIELDS))
    return _begun(client, number) + client.trailers(2 * number + 1, *fields)


def _again(client: RawConnection, number: int) -> bytes:
    again = (client.trailers(2 * number + 1, ("x", f"{number}-{time}")) for time in range(AGAIN))
    return _begun(client, number) + b"".join(again)


def _begun(client: RawConnection, number: int) -> bytes:
    stream_id = 2 * number + 1
    return client.head(stream_id, PATH) + frame(codes.DATA, 0, stream_id, b"\0" + (0).to_bytes(4))


ATTACK = Attack("requests that end with 300 headers, or twenty times", run, seen=100, small=0.3)
