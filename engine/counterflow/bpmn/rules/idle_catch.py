"""A catch of what can never happen is a mistake of drawing (warning).

BPMN 2.0.2, 10.5.4 and 10.5.6: a timer or message on the border of an activity, or in an event sub-process, is
waited for while that activity or scope is active; what passes at once is never found waiting. An error is
caught from inside only.
"""

from __future__ import annotations

from collections.abc import Iterator, Set

from counterflow.bpmn.elements import ERROR
from counterflow.bpmn.error_codes import error_code, is_expression
from counterflow.bpmn.outline import Element, Outline
from counterflow.bpmn.waiting import ANY_ERROR, WAIT, Meeting, Meetings, error
from counterflow.documents.findings import Finding

RULE = "idle-catch"


def check(outline: Outline) -> Iterator[Finding]:
    """Boundary events, and start events of event sub-processes, that nothing can trigger."""
    meetings = Meetings(lambda event: error_code(outline, event))
    for element in outline.elements:
        if element.behaviour is None:
            continue
        for event in element.boundary_events if element.is_activity else ():  # elsewhere they are refused
            yield from _check(event, element, meetings.inside(element), error_code(outline, event))
        for child in element.event_sub_processes:
            for event in child.start_events:
                yield from _check(
                    event, element, meetings.besides(element, child), error_code(outline, event)
                )


def _check(event: Element, place: Element, met: Set[Meeting], code: str) -> Iterator[Finding]:
    if event.waits and WAIT not in met:
        message = f"{event} never comes: {place} is passed at once, unless an incident holds it."
        yield event.warning(RULE, message, "Remove it, or put the event on an activity that waits.")
    if event.catches(ERROR) and not _may_be_thrown(code, met):
        what = f"the error '{code}'" if code else "an error"
        yield event.warning(
            RULE,
            f"{event} never comes: nothing in {place} can throw {what}.",
            "Remove it, or correct its error code.",
        )


def _may_be_thrown(code: str, met: Set[Meeting]) -> bool:
    """A code that is an expression may be any, and so may that of a catch without code."""
    errors = met - {WAIT}
    if not errors or ANY_ERROR in errors or not code or is_expression(code):
        return bool(errors)
    return error(code) in errors or any(is_expression(thrown) for _, thrown in errors)
