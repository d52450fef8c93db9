"""The outcome of asking, and the document that tells of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.conformance.zeebe_oracle.compare import Difference
from tests.conformance.zeebe_oracle.reasons import Exclusion, Reason, Reasons

HEAD = """\
# Differences from Zeebe

A real Zeebe 8.6.0 was given every behaviour of `bpmn/behaviours` that it can deploy, and so was Counterflow with
`--compensation-order parallel` (Zeebe begins all handlers at once). After each line of a script were compared: the answer's gRPC status,
the open jobs with type, state, retries and headers, their order, their variables, incidents, element instances, variables
of every scope, and what has ended. In the same way the commands of the gateway were put to both, the wrong ones included.
`make oracle` asks again and writes this file; it fails on a difference that has no reason here.

What is compared is given to both engines alike: where Zeebe wants another form of diagram (artifacts behind flow elements, a
flow out of every boundary event, named by the event itself) both get the diagram in that form. Not compared are times, keys, texts of
messages, and Zeebe's record that a compensation boundary event was passed when its activity completed.
"""


@dataclass
class Outcome:
    """What asking has brought: behaviours by what became of them; each by name."""

    identical: list[str] = field(default_factory=list)
    differing: dict[str, list[Difference]] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    """What Zeebe said when it refused the diagram."""
    not_asked: dict[str, str] = field(default_factory=dict)
    """The title of the reason."""

    def add(self, behaviour: str, differences: list[Difference]) -> None:
        """A behaviour that was played on both."""
        if differences:
            self.differing[behaviour] = differences
        else:
            self.identical.append(behaviour)


@dataclass
class Judgement:
    """An outcome in the light of the reasons."""

    places: dict[str, dict[str, None]]
    """Behaviours by the title of the reason that they show."""
    unexplained: list[str]
    stale: list[str]


def judge(outcome: Outcome, reasons: Reasons, *, is_whole: bool = True) -> Judgement:
    """Find the reason for everything; only a whole run can tell which reasons are stale."""
    places: dict[str, dict[str, None]] = {}
    unexplained: list[str] = []
    for behaviour, differences in outcome.differing.items():
        for difference in differences:
            titles, rest = reasons.explain(difference)
            for title in titles:
                places.setdefault(title, {})[behaviour] = None
            unexplained += [f"{behaviour}: > {difference.line}: {difference.aspect}: {text}" for text in rest]
    for behaviour, refusal in outcome.refused.items():
        title = reasons.why_refused(refusal)
        if title:
            places.setdefault(title, {})[behaviour] = None
        else:
            unexplained.append(f"{behaviour}: Zeebe refuses the diagram: {refusal}")
    for behaviour, title in outcome.not_asked.items():
        places.setdefault(title, {})[behaviour] = None
    return Judgement(places, unexplained, [why.title for why in reasons.entries() if is_whole and why.title not in places])


def document(outcome: Outcome, reasons: Reasons, judgement: Judgement) -> str:
    """`docs/differences.md`."""
    lines = [HEAD, *_table(outcome, reasons, judgement)]
    for heading, entries in (
        ("Where the engines differ", reasons.differences),
        ("What Zeebe refuses to deploy", reasons.refused),
        ("What Zeebe is not asked", reasons.not_asked),
    ):
        lines += ["", f"## {heading}"]
        for entry in entries:
            lines += _section(entry, judgement.places.get(entry.title, {}))
    if judgement.unexplained:
        lines += ["", "## UNEXPLAINED", "", *(f"- {text}" for text in judgement.unexplained)]
    return "\n".join(lines) + "\n"


def _table(outcome: Outcome, reasons: Reasons, judgement: Judgement) -> list[str]:
    rows = [("identical", len(outcome.identical)), ("differ, for a reason below", len(outcome.differing))]
    rows += [(f"not deployable there: {why.title}", len(judgement.places.get(why.title, {}))) for why in reasons.refused]
    rows += [(f"not asked: {why.title}", len(judgement.places.get(why.title, {}))) for why in reasons.not_asked]
    total = len(outcome.identical) + len(outcome.differing) + len(outcome.refused) + len(outcome.not_asked)
    rows += [("all", total)]
    return ["| behaviours and commands | |", "| --- | ---: |", *(f"| {label} | {count} |" for label, count in rows)]


def _section(entry: Reason | Exclusion, behaviours: Iterable[str]) -> list[str]:
    return ["", f"### {entry.title}", "", entry.text, "", "Seen in: " + ", ".join(f"`{name}`" for name in behaviours) + "."]
