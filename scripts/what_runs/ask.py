"""What the reader says to a model."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from counterflow.bpmn.read import read
from scripts.what_runs.words import SUBJECT


class Verdict(StrEnum):
    """What becomes of an element; the value is its sign on the page."""

    RUNS = "✓"
    WARNED = "⚠"
    DRAWN = "○"
    REFUSED = "✗"


class Answer(NamedTuple):
    """A verdict, and what a person is told with it.

    That is what to draw instead of what is refused, or what a warning says.
    """

    verdict: Verdict
    remark: str


def ask(model: bytes, subject: str = SUBJECT) -> Answer:
    """Put a model to the reader.

    What it accepts runs if the element is part of the process, and is only drawn otherwise.
    """
    result = read(model, "model.bpmn")
    remarks = result.errors or result.warnings
    about = next((one for one in remarks if one.element_id == subject), next(iter(remarks), None))
    if about is not None and result.errors:
        return Answer(Verdict.REFUSED, about.remedy)
    (process,) = result.processes
    if about is not None:
        return Answer(Verdict.WARNED, f"{about.message} {about.remedy}".replace(f" '{subject}'", "").strip())
    runs = subject in process.nodes or subject in {
        flow.id for node in process.nodes.values() for flow in node.outgoing
    }
    return Answer(Verdict.RUNS if runs else Verdict.DRAWN, "")
