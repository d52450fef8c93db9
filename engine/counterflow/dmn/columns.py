"""A column of a decision table, compiled so that one look-up answers for all its rules.

A set of rules is an `int` whose bit n stands for rule n, so that columns are combined by `&`. Three indexes
per kind of value: equal constants by hash, excluded constants by hash, and intervals by bisection: the ends
of all intervals cut the line into pieces, and each piece knows the rules that hold on it. Cells that no index
can answer are run, but only for rules still in play.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from counterflow.dmn.cells import Cell, Equal, Interval
from counterflow.feel.run import TEXT_PER_FUEL, Local, Run, Value
from counterflow.feel.temporal import Date, DateTime
from counterflow.feel.values import KINDS, Code, a_kind

Rules = int
_GLANCES_PER_FUEL: Final = 8
"""Cells without an index that are passed by for one unit of fuel; one that is asked costs a unit."""


class Intervals:
    """Which rules hold where on a line of values of one kind.

    `pieces[2 * n + 1]` holds at `points[n]`, `pieces[2 * n]` between it and the point before.
    """

    def __init__(self, intervals: list[tuple[int, Interval]]) -> None:
        ends = {end for _, interval in intervals for end in (interval.low, interval.high) if end is not None}
        self.points: list[Any] = sorted(ends)
        self.pieces = self._sweep(intervals)

    def _sweep(self, intervals: list[tuple[int, Interval]]) -> list[Rules]:
        """The pieces from left to right, with rules let in and out.

        Two intervals of one rule may overlap, so they are counted.
        """
        position = {point: 2 * index + 1 for index, point in enumerate(self.points)}
        last = 2 * len(self.points)
        changes: defaultdict[int, Counter[int]] = defaultdict(Counter)
        for rule, interval in intervals:
            first = 0 if interval.low is None else position[interval.low] + (not interval.low_included)
            after = last + 1 if interval.high is None else position[interval.high] + interval.high_included
            if first < after:
                changes[first][rule] += 1
                changes[after][rule] -= 1
        active: Counter[int] = Counter()
        holding: Rules = 0
        pieces: list[Rules] = []
        for piece in range(last + 1):
            for rule, change in changes[piece].items():
                active[rule] += change
                holding = holding | 1 << rule if active[rule] else holding & ~(1 << rule)
            pieces.append(holding)
        return pieces

    def at(self, value: Any) -> Rules:
        """The rules that hold at a value of that kind."""
        index = bisect_left(self.points, value)
        exact = index < len(self.points) and self.points[index] == value
        return self.pieces[2 * index + exact]


@dataclass
class KindIndex:
    """What holds for the values of one kind, such as all numbers."""

    equal: dict[Any, Rules] = field(default_factory=dict)
    negated: Rules = 0
    excluded: dict[Any, Rules] = field(default_factory=dict)
    intervals: Intervals | None = None


class Column:
    """All cells of one input, ready to be asked by `match`."""

    def __init__(self, cells: Iterable[Cell | Code], *, by_date: bool = False) -> None:
        """With `by_date`, a date and time is compared with dates by its own date."""
        self.always: Rules = 0
        self.negated: Rules = 0
        self.is_by_date = by_date
        self._rules_of: dict[str, Rules] = {}
        self.general: list[tuple[Rules, Code]] = []
        self.kinds: defaultdict[str, KindIndex] = defaultdict(KindIndex)
        intervals: defaultdict[str, list[tuple[int, Interval]]] = defaultdict(list)
        for rule, cell in enumerate(cells):
            if isinstance(cell, Cell):
                self._enter(rule, cell, intervals)
            else:
                self.general.append((1 << rule, cell))
        for kind, tests in intervals.items():
            self.kinds[kind].intervals = Intervals(tests)
        self._by_type = {kind: self.kinds.get(name) for kind, name in KINDS.items()}
        self._others = {kind: self._of_other_kinds(name) for kind, name in KINDS.items()}
        if by_date:
            self._by_date()

    def _enter(self, rule: int, cell: Cell, intervals: defaultdict[str, list[tuple[int, Interval]]]) -> None:
        bit = 1 << rule
        if not cell.tests:
            self.always |= bit
        for test in cell.tests:
            self._rules_of[_kind(test)] = self._rules_of.get(_kind(test), 0) | bit
            if isinstance(test, Interval):
                intervals[_kind(test)].append((rule, test))
            else:
                self._enter_equal(bit, test, negated=cell.negated)

    def _enter_equal(self, bit: Rules, test: Equal, *, negated: bool) -> None:
        index = self.kinds[KINDS[type(test.value)]]
        known = index.excluded if negated else index.equal
        known[test.value] = known.get(test.value, 0) | bit
        if negated:
            index.negated |= bit
            self.negated |= bit

    def _by_date(self) -> None:
        self._by_type[DateTime], self._others[DateTime] = self._by_type[Date], self._others[Date]

    def _of_other_kinds(self, name: str) -> tuple[tuple[str, Rules], ...]:
        """The kinds, other than this one, that indexed cells compare with, and in which rules.

        There the answer is null.
        """
        return (
            ()
            if name == "null"
            else tuple((kind, rules) for kind, rules in self._rules_of.items() if kind != name)
        )

    def match(self, run: Run, local: Local, value: Value, in_play: Rules) -> Rules:
        """The rules of `in_play` whose cell the value passes; warns of cells that compare another kind."""
        if isinstance(value, str):
            run.spend(len(value) // TEXT_PER_FUEL)
        passed = self.always | self._indexed(value)
        for kind, rules in self._others[type(value)]:
            if rules & in_play & ~passed:
                run.warn(
                    "wrong type",
                    f"a cell of a table compares values of one kind; found {a_kind(value)} and a {kind}",
                )
        return (
            passed & in_play | self._evaluated(run, (*local, value), in_play & ~passed)
            if self.general
            else passed & in_play
        )

    def _evaluated(self, run: Run, local: Local, in_play: Rules) -> Rules:
        """The rules in play whose cells no index can answer and say yes."""
        run.spend(len(self.general) // _GLANCES_PER_FUEL)
        passed: Rules = 0
        for bit, code in self.general:
            if bit & in_play:
                run.spend()
                if code(run, local) is True:
                    passed |= bit
        return passed

    def _indexed(self, value: Value) -> Rules:
        if value is None:
            return self.negated  # null is different from every constant, and compares with none
        index = self._by_type[type(value)]
        if index is None:
            return 0
        if self.is_by_date and type(value) is DateTime:
            value = value.date
        passed = index.equal.get(value, 0) if index.equal else 0
        if index.negated:
            passed |= index.negated & ~index.excluded.get(value, 0)
        return passed if index.intervals is None else passed | index.intervals.at(value)


def _kind(test: Equal | Interval) -> str:
    """The kind of the constants that a test compares with."""
    if isinstance(test, Equal):
        return KINDS[type(test.value)]
    interval = test
    return KINDS[type(interval.high if interval.low is None else interval.low)]


def positions(rules: Rules) -> Iterator[int]:
    """The numbers of the rules in a set, from 0, ascending."""
    while rules:
        lowest = rules & -rules
        yield lowest.bit_length() - 1
        rules ^= lowest
