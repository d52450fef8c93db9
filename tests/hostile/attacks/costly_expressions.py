"""Short expressions that take long: `count(for i in 1..199999 return even(1e6144))` held everybody up for minutes."""

from __future__ import annotations

import json

from counterflow_wire import gateway
from tests.dmn.drawing import decision, literal, model
from tests.hostile.attack import Attack
from tests.hostile.target import Target

EXPRESSIONS = (
    "count(for i in 1..199999 return even(1e6144))",
    "count(for i in 1..199999 return 1.0000001 ** 12345.678)",
    "count(for i in 1..199999 return log(1.5 + i))",
    "count(for i in 1..199999 return text = other)",
    "max(for i in 1..199999 return text)",
    "sort(for i in 1..9999 return text + string(i))",
    "count(distinct values(for i in 1..9999 return text + string(i)))",
    'count(for i in 1..999 return matches(text, "[ab]*a[ab]{900}c"))',
    'count(for i in 1..999 return matches(text, "a{" + string(i) + "}b"))',
    'matches(text, "(a*)*\\1b")',
    'count(extract(text, "a(.*b)?"))',
    'count(for i in 1..199999 return @"999999999-01-01T00:00:00@Europe/Paris" < now())',
    'count(for i in 1..199999 return date and time("2030-01-01T00:00:00@None/" + string(i)))',
    "count(for i in 1..199999 return from json(json))",
    "for i in 1..199999 return 1e6144",
    "{a: for i in 1..9999 return [i], b: a[item in a]}.b",
    "{f: function(n) if n < 2 then n else f(n - 1) + f(n - 2), r: f(40)}.r",
    "{a: [1], b: function(l) [l, l], r: b(b(b(b(b(b(b(b(b(b(b(b(b(b(b(b(b(b(b(b(b(b(b(b(a))))))))))))))))))))))))}.r",
)
VARIABLES = json.dumps({"text": "a" * 100_000, "other": "a" * 100_000, "json": f"[{'[],' * 1_000}[]]"})


async def run(target: Target, dose: int) -> None:
    """Ask for each of them `dose` times, one after another."""
    decisions = [decision(f"e{number}", literal(text)) for number, text in enumerate(EXPRESSIONS)]
    await target.deploy("costly.dmn", model(*decisions))
    client = target.gateway()
    for number in range(len(EXPRESSIONS)):
        request = gateway.EvaluateDecisionRequest(decisionId=f"e{number}", variables=VARIABLES)
        await target.note_all((client.EvaluateDecision(request) for _ in range(dose)), at_once=1)


ATTACK = Attack(
    "short expressions that take long, one after another",
    run,
    seen=1,
    settings={
        "command_limit_ms": "60000"
    },  # it is the prices that are shown here, not the watchdog behind them
    is_kept=True,
)
