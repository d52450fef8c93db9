"""Compares what two engines have done with one script, line by line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from tests.conformance.oracle.seen import Seen

STANDING = ("jobs", "job_variables", "incidents", "elements", "variables")
"""What lasts from one line to the next: a difference that is still the same is told once."""
PASSING = ("order", "ended")
ASPECTS = ("answer", *STANDING, *PASSING)


@dataclass(frozen=True)
class Difference:
    """One aspect of one line in which the engines differ: what only the first shows, what only the second."""

    behaviour: str
    line: str
    aspect: str
    first: tuple[str, ...]
    second: tuple[str, ...]
    details: str = ""

    def __str__(self) -> str:
        shown = (
            f"{self.behaviour}: > {self.line}: {self.aspect}: {list(self.first)} against {list(self.second)}"
        )
        return f"{shown} ({self.details})" if self.details else shown


def compare(behaviour: str, first: Sequence[Seen], second: Sequence[Seen]) -> list[Difference]:
    """The differences between two engines that play the same lines, up to the line at which they part."""
    differences: list[Difference] = []
    standing: dict[str, Difference | None] = {}
    for one, other in zip(first, second, strict=True):
        if one.answer != other.answer:
            details = "; ".join(text for text in (one.details, other.details) if text)
            differences.append(
                Difference(behaviour, one.line, "answer", (one.answer,), (other.answer,), details)
            )
        for aspect in (*STANDING, *PASSING):
            difference = _difference(behaviour, one, other, aspect)
            last = standing.get(aspect)
            is_news = difference is not None and (
                last is None or (last.first, last.second) != (difference.first, difference.second)
            )
            if difference is not None and (is_news or aspect in PASSING):
                differences.append(difference)
            standing[aspect] = difference
        if one.answer != other.answer or Counter(one.jobs) != Counter(other.jobs):
            break  # they are in different places, and what follows is said to neither of them
    return differences


def _difference(behaviour: str, first: Seen, second: Seen, aspect: str) -> Difference | None:
    ours, theirs = getattr(first, aspect), getattr(second, aspect)
    if aspect == "order" and Counter(ours) == Counter(theirs):
        return (
            Difference(behaviour, first.line, aspect, (", ".join(ours),), (", ".join(theirs),))
            if ours != theirs
            else None
        )
    if aspect == "order":
        return None  # that other jobs are there is told by the aspect of jobs
    only_first, only_second = Counter(ours) - Counter(theirs), Counter(theirs) - Counter(ours)
    if not only_first and not only_second:
        return None
    return Difference(
        behaviour,
        first.line,
        aspect,
        tuple(sorted(only_first.elements())),
        tuple(sorted(only_second.elements())),
    )
