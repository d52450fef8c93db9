"""One large instance that is brought to another version and back again and again: 19,000 rows took 265 ms a time."""

from __future__ import annotations

import grpc

from counterflow_wire import counterflow_v1, gateway
from tests.hostile.attack import Attack
from tests.hostile.target import Target

ROUNDS = 4
ITEM_ROWS = 4
"""An element, its job, and two variables."""


def model(work: str) -> bytes:
    """An activity of this id that is done for very many items at once."""
    return f"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="t"
 xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"><process id="steered" isExecutable="true"><startEvent id="s"/>
 <serviceTask id="{work}"><extensionElements><zeebe:taskDefinition type="nobody"/></extensionElements>
 <multiInstanceLoopCharacteristics><extensionElements><zeebe:loopCharacteristics inputCollection="= for i in 1..items return i"
 inputElement="item"/></extensionElements></multiInstanceLoopCharacteristics></serviceTask>
 <sequenceFlow id="f" sourceRef="s" targetRef="{work}"/></process></definitions>""".encode()


async def run(target: Target, dose: int) -> None:
    """Begin one with so many rows, and steer it."""
    client, own = target.gateway(), counterflow_v1.CounterflowStub(target.channel())
    definitions = []
    for work in ("work", "renamed"):
        answer = await client.DeployResource(
            gateway.DeployResourceRequest(
                resources=[gateway.Resource(name="steered.bpmn", content=model(work))]
            )
        )
        definitions.append(answer.deployments[0].process.processDefinitionKey)
    begun = await client.CreateProcessInstance(
        gateway.CreateProcessInstanceRequest(
            bpmnProcessId="steered", version=1, variables=f'{{"items": {dose // ITEM_ROWS - 2}}}'
        )
    )
    key = begun.processInstanceKey
    for place in range(ROUNDS):
        before, after = ("work", "renamed") if place % 2 == 0 else ("renamed", "work")
        mapping = counterflow_v1.ElementMapping(source_element_id=before, target_element_id=after)
        target_key = definitions[(place + 1) % 2]
        migration = counterflow_v1.MigrateRequest(
            process_instance_key=key, target_definition_key=target_key, mappings=[mapping]
        )
        await target.note_call(_migrate(own, migration))
        await target.note_call(own.Suspend(counterflow_v1.SuspendRequest(process_instance_key=key)))
        await target.note_call(own.Resume(counterflow_v1.ResumeRequest(process_instance_key=key)))
    again = gateway.ModifyProcessInstanceRequest.ActivateInstruction(elementId="work")
    await target.note_call(
        client.ModifyProcessInstance(
            gateway.ModifyProcessInstanceRequest(processInstanceKey=key, activateInstructions=[again])
        )
    )
    if target.told["OK"] != 3 * ROUNDS + 1:
        target.complaints.append(
            f"it was to be migrated, suspended and resumed {ROUNDS} times: {target.words}"
        )


async def _migrate(own: counterflow_v1.CounterflowStub, request: counterflow_v1.MigrateRequest) -> None:
    """It migrates no sooner than all of its items have begun, and is refused until then."""
    while True:
        try:
            await own.Migrate(request)
        except grpc.aio.AioRpcError as error:
            if "in pages" not in (error.details() or ""):
                raise
        else:
            return


ATTACK = Attack("one large instance, migrated again and again", run, seen=1_900, small=1)
