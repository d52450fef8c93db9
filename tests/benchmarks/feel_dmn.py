"""Expressions and decision tables, beside plain Python doing the same by hand: `python -m
tests.benchmarks.feel_dmn`.

Variables arrive as raw JSON each time, as they do in the engine; what an expression does not ask for is never
decoded. Plain Python gets the same bytes and decodes them with the same decoder. With Node at hand, its
module feelin is measured, too.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from counterflow import dmn, feel
from tests.benchmarks.figures import Figure, Result, Skipped, as_text, lines
from tests.conformance.feelin_twin import Unavailable, install, run
from tests.feel.hostile import ENDING, GROWING, evaluate

NOW_MS: Final = 1_700_000_000_000
SAMPLES: Final = 5
_SAMPLE_SECONDS: Final = 0.2

ORDER: Final = {"qty": 3, "price": 20.5, "items": [{"sku": f"s{n}", "price": n % 50} for n in range(1000)]}
VARIABLES: Final[Mapping[str, Any]] = {"amount": 150, "name": "  counterflow engine", "order": ORDER}
RAW: Final = {name: msgspec.Raw(json.dumps(value).encode()) for name, value in VARIABLES.items()}
LISTED: Final = {
    "order": msgspec.Raw(json.dumps({"qty": 3, "price": 20.5}).encode()),
    "history": msgspec.Raw(json.dumps(ORDER["items"]).encode()),
}

_DECODE: Final = msgspec.json.Decoder().decode

EXPRESSIONS: Final[Mapping[str, tuple[str, Mapping[str, msgspec.Raw], Callable[[], object]]]] = {
    "compare": ("amount > 100", RAW, lambda: _DECODE(RAW["amount"]) > 100),
    "calculate beside a list of 1 000": (
        "order.qty * order.price + 10",
        LISTED,
        lambda: _calculated(_DECODE(LISTED["order"])),
    ),
    "calculate with the list inside": (
        "order.qty * order.price + 10",
        RAW,
        lambda: _calculated(_DECODE(RAW["order"])),
    ),
    "text": ("upper case(substring(name, 5, 11))", RAW, lambda: _shouted(_DECODE(RAW["name"]))),
    "filter 1 000": ("count(order.items[price > 25])", RAW, lambda: _filtered(_DECODE(RAW["order"]))),
}
RULES: Final = (1, 10, 1000)


def _calculated(order: Any) -> object:
    return order["qty"] * order["price"] + 10


def _shouted(name: Any) -> object:
    return name[4:15].upper()


def _filtered(order: Any) -> object:
    return sum(item["price"] > 25 for item in order["items"])


# Tables


def table(rules: int) -> bytes:
    """A unique table of a string and a range column."""
    written = "".join(
        f"<rule><inputEntry><text>{json.dumps(_category(rule))}</text></inputEntry>"
        f"<inputEntry><text>[{rule * 10}..{rule * 10 + 10})</text></inputEntry>"
        f"<outputEntry><text>{rule}</text></outputEntry></rule>"
        for rule in range(rules)
    )
    return (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="m" name="m" namespace="urn:m">'
        '<decision id="rate" name="rate"><decisionTable hitPolicy="UNIQUE">'
        '<input><inputExpression typeRef="string"><text>category</text></inputExpression></input>'
        '<input><inputExpression typeRef="number"><text>amount</text></inputExpression></input>'
        f'<output name="rate" typeRef="number"/>{written}</decisionTable></decision></definitions>'
    ).encode()


def _category(rule: int) -> str:
    return f"category {rule % 10}"


def last_rule(rules: int) -> dict[str, msgspec.Raw]:
    """What only the last rule matches."""
    return {
        "category": msgspec.Raw(json.dumps(_category(rules - 1)).encode()),
        "amount": msgspec.Raw(str(rules * 10 - 5).encode()),
    }


def _walked(rules: list[tuple[str, int, int, int]], context: Mapping[str, msgspec.Raw]) -> object:
    category, amount = _DECODE(context["category"]), _DECODE(context["amount"])
    hits = [output for wanted, low, high, output in rules if category == wanted and low <= amount < high]
    return hits[0] if len(hits) == 1 else None


# Measuring


def rates(work: Callable[[], object]) -> list[float]:
    """How often a second, in each sample."""
    work()
    return [_rate(work) for _ in range(SAMPLES)]


def _rate(work: Callable[[], object]) -> float:
    rounds, started = 0, time.perf_counter()
    while (passed := time.perf_counter() - started) < _SAMPLE_SECONDS:
        for _ in range(100):
            work()
        rounds += 100
    return rounds / passed


def expressions() -> Iterator[Result]:
    for name, (text, context, by_hand) in EXPRESSIONS.items():
        expression = feel.compile(text)
        plain = f"{name}, by hand"
        yield Figure(f"FEEL {name}", rates(lambda: expression.evaluate(context, NOW_MS)), "/s", plain)  # noqa: B023  # measured at once
        yield Figure(plain, rates(by_hand), "/s")


def tables() -> Iterator[Result]:
    for count in RULES:
        definitions, context = dmn.read(table(count), "rate.dmn").definitions, last_rule(count)
        if definitions is None:
            raise ValueError("the table of the benchmark could not be read")
        rules = [(_category(rule), rule * 10, rule * 10 + 10, rule) for rule in range(count)]
        plain = f"table of {count}, by hand"
        yield Figure(f"DMN table of {count}", rates(_deciding(definitions, context)), "/s", plain)
        yield Figure(plain, rates(lambda: _walked(rules, context)), "/s")  # noqa: B023  # measured at once


def _deciding(definitions: dmn.Definitions, context: Mapping[str, msgspec.Raw]) -> Callable[[], object]:
    return lambda: definitions.evaluate("rate", context, NOW_MS)


# feelin, for comparison

_SCRIPT: Final = """
import { evaluate } from 'feelin';
import { readFileSync } from 'node:fs';
const { variables, expressions } = JSON.parse(readFileSync(0, 'utf8'));
const rates = {};
for (const [name, text] of Object.entries(expressions)) {
  const started = process.hrtime.bigint();
  let rounds = 0;
  while (process.hrtime.bigint() - started < 300000000n) { evaluate(text, variables); rounds++; }
  rates[name] = rounds / (Number(process.hrtime.bigint() - started) / 1e9);
}
console.log(JSON.stringify(rates));
"""


def feelin() -> Iterator[Result]:
    """The same expressions on Node, parsed each time, for feelin offers nothing else.

    Its variables are JavaScript's already.
    """
    with tempfile.TemporaryDirectory() as directory:
        try:
            script = install(Path(directory)).with_name("bench.mjs")
        except Unavailable as reason:
            yield Skipped("feelin", str(reason))
            return
        script.write_text(_SCRIPT, encoding="utf-8")
        texts = {name: text for name, (text, _, _) in EXPRESSIONS.items()}
        answered = run(script, {"variables": {**VARIABLES, "history": ORDER["items"]}, "expressions": texts})
        yield from (Figure(f"feelin {name}", [rate], "/s", f"FEEL {name}") for name, rate in answered.items())


# Expressions that mean harm


def worst() -> Iterator[Result]:
    """How long the worst of the hostile expressions takes, compiling included: the limits are in fuel, this
    is what they come to.
    """
    texts = [*(text for text, _ in ENDING), *(text for text, _ in GROWING)]
    for text in texts:
        evaluate(text)
    longest = [max(_milliseconds(text) for text in texts) for _ in range(3)]
    yield Figure(f"worst of {len(texts)} hostile expressions", longest, "ms")


def _milliseconds(text: str) -> float:
    started = time.perf_counter()
    evaluate(text)
    return (time.perf_counter() - started) * 1000


def feel_dmn() -> Iterator[Result]:
    """All of them."""
    yield from expressions()
    yield from tables()
    yield from worst()
    yield from feelin()


if __name__ == "__main__":
    print(as_text(lines(feel_dmn())))
