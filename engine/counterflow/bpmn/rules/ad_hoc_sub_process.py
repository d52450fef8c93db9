"""An ad-hoc sub-process has activities that somebody may activate, and neither start nor end event.

BPMN 2.0.2, 10.3.5: it holds at least one activity, and start and end events are not used in it. Camunda 7
does not execute it.
"""

from __future__ import annotations

from collections.abc import Iterator

from counterflow.bpmn.ad_hoc import INNER, PARALLEL, SEQUENTIAL, activities_of, inner_of
from counterflow.bpmn.elements import AD_HOC
from counterflow.bpmn.expressions import quoted
from counterflow.bpmn.outline import Element, Outline
from counterflow.documents.findings import Finding
from counterflow.model.graph import Dialect

RULE = "ad-hoc-sub-process"
_ENDS = {"startEvent", "endEvent"}


def check(outline: Outline) -> Iterator[Finding]:
    """Its dialect, its activities, its ordering, and events that do not belong there."""
    ids = {element.id: element for element in outline.elements}
    for element in outline.elements:
        if element.tag != AD_HOC:
            continue
        if outline.dialect is Dialect.CAMUNDA:
            message = f"{element} is not executed in a camunda: model: Camunda 7 has no ad-hoc sub-process."
            yield element.error(RULE, message, "Use a sub-process with parallel or exclusive gateways.")
        else:
            yield from _check(element)
            if (taken := ids.get(inner_of(element))) is not None:
                message = f"{taken} has the id that the activations of {element} have."
                yield taken.error(RULE, message, f"Give it another id, without '{INNER}'.")


def _check(scope: Element) -> Iterator[Finding]:
    if not activities_of(scope):
        message = f"expected something in {scope} that can be activated, found nothing."
        yield scope.error(RULE, message, "Draw an activity inside that no sequence flow leads to.")
    for child in scope.children:
        if child.tag in _ENDS:
            message = f"{child} is directly in {scope}, where each activity begins and ends by itself."
            yield child.error(RULE, message, "Remove it; put it into a sub-process inside if it is needed.")
    ordering = scope.attribute("ordering")
    if ordering not in {"", PARALLEL, SEQUENTIAL}:
        message = f"expected ordering of {scope} to be {PARALLEL} or {SEQUENTIAL}, found {quoted(ordering)}."
        yield scope.error(RULE, message, "Write one of them, or remove the attribute.")
