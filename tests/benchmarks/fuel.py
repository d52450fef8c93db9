"""What a unit of fuel takes at worst: every built-in and every form on arguments at their limits, repeated until it can be measured.

Processor time, the least of a few runs: the machine may have other work. `python -m tests.benchmarks.fuel NAME …`
measures all cases of some built-ins, or of `forms`.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from counterflow.feel.builtins import BUILTINS
from counterflow.feel.errors import FeelSyntaxError
from counterflow.feel.run import Limits
from counterflow.feel.values import Code
from tests.benchmarks.figures import Figure, Result
from tests.feel import extremes
from tests.feel.extremes import Case

LIMITS: Final = Limits()
WORST: Final = 10
_SECONDS: Final = 0.005
_SAMPLED: Final = 60
"""Cases of a built-in, and ten times as many of the forms, that the table is made of; the module by itself takes all."""
_MOST_ROUNDS: Final = 100_000


class Price(NamedTuple):
    """Microseconds of processor time for each unit of fuel, and of what."""

    microseconds: float
    text: str
    units: int
    rounds: int


def priced(case: Case) -> Price | None:
    """The case with as many rounds as can be measured; None where it does not compile."""
    try:
        code = extremes.compiled(case)
    except FeelSyntaxError:
        return None
    rounds = 1
    while True:
        units, seconds = min(_measured(case, code, rounds) for _ in range(1))
        if seconds > _SECONDS or units >= LIMITS.fuel or rounds >= _MOST_ROUNDS:
            if seconds / max(units, 1) > 1e-6:
                units, seconds = min(
                    (_measured(case, code, rounds) for _ in range(2 if seconds < 1 else 1)),
                    key=lambda one: one[1],
                )
            return Price(seconds * 1e6 / max(units, 1), f"{case.repeated} ({_shown(case)})", units, rounds)
        rounds *= 10


def _measured(case: Case, code: Code, rounds: int) -> tuple[int, float]:
    started = time.thread_time()
    units = extremes.used(case, code, rounds, LIMITS)
    return units, time.thread_time() - started


def _shown(case: Case) -> str:
    shown = {
        name: f"{type(value).__name__} {str(value)[:24] if not isinstance(value, list | dict) else (len(value), type(next(iter(value))).__name__)}"
        for name, value in case.values.items()
    }
    return ", ".join(f"{name}: {text}" for name, text in shown.items())


def cases(names: Iterable[str]) -> Iterator[tuple[str, Case]]:
    """All cases by what they are of; of `names` only, where some are given."""
    chosen = list(names)
    for name in chosen or [*sorted(BUILTINS), "forms"]:
        given = extremes.forms() if name == "forms" else extremes.calls(name)
        yield from ((name, case) for case in given)


def worst_of(chosen: Iterable[Case]) -> list[Price]:
    """The prices of cases, the dearest first."""
    return sorted((price for case in chosen if (price := priced(case)) is not None), reverse=True)


def _sampled() -> Iterator[Case]:
    chance = random.Random(1)
    for name in [*sorted(BUILTINS.keys() - {"assert"}), "forms"]:  # an assert that fails ends at once
        known = [case for _, case in cases([name])]
        yield from chance.sample(known, min(len(known), _SAMPLED * (10 if name == "forms" else 1)))


def fuel() -> Iterator[Result]:
    """The worst ten of a sample by chance, with a seed."""
    for number, price in enumerate(worst_of(_sampled())[:WORST], 1):
        yield Figure(f"fuel, worst {number}: {price.text[:90]}", [price.microseconds], "µs a unit")


if __name__ == "__main__":
    for price in worst_of(case for _, case in cases(sys.argv[1:]))[:200]:
        print(
            f"{price.microseconds:10.2f} µs  {price.units:8d} units {price.rounds:7d} rounds  {price.text[:150]}",
            flush=True,
        )
