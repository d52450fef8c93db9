"""The page: what the reader answers, as tables."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

from counterflow.bpmn.elements import READ_OVER
from scripts.what_runs.ask import Answer, Verdict, ask
from scripts.what_runs.dialects import ADDED
from scripts.what_runs.elements import SECTIONS, Section
from scripts.what_runs.events import POSITIONS, TRIGGERS
from scripts.what_runs.words import DIALECTS

NOT_IN_BPMN: Final = "·"

HEAD: Final = f"""# What runs

Every element of BPMN 2.0 in every place that the standard gives it, in models of both dialects. Each
sign is what the reader of models says when it is given a small process with that element in that place;
`python -m scripts.what_runs` asks it again and writes this page, and a test plays every process that is
accepted until its element has been reached.

| | |
| --- | --- |
| {Verdict.RUNS} | runs |
| {Verdict.WARNED} | is accepted, with the warning beside it |
| {Verdict.DRAWN} | may be drawn, and takes no part in the execution |
| {Verdict.REFUSED} | is refused at deployment, with its line and what to draw instead |
| {NOT_IN_BPMN} | does not exist in BPMN |

Where the dialects differ there are two signs among events, `zeebe:` first. What the extensions of
Camunda 7 become is told in [camunda7-dialect.md](camunda7-dialect.md), where processes run
otherwise than in Zeebe in [differences.md](differences.md); every property that Camunda Modeler can write
is in [modeler.md](modeler.md). `counterflow lint FILE` says it of a model of
yours.

A file may hold several executable pools: each is a process of its own. A message flow between them is
drawn only: messages pass as between any two processes, and reach who waits for them when they are published.
"""


def page() -> str:
    """The whole of it, as Markdown."""
    parts = [HEAD, _events(), *map(_section, SECTIONS), _extensions(), _read_over()]
    return "\n".join(parts)


# -- events --------------------------------------------------------------------------------------------------


def _events() -> str:
    answers = {
        (trigger, position.name): [ask(position.model(trigger, words)) for words in DIALECTS]
        for trigger in TRIGGERS
        for position in POSITIONS
        if trigger in position.triggers
    }
    rows = (
        [trigger, *(_signs(answers.get((trigger, position.name), [])) for position in POSITIONS)]
        for trigger in TRIGGERS
    )
    table = _table(["", *(position.name for position in POSITIONS)], rows)
    instead: dict[tuple[str, str], list[str]] = defaultdict(list)
    for (trigger, position), both in answers.items():
        for remark in dict.fromkeys(answer.remark for answer in both if answer.verdict is Verdict.REFUSED):
            instead[trigger, remark].append(position)
    refused = [
        [f"{trigger}: {_placed(trigger, positions)}", remark]
        for (trigger, remark), positions in instead.items()
    ]
    told = _table(["refused", "instead"], refused) if refused else ""
    return f"## Events\n\n{table}\n{told}"


def _placed(trigger: str, positions: list[str]) -> str:
    """Positions by name, all of them in a word."""
    known = [position.name for position in POSITIONS if trigger in position.triggers]
    return "everywhere" if positions == known else ", ".join(positions)


def _signs(both: Sequence[Answer]) -> str:
    if not both:
        return NOT_IN_BPMN
    signs = [answer.verdict.value for answer in both]
    return signs[0] if len(set(signs)) == 1 else " ".join(signs)


# -- everything else -----------------------------------------------------------------------------------------


def _section(section: Section) -> str:
    rows = []
    for question in section.questions:
        answers = [ask(question.model(words)) for words in DIALECTS]
        remarks = " ".join(dict.fromkeys(answer.remark for answer in answers if answer.remark))
        rows.append([question.name, *(answer.verdict.value for answer in answers), remarks])
    head = ["", *(f"`{words.name}`" for words in DIALECTS), "instead, or beside"]
    return f"## {section.title}\n\n{_table(head, rows)}"


def _extensions() -> str:
    parts = []
    for words, added in ADDED.items():
        answers = [(one, ask(one.model(words))) for one in added]
        rows = [
            [f"{one.name} ({_spaced(one.tag)})", answer.verdict.value, answer.remark]
            for one, answer in answers
        ]
        parts.append(f"## What `{words.name}` adds\n\n{_table(['', '', 'instead, or beside'], rows)}")
    return "\n".join(parts)


def _spaced(tag: str) -> str:
    return re.sub(r"(?=[A-Z])", " ", tag).lower()


def _read_over() -> str:
    tags = ", ".join(f"`{tag}`" for tag in sorted(READ_OVER))
    return f"## Read over\n\nThese children of a process or an element never refuse a model: {tags}.\n"


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [list(columns), ["---"] * len(columns), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)
