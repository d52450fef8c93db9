"""A compensation throw names something that it can undo, or nothing at all, and waits until that is undone.

BPMN 2.0.2, 10.7.1: `activityRef` names an activity of the throw's scope (or, in an event sub-process, of the
scope that this belongs to) that is visible to it; naming another would undo nothing, silently.
"""

from __future__ import annotations

from collections.abc import Iterator

from counterflow.bpmn.elements import COMPENSATION
from counterflow.bpmn.outline import Element, Outline
from counterflow.bpmn.undo import UndoReach
from counterflow.documents.findings import Finding
from counterflow.model.graph import Dialect

RULE = "compensation-throw"


def check(outline: Outline) -> Iterator[Finding]:
    """The named activity, and `waitForCompletion`."""
    reach = UndoReach()
    for element in outline.elements:
        if element.throws(COMPENSATION):
            yield from _check_reach(outline, element, reach)
            yield from _check_wait(outline, element)


def _check_reach(outline: Outline, throw: Element, reach: UndoReach) -> Iterator[Finding]:
    named = throw.definitions[0].get("activityRef")
    if not named:
        if not reach.finds_any(throw):
            message = (
                f"{throw} finds nothing to undo in {throw.parent}: no activity there has a compensation "
                "handler."
            )
            yield throw.warning(
                RULE, message, "Give an activity a compensation boundary event, or remove the throw."
            )
        return
    reached = reach.of(throw)
    if named in {activity.id for activity in reached}:
        return
    candidates = ", ".join(f"'{activity.id}'" for activity in reached)
    message = (
        f"expected activityRef of {throw} to name an activity that it can undo, found '{named}', "
        f"{_why_not(outline, named)}."
    )
    remedy = (
        f"Name one of {candidates}, or none to undo all of them."
        if candidates
        else "Give the activity a compensation handler."
    )
    yield throw.error(RULE, message, remedy, throw.definitions[0])


def _why_not(outline: Outline, named: str) -> str:
    element = outline.by_id.get(named)
    if element is None:
        return "which does not exist"
    if not element.is_activity:
        return f"which is of type {element.tag}"
    if element.is_for_compensation:
        return "which is itself a handler"
    return "which is out of its reach or has no handler"


def _check_wait(outline: Outline, throw: Element) -> Iterator[Finding]:
    if throw.definitions[0].get("waitForCompletion") != "false":
        return
    message = (
        f'{throw} has waitForCompletion="false", but a throw always waits until its handlers have ended.'
    )
    remedy = "Remove waitForCompletion."
    if outline.dialect is Dialect.ZEEBE:
        yield throw.error(RULE, message, remedy, throw.definitions[0])
    else:
        yield throw.warning(RULE, message, remedy, throw.definitions[0])
