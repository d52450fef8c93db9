"""From the rules that match to one result (DMN 1.5, 8.2.8 to 8.2.11): a function per hit policy.

Each takes the hits in the order of the rules, at least one, and gives the output. A policy that is violated
raises `Violation`; the table's output is then null.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec

from counterflow.dmn.tree import Aggregation, HitPolicy
from counterflow.feel.builtins.aggregates import max_, min_, sum_
from counterflow.feel.run import Run, Value
from counterflow.feel.values import same


class Hit(msgspec.Struct, frozen=True):
    """A rule that matches: its index from 0, its outputs in the order of the columns, and their value.

    `rank` are the places of the outputs in the lists of output values; lower is better.
    """

    index: int
    outputs: tuple[Value, ...]
    value: Value
    rank: tuple[int, ...] = ()


class Violation(Exception):
    """The rules that match are not what the hit policy promises."""


Policy = Callable[[Run, list[Hit]], Value]


def _unique(_run: Run, hits: list[Hit]) -> Value:
    if len(hits) > 1:
        raise Violation(f"the hit policy UNIQUE allows one matching rule; found {_numbers(hits)}")
    return hits[0].value


def _any(run: Run, hits: list[Hit]) -> Value:
    first = hits[0].value
    if not all(same(run, hit.value, first) for hit in hits):
        raise Violation(
            "the hit policy ANY allows rules with the same output to match; found different ones from "
            f"{_numbers(hits)}"
        )
    return first


_NUMBERED: Final = 20


def _numbers(hits: list[Hit]) -> str:
    more = f" and {len(hits) - _NUMBERED} more" if len(hits) > _NUMBERED else ""
    return "rules " + ", ".join(str(hit.index + 1) for hit in hits[:_NUMBERED]) + more


def _first(_run: Run, hits: list[Hit]) -> Value:
    return hits[0].value


def _priority(_run: Run, hits: list[Hit]) -> Value:
    return min(hits, key=lambda hit: hit.rank).value


def _in_rule_order(_run: Run, hits: list[Hit]) -> Value:
    return [hit.value for hit in hits]


def _in_output_order(_run: Run, hits: list[Hit]) -> Value:
    return [hit.value for hit in sorted(hits, key=lambda hit: hit.rank)]


POLICIES: Final[dict[HitPolicy, Policy]] = {
    HitPolicy.UNIQUE: _unique,
    HitPolicy.ANY: _any,
    HitPolicy.FIRST: _first,
    HitPolicy.PRIORITY: _priority,
    HitPolicy.COLLECT: _in_rule_order,
    HitPolicy.RULE_ORDER: _in_rule_order,
    HitPolicy.OUTPUT_ORDER: _in_output_order,
}
MANY: Final = frozenset({HitPolicy.COLLECT, HitPolicy.RULE_ORDER, HitPolicy.OUTPUT_ORDER})
RANKED: Final = frozenset({HitPolicy.PRIORITY, HitPolicy.OUTPUT_ORDER})

_AGGREGATIONS: Final[dict[Aggregation, Callable[[Run, list[Value]], Value]]] = {
    Aggregation.SUM: sum_,
    Aggregation.MIN: min_,
    Aggregation.MAX: max_,
    Aggregation.COUNT: lambda _run, outputs: len(outputs),
}


def aggregated(aggregation: Aggregation) -> Policy:
    """COLLECT with an operator: over the single output, or over each output of several by itself."""
    aggregate = _AGGREGATIONS[aggregation]

    def collect(run: Run, hits: list[Hit]) -> Value:
        values = [hit.value for hit in hits]
        first = values[0]
        if not isinstance(first, dict) or len(hits[0].outputs) < 2:
            return aggregate(run, values)
        contexts = [value for value in values if isinstance(value, dict)]
        return {name: aggregate(run, [context[name] for context in contexts]) for name in first}

    return collect
