"""A compensation activity stands apart: no flows, nothing on its border, a boundary event leads to it.

BPMN 2.0.2, 10.7.2: an activity marked isForCompensation is not part of the normal flow; without an
association nothing would ever start it. A boundary event would lead the token out of an undo that then never
ends.
"""

from __future__ import annotations

from collections.abc import Iterator

from counterflow.bpmn.outline import Element, Outline
from counterflow.documents.findings import Finding

RULE = "compensation-handler"


def check(outline: Outline) -> Iterator[Finding]:
    """Flows of a compensation activity, events on its border, and those that nothing leads to."""
    handlers = {id(element.handler) for element in outline.elements if element.handler is not None}
    for element in outline.elements:
        if element.is_activity and element.is_for_compensation:
            yield from _check_flows(element)
            yield from _check_border(element)
            if id(element) not in handlers:
                message = (
                    f"expected an association from a compensation boundary event to {element}, found none."
                )
                yield element.error(RULE, message, "Draw the association, or remove isForCompensation.")


def _check_flows(element: Element) -> Iterator[Finding]:
    for flow in (*element.incoming, *element.outgoing):
        message = (
            f"sequenceFlow '{flow.id}' touches {element}, which is marked isForCompensation and stands "
            "outside the flow."
        )
        yield flow.error(
            RULE, message, "Remove the flow; use a sub-process as handler if there is more than one step."
        )


def _check_border(element: Element) -> Iterator[Finding]:
    for event in element.boundary_events:
        message = (
            f"{event} sits on {element}, which is marked isForCompensation: an undo that is left half-way "
            "never ends."
        )
        yield event.error(
            RULE, message, "Remove it; use a sub-process as handler and put the event on an activity inside."
        )
