"""One variable that very many conditions wait for changes again and again. What was still to be asked was written
down anew with every page, so that ten times as many took a hundred times as long.
"""

from __future__ import annotations

import msgspec

from counterflow_wire import gateway
from tests.bpmn.diagram import boundary, conditional, element, end, extensions, model, path, service, start
from tests.bpmn.loops import loop
from tests.hostile.attack import Attack
from tests.hostile.target import Target

CHANGES = (0, 1, 2)
"""Of the variable: none holds, none, all."""
WATCHED = model(
    start(),
    element(
        "subProcess",
        loop(),
        start("s"),
        service("work", job="work"),
        boundary("told", "work", conditional("= x > 1"), cancelActivity="false"),
        element(
            "serviceTask",
            extensions(element("zeebe:taskDefinition", type='= if item = last then "last" else "told"')),
            id="heard",
        ),
        path("s", "work"),
        path("told", "heard"),
        id="each",
    ),
    end(),
    path("start", "each", "end"),
    process_id="watched",
)


async def run(target: Target, dose: int) -> None:
    """So many conditions in one process instance, all of which are asked for each change."""
    client = target.gateway()
    await target.deploy("watched.bpmn", WATCHED)
    variables = msgspec.json.encode({"items": list(range(dose)), "last": dose - 1, "x": -1}).decode()
    request = gateway.CreateProcessInstanceRequest(bpmnProcessId="watched", version=-1, variables=variables)
    begun = (await client.CreateProcessInstance(request)).processInstanceKey
    for value in CHANGES:
        change = gateway.SetVariablesRequest(elementInstanceKey=begun, variables=f'{{"x": {value}}}')
        await target.note_call(client.SetVariables(change))
    await _last_is_told(client)


async def _last_is_told(client: gateway.GatewayStub) -> None:
    request = gateway.ActivateJobsRequest(
        type="last",
        worker="w",
        timeout=600_000,
        maxJobsToActivate=1,
        requestTimeout=10_000,
        fetchVariable=["last"],
    )
    while True:
        async for answer in client.ActivateJobs(request):
            if answer.jobs:
                return


ATTACK = Attack("a variable that very many conditions wait for", run, seen=1_000, small=0.3)
