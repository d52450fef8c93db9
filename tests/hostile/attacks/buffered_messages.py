"""Messages that nobody waits for, each with 1.9 MB: four hundred took 745 MB of memory, and again after a restart."""

from __future__ import annotations

from counterflow_wire import gateway
from tests.hostile.attack import Attack
from tests.hostile.target import Target

VARIABLES = '{"large":"%s"}' % ("x" * 1_900_000)
A_DAY_MS = 86_400_000


async def run(target: Target, dose: int) -> None:
    """Publish `dose` of them, half of them to one place."""
    client = target.gateway()
    await target.note_all(
        (
            client.PublishMessage(
                gateway.PublishMessageRequest(
                    name="large",
                    correlationKey=str(number) if number % 2 else "one",
                    timeToLive=A_DAY_MS,
                    messageId=str(number),
                    variables=VARIABLES,
                )
            )
            for number in range(dose)
        ),
        at_once=4,
    )
    assert target.told["OK"] >= dose, target.told


ATTACK = Attack("messages of 1.9 MB that wait for a day", run, seen=40, small=0.5, is_kept=True)
