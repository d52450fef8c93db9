"""A sequence flow stays inside its scope.

BPMN 2.0.2, 7.6.1: a flow must not cross the border of a sub-process or a pool.
"""

from __future__ import annotations

from collections.abc import Iterator

from counterflow.bpmn.outline import Element, Outline
from counterflow.documents.findings import Finding

RULE = "scope-border"


def check(outline: Outline) -> Iterator[Finding]:
    """Flows between scopes, and boundary events that are not drawn where their activity is."""
    for flow in outline.flows:
        source, target = flow.source, flow.target
        if source is not None and target is not None and source.parent is not target.parent:
            message = (
                f"sequenceFlow '{flow.id}' leads from {source} in {source.parent} to {target} in "
                f"{target.parent}."
            )
            yield flow.error(
                RULE,
                message,
                "Lead it to the sub-process itself, or out of it through an end or boundary event.",
            )
    for element in outline.elements:
        if element.attached_to is not None and element.attached_to.parent is not element.parent:
            yield element.error(
                RULE, _apart(element, element.attached_to), "Draw the event in the scope of its activity."
            )


def _apart(event: Element, activity: Element) -> str:
    return f"{event} is in {event.parent}, but {activity}, to which it is attached, is in {activity.parent}."
