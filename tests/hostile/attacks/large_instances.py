"""Instances that wait, each with variables of 1.9 MB: four hundred took 744 MB of memory."""

from __future__ import annotations

from counterflow_wire import gateway
from tests.hostile.attack import Attack
from tests.hostile.target import Target

WAITS = b"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="t"
 xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"><process id="large" isExecutable="true"><startEvent id="s"/>
 <serviceTask id="t"><extensionElements><zeebe:taskDefinition type="nobody"/></extensionElements></serviceTask>
 <sequenceFlow id="f" sourceRef="s" targetRef="t"/></process></definitions>"""
VARIABLES = '{"large":"%s"}' % ("x" * 1_900_000)


async def run(target: Target, dose: int) -> None:
    """Create `dose` of them."""
    await target.deploy("large.bpmn", WAITS)
    client = target.gateway()
    request = gateway.CreateProcessInstanceRequest(bpmnProcessId="large", version=-1, variables=VARIABLES)
    await target.note_all((client.CreateProcessInstance(request) for _ in range(dose)), at_once=4)
    assert target.told["OK"] >= dose, target.told


ATTACK = Attack("waiting instances with 1.9 MB of variables", run, seen=40, small=0.5, is_kept=True)
