"""Calls name things by ids of four megabytes, and every refusal would like to quote them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from counterflow_wire import gateway
from tests.hostile.attack import Attack
from tests.hostile.target import Target

LONG = "ü\n\x1b[31m%'" * 550_000


async def run(target: Target, dose: int) -> None:
    """`dose` calls of each kind, a few at a time."""
    await target.note_all(_calls(target, dose), at_once=min(dose, 4))


def _calls(target: Target, dose: int) -> Iterator[Any]:
    client, long = target.gateway(), LONG[: 4_000_000 // 9 * 8 // 2]
    for _ in range(dose):
        yield client.CreateProcessInstance(
            gateway.CreateProcessInstanceRequest(bpmnProcessId=long, version=-1)
        )
        yield client.CreateProcessInstance(
            gateway.CreateProcessInstanceRequest(
                bpmnProcessId="innocent",
                version=-1,
                startInstructions=[gateway.ProcessInstanceCreationStartInstruction(elementId=long)],
            )
        )
        yield client.CreateProcessInstance(
            gateway.CreateProcessInstanceRequest(bpmnProcessId="innocent", version=-1, tenantId=long)
        )
        yield client.CreateProcessInstance(
            gateway.CreateProcessInstanceRequest(bpmnProcessId="innocent", version=-1, variables=long)
        )
        yield client.CreateProcessInstance(
            gateway.CreateProcessInstanceRequest(
                bpmnProcessId="innocent",
                version=-1,
                variables=json.dumps({long: 1}, ensure_ascii=False),
            )
        )
        yield client.EvaluateDecision(gateway.EvaluateDecisionRequest(decisionId=long))
        yield client.DeployResource(
            gateway.DeployResourceRequest(resources=[gateway.Resource(name=long, content=b"<x/>")])
        )
        yield client.DeployResource(
            gateway.DeployResourceRequest(resources=[gateway.Resource(name=long + ".bpmn", content=b"<x/>")])
        )


ATTACK = Attack(
    "eight kinds of calls whose ids, names and documents are 4 MB of odd text", run, seen=2, small=0.5
)
