"""An interrupted sub-process loses what could be undone inside it (warning).

BPMN 2.0.2, 10.7.1: only completed activities are compensated, and a sub-process that an interrupting boundary event ends
has not completed; what had completed inside is then out of every throw's reach.
"""

from __future__ import annotations

from collections.abc import Iterator

from counterflow.model.elements import NONE
from counterflow.model.findings import Finding
from counterflow.model.graph import Behaviour
from counterflow.model.outline import Outline
from counterflow.model.undo import Reach

RULE = "lost-undo"


def check(outline: Outline) -> Iterator[Finding]:
    """Sub-processes with undo inside and an interrupting boundary event on them."""
    reach = Reach()
    for element in outline.elements:
        if element.behaviour is not Behaviour.SUB_PROCESS or not reach.has_inner_undo(element):
            continue
        for event in element.boundary_events:
            if not event.catches_compensation and event.event != NONE and event.is_interrupting:
                message = f"when {event} interrupts {element}, what had completed inside can no longer be undone."
                yield event.warning(RULE, message, "Catch the same in an event sub-process inside, and throw compensation there.")
