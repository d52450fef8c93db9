"""The outcome of asking, and the document that tells of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.conformance.oracle.compare import Difference
from tests.conformance.oracle.reasons import Exclusion, Reason, Reasons

HEAD = """\
# Differences from Camunda 7, as Operaton runs it

Operaton, the living fork of Camunda 7 under the Apache License 2.0, was given every behaviour of `bpmn/behaviours` that it can deploy,
and so was Counterflow with `--compensation-order parallel` (Camunda 7 begins the handlers of a throw together). `make oracle` asks
again and writes this file; it fails on a difference that has no reason here, and on a reason without a difference.

Most behaviours are drawn for the `zeebe:` dialect: their diagrams are translated into the `camunda:` dialect first, and both engines
are given the translation (external tasks for job types, JUEL for FEEL, `camunda:in` and `out`, loops over `camunda:collection`; output
collections are left out, and correlation keys are our own attribute, by which the oracle finds the receiver in Operaton). After each
line of a script were compared: whether the command was carried out, the open jobs with type, state and tries, their order, the
variables that their workers see, incidents, running elements, the variables of every scope, and what has ended. At the line where the
answers or the open jobs differ the two have parted, and what follows is not compared. Not compared are times, keys and texts of
messages; an external task of Operaton's without a number of tries counts as having three, and a user task as a job with one.
"""


@dataclass
class Outcome:
    """What asking has brought: behaviours by what became of them; each by name."""

    identical: list[str] = field(default_factory=list)
    differing: dict[str, list[Difference]] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    """What Operaton said when it refused the diagram."""
    not_asked: dict[str, str] = field(default_factory=dict)
    """The title of the reason."""
    without_twin: dict[str, str] = field(default_factory=dict)
    """What `camunda:` has no twin for."""

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
            unexplained.append(f"{behaviour}: Operaton refuses the diagram: {refusal}")
    for behaviour, title in outcome.not_asked.items():
        places.setdefault(title, {})[behaviour] = None
    return Judgement(
        places, unexplained, [why.title for why in reasons.entries() if is_whole and why.title not in places]
    )


def document(outcome: Outcome, reasons: Reasons, judgement: Judgement) -> str:
    """`docs/differences-camunda7.md`."""
    lines = [HEAD, *_table(outcome, reasons, judgement)]
    for heading, entries in (
        ("Where the engines differ", reasons.differences),
        ("What Operaton refuses to deploy", reasons.refused),
        ("What Operaton is not asked", reasons.not_asked),
    ):
        lines += ["", f"## {heading}"]
        for entry in entries:
            lines += _section(entry, judgement.places.get(entry.title, {}))
    if judgement.unexplained:
        lines += ["", "## UNEXPLAINED", "", *(f"- {text}" for text in judgement.unexplained)]
    return "\n".join(lines) + "\n"


def _table(outcome: Outcome, reasons: Reasons, judgement: Judgement) -> list[str]:
    rows = [("identical", len(outcome.identical)), ("differ, for a reason below", len(outcome.differing))]
    rows += [
        (f"not deployable there: {why.title}", len(judgement.places.get(why.title, {})))
        for why in reasons.refused
    ]
    rows += [
        (f"not asked: {why.title}", len(judgement.places.get(why.title, {}))) for why in reasons.not_asked
    ]
    total = len(outcome.identical) + len(outcome.differing) + len(outcome.refused) + len(outcome.not_asked)
    rows += [("all", total)]
    return ["| behaviours | |", "| --- | ---: |", *(f"| {label} | {count} |" for label, count in rows)]


def _section(entry: Reason | Exclusion, behaviours: Iterable[str]) -> list[str]:
    return [
        "",
        f"### {entry.title}",
        "",
        entry.text,
        "",
        "Seen in: " + ", ".join(f"`{name}`" for name in behaviours) + ".",
    ]
