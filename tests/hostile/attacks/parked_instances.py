"""Very many instances that wait for a worker, a moment, a message: a hundred thousand took 116 MB of memory."""

from __future__ import annotations

from counterflow_wire import gateway
from tests.benchmarks.machine import peak_megabytes, resident_megabytes
from tests.hostile.attack import Attack
from tests.hostile.parked import PROCESSES, park
from tests.hostile.target import Target

MEGABYTES = 300
"""What the server may take with a million of them."""
AT_ONCE = 8
SHARE = 1_000
"""One part in so many of them comes, and is worked on, while the server is at work."""


async def run(target: Target, dose: int) -> None:
    """Begin more of them, work on some, and wake some."""
    client, some = target.gateway(), dose // SHARE
    in_rest = resident_megabytes(target.process_id)
    await target.note_all(
        (
            client.CreateProcessInstance(
                gateway.CreateProcessInstanceRequest(
                    bpmnProcessId=PROCESSES[number % 2], version=-1, variables=f'{{"key": "late {number}"}}'
                )
            )
            for number in range(some)
        ),
        AT_ONCE,
    )
    await target.note_all(
        (
            client.PublishMessage(gateway.PublishMessageRequest(name="order", correlationKey=str(number)))
            for number in range(1, some, 2)
        ),
        AT_ONCE,
    )
    keys = await _taken(client, some // 2)
    assert len(keys) == some // 2, f"{some // 2} jobs were asked for, {len(keys)} came"
    await target.note_all(
        (client.CompleteJob(gateway.CompleteJobRequest(jobKey=key)) for key in keys), AT_ONCE
    )
    for found in (in_rest, peak_megabytes(target.process_id)):
        if found > MEGABYTES:
            target.complaints.append(f"the server takes {found:.0f} MB, {MEGABYTES} are too many")


async def _taken(client: gateway.GatewayStub, number: int) -> list[int]:
    request = gateway.ActivateJobsRequest(
        type="work", worker="w", timeout=60_000, maxJobsToActivate=number, requestTimeout=10_000
    )
    keys: list[int] = []
    while len(keys) < number:
        request.maxJobsToActivate = number - len(keys)
        before = len(keys)
        async for answer in client.ActivateJobs(request):
            keys += [job.key for job in answer.jobs]
        if len(keys) == before:
            break
    return keys


ATTACK = Attack(
    "instances that wait, there before the server is",
    run,
    seen=100_000,
    small=0.25,
    is_kept=True,
    before=park,
)
