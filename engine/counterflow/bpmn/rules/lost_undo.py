"""An interrupted sub-process loses what could be undone inside it (warning).

So does a multi-instance activity that is undone per instance, as in a camunda: model.

BPMN 2.0.2, 10.7.1: only completed activities are compensated, and a sub-process that an interrupting boundary
event ends has not completed; what had completed inside is then out of every throw's reach.
"""

from __future__ import annotations

from collections.abc import Iterator

from counterflow.bpmn.elements import CANCEL, COMPENSATION, NONE
from counterflow.bpmn.outline import Element, Outline
from counterflow.bpmn.undo import UndoReach
from counterflow.documents.findings import Finding
from counterflow.model.graph import Behaviour

RULE = "lost-undo"

_SUB_PROCESSES = frozenset({Behaviour.SUB_PROCESS, Behaviour.AD_HOC_SUB_PROCESS})


def check(outline: Outline) -> Iterator[Finding]:
    """Activities with undo inside and an interrupting boundary event on them."""
    reach = UndoReach()
    for element in outline.elements:
        is_lost_inside = element.behaviour in _SUB_PROCESSES and reach.has_inner_undo(element)
        is_lost_per_instance = _is_undone_one_by_one(element) and _has_handler(element)
        if not (is_lost_inside or is_lost_per_instance):
            continue
        remedy = "Catch the same in an event sub-process inside, and throw compensation there."
        if not is_lost_inside:
            remedy = (
                "Put the activity into a sub-process, catch the same in an event sub-process there, and "
                "throw compensation in it."
            )
        for event in element.boundary_events:
            if event.event not in {COMPENSATION, CANCEL, NONE} and event.is_interrupting:
                what = (
                    "what had completed inside"
                    if is_lost_inside
                    else f"those of its {_times(element)} that had completed"
                )
                yield event.warning(
                    RULE, f"when {event} interrupts {element}, {what} can no longer be undone.", remedy
                )


def _is_undone_one_by_one(element: Element) -> bool:
    many, loop = element.details.multi_instance, element.details.standard_loop
    return loop is not None or (many is not None and not many.is_undone_as_a_whole)


def _times(element: Element) -> str:
    return "instances" if element.is_multi_instance else "rounds"


def _has_handler(element: Element) -> bool:
    return element.compensation_boundary is not None and element.compensation_boundary.handler is not None
