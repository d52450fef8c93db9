"""Decisions that each hold the one before twice: twenty-four, in 5 KB, took a minute and 1.6 GB, again after each restart."""

from __future__ import annotations

from counterflow_wire import gateway
from tests.dmn.drawing import decision, literal, model
from tests.hostile.attack import Attack
from tests.hostile.target import Target

CHAIN = 24


async def run(target: Target, dose: int) -> None:
    """Deploy one chain, and ask for its end `dose` times, twelve at a time."""
    chain = [decision("d0", literal('"0123456789"'))]
    chain += [
        decision(f"d{number}", literal(f"[d{number - 1}, d{number - 1}]"), needs=f"!d{number - 1}")
        for number in range(1, CHAIN)
    ]
    await target.deploy("chain.dmn", model(*chain))
    client = target.gateway()
    request = gateway.EvaluateDecisionRequest(decisionId=f"d{CHAIN - 1}", variables="{}")
    await target.note_all((client.EvaluateDecision(request) for _ in range(dose)), at_once=12)


ATTACK = Attack("decisions that hold the one before twice", run, seen=10, small=1, is_kept=True)
