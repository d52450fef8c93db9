"""Each call has sixteen kilobytes of headers that nobody has sent before, in Huffman's code, or hundreds of
small ones.
"""

from __future__ import annotations

from random import Random

from counterflow_wire import gateway
from tests.hostile.attack import Attack
from tests.hostile.raw import RawConnection
from tests.hostile.target import Target

LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
FIELDS = 300
AT_ONCE = 5


async def run(target: Target, dose: int) -> None:
    """Make `dose` such calls of each kind."""
    await target.flood(dose, AT_ONCE, _long)
    await target.flood(dose, AT_ONCE, _many)


def _long(client: RawConnection, number: int) -> bytes:
    return _called(client, number, ("x", "".join(Random(number).choices(LETTERS, k=15_000))))


def _many(client: RawConnection, number: int) -> bytes:
    return _called(client, number, *((f"x-{number}-{field}", "v") for field in range(FIELDS)))


def _called(client: RawConnection, number: int, *headers: tuple[str, str]) -> bytes:
    return client.call(2 * number + 1, gateway.METHODS["Topology"].path, b"", *headers)


ATTACK = Attack("calls with headers of 11 KB in Huffman's code, or 300 of them", run, seen=100, small=0.3)
