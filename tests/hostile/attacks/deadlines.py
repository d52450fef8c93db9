"""Deadlines that have passed already, that are eleven thousand years away, and that are none."""

from __future__ import annotations

from counterflow_wire import gateway
from tests.hostile.attack import Attack
from tests.hostile.raw import RawConnection
from tests.hostile.target import Target

DEADLINES = ("1n", "0n", "99999999H", "99999999n", "-1S", "1e9S", "999999999S", "S", "", "1", "\u0661S")
AT_ONCE = 50
START = gateway.CreateProcessInstanceRequest(bpmnProcessId="innocent", version=-1).SerializeToString()
POLL = gateway.ActivateJobsRequest(
    type="nothing", worker="w", timeout=1_000, maxJobsToActivate=1, requestTimeout=600_000
).SerializeToString()


async def run(target: Target, dose: int) -> None:
    """Make `dose` calls, half of them polls, with one of them each."""
    await target.flood(dose, AT_ONCE, _call)


def _call(client: RawConnection, number: int) -> bytes:
    name, message = ("ActivateJobs", POLL) if number % 2 else ("CreateProcessInstance", START)
    deadline = DEADLINES[number // 2 % len(DEADLINES)].encode().decode("latin-1")
    return client.call(2 * number + 1, gateway.METHODS[name].path, message, ("grpc-timeout", deadline))


ATTACK = Attack("deadlines of a nanosecond, of 11,000 years, and of no time at all", run, seen=500, small=0.3)
