"""Names that fill the whole message: each was quoted in its refusal, and every line that told of it was looked at."""

from __future__ import annotations

from counterflow_wire import gateway
from tests.hostile.attack import Attack
from tests.hostile.target import Target

LENGTH = 3_500_000
DRAWN = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="t">'
    '<process id="{0}" isExecutable="true"><startEvent id="s"/>{1}</process></definitions>'
)


async def run(target: Target, dose: int) -> None:
    """Deploy `dose` files three times: with a long name, with a long id, with a long name that is to be told often."""
    client, name = target.gateway(), "x" * LENGTH
    often = "".join(f'<serviceTask id="t{number}"/>' for number in range(2_000))
    for content in (DRAWN.format("p", ""), DRAWN.format(name, ""), DRAWN.format(name[: LENGTH // 2], often)):
        files = gateway.Resource(
            name=f"{name if len(content) < LENGTH // 4 else 'a'}.bpmn", content=content.encode()
        )
        request = gateway.DeployResourceRequest(resources=[files])
        await target.note_all((client.DeployResource(request) for _ in range(dose)), at_once=4)
    assert set(target.told) <= {"INVALID_ARGUMENT", "RESOURCE_EXHAUSTED"}, target.told


ATTACK = Attack("files and ids with names of 3.5 MB", run, seen=4, small=0.25)
