"""Loops around timers that are due at once: a round is a command of its own, so nothing within a command stops
them. One such instance took every other call from 1.4 to 67 ms and wrote 3.5 MB of log a second.
"""

from __future__ import annotations

import asyncio

from counterflow_wire import counterflow_v1, gateway
from tests.bpmn.diagram import boundary, catch, end, model, path, service, start, timer
from tests.bpmn.diagram import gateway as diamond
from tests.hostile.attack import Attack
from tests.hostile.target import Target

PAST = timer("timeDate", "2001-01-01T00:00:00Z")
NOW = timer(text="PT0S")
LOOPS = {
    "bounced": model(
        start(),
        service("pack", job="pack"),
        boundary("late", "pack", NOW),
        path("start", "pack"),
        path("late", "pack"),
        process_id="bounced",
    ),
    "past": model(start(), catch("wait", PAST), path("start", "wait", "wait"), process_id="past"),
    "doubled": model(
        start(),
        diamond("again"),
        diamond("fork", "parallel"),
        catch("left", NOW),
        catch("right", PAST),
        path("start", "again", "fork", "left", "again"),
        path("fork", "right", "again"),
        process_id="doubled",
    ),
}
BEATS = model(
    start("every", timer("timeCycle", "R/PT0.001S")), end(), path("every", "end"), process_id="beats"
)


async def run(target: Target, dose: int) -> None:
    """So many instances of each, until all of them are held; and instances that begin as fast as may be."""
    client = target.gateway()
    for process_id, content in LOOPS.items():
        await target.deploy(f"{process_id}.bpmn", content)
    await target.deploy("beats.bpmn", BEATS)
    requests = [
        gateway.CreateProcessInstanceRequest(bpmnProcessId=process_id, version=-1)
        for process_id in LOOPS
        for _ in range(dose)
    ]
    await target.note_all(client.CreateProcessInstance(request) for request in requests)
    reader = counterflow_v1.CounterflowStub(target.channel())
    while await _held(reader) < len(requests):  # noqa: ASYNC110 - as a person asks who waits for it
        await asyncio.sleep(0.2)


async def _held(reader: counterflow_v1.CounterflowStub) -> int:
    """How many instances are held; one that has doubled itself is held at many of its elements."""
    held: set[int] = set()
    page_key = 0
    while True:
        found = await reader.ListIncidents(
            counterflow_v1.ListIncidentsRequest(page_size=1_000, page_key=page_key)
        )
        held |= {incident.process_instance_key for incident in found.incidents}
        page_key = found.next_page_key
        if not page_key:
            return len(held)


ATTACK = Attack("loops around timers that are due at once", run, seen=1, is_kept=True)
