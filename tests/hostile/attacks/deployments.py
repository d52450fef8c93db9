"""Large models, again and again, each dear to read: six of 150 KB held everybody up for minutes, and the server could
not be stopped.
"""

from __future__ import annotations

from counterflow_wire import gateway
from tests.hostile.attack import Attack
from tests.hostile.target import Target

TASKS = 600
"""Of a model: 150 KB."""


async def run(target: Target, dose: int) -> None:
    """Deploy `dose` models at once, each another one."""
    client = target.gateway()
    await target.note_all(
        (
            client.DeployResource(
                gateway.DeployResourceRequest(
                    resources=[gateway.Resource(name=f"large-{number}.bpmn", content=_model(number))]
                )
            )
            for number in range(dose)
        ),
        at_once=12,
    )


def _model(number: int) -> bytes:
    tasks = "".join(
        f'<bpmn:serviceTask id="t{place}"><bpmn:extensionElements><zeebe:taskDefinition type="large"/>'
        f'<zeebe:ioMapping><zeebe:input source="=a + {place}" target="x{place}"/></zeebe:ioMapping>'
        f'</bpmn:extensionElements></bpmn:serviceTask><bpmn:sequenceFlow id="f{place}" '
        f'sourceRef="{f"t{place - 1}" if place else "s"}" targetRef="t{place}"/>'
        for place in range(TASKS)
    )
    return (
        '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
        'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" targetNamespace="t">'
        f'<bpmn:process id="large-{number}" isExecutable="true"><bpmn:startEvent id="s"/>{tasks}</bpmn:process>'
        "</bpmn:definitions>"
    ).encode()


ATTACK = Attack("models of 600 tasks, twelve at a time", run, seen=6, small=0.34, is_kept=True)
