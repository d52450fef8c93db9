"""How many models of each group are accepted as they stand, and which reasons alone refuse the rest."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from counterflow.bpmn.read import read
from counterflow.documents.findings import Finding
from scripts.acceptance.models import Group, Model

_SHOWN: Final = 3
_OWN_WORDS: Final = re.compile(r"'[^']*'|`[^`]*`|\d+")


@dataclass(slots=True)
class Tally:
    """What became of the models of one group.

    `alone` has, by the reason, the places of the models that are refused for nothing else; `among_others` of
    how many models it is one of several reasons.
    """

    models: int = 0
    accepted: int = 0
    alone: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    among_others: Counter[str] = field(default_factory=Counter)

    @property
    def share(self) -> float:
        """The accepted ones, in percent."""
        return 100 * self.accepted / self.models if self.models else 0.0

    def count(self, model: Model) -> None:
        """Put one model to the reader."""
        reasons = {_reason(finding) for finding in read(model.content, model.place).errors}
        self.models += 1
        self.accepted += not reasons
        if len(reasons) == 1:
            self.alone[reasons.pop()].append(model.place)
        else:
            self.among_others.update(reasons)


def tallies(models: Iterable[Model]) -> dict[Group, Tally]:
    """What became of the models, group by group."""
    counted = {group: Tally() for group in Group}
    for model in models:
        counted[model.group].count(model)
    return counted


def report(counted: dict[Group, Tally], most: int) -> Iterator[str]:
    """The lines of a table of the groups, and of the `most` weighty reasons of each."""
    yield f"{'models of':22}{'all':>7}{'accepted':>10}{'share':>8}  to reach"
    for group, tally in counted.items():
        target = f"{group.target} %" if group.target is not None else ""
        yield f"{group.title:22}{tally.models:7}{tally.accepted:10}{tally.share:7.1f}%  {target}"
    for group, tally in counted.items():
        yield from _reasons(group, tally, most)


def _reasons(group: Group, tally: Tally, most: int) -> Iterator[str]:
    """Ranked by how many models each alone refuses, then by how many more it has a part in."""
    weights = {
        reason: (len(tally.alone[reason]), tally.among_others[reason])
        for reason in (*tally.alone, *tally.among_others)
    }
    ranked = sorted(weights, key=lambda reason: (weights[reason], reason), reverse=True)[:most]
    if ranked:
        yield f"\n{group.title}: alone, among others, reason"
    for reason in ranked:
        yield f"{weights[reason][0]:6}{weights[reason][1]:6}  {reason}"
        yield from (f"{'':14}{place}" for place in tally.alone[reason][:_SHOWN])


def _reason(finding: Finding) -> str:
    """A finding without what is of this model alone."""
    return f"{finding.rule}: {_OWN_WORDS.sub('…', finding.message)[:160]}"
