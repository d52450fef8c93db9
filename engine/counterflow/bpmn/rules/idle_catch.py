"""A catch of what can never happen is a mistake of drawing (warning).

BPMN 2.0.2, 10.5.4 and 10.5.6: a timer or message on the border of an activity, or in an event sub-process, is
waited for while that activity or scope is active; what passes at once is never found waiting. An error or an
escalation is caught from inside only.
"""

from __future__ import annotations

from collections.abc import Iterator, Set

from counterflow.bpmn.codes import CODED, code_of, is_expression, name_of
from counterflow.bpmn.outline import Element, Outline
from counterflow.bpmn.waiting import WAIT, Meeting, Meetings
from counterflow.documents.findings import Finding

RULE = "idle-catch"


def check(outline: Outline) -> Iterator[Finding]:
    """Boundary events, and start events of event sub-processes, that nothing can trigger."""
    meetings = Meetings(lambda event: code_of(outline, event))
    for element in outline.elements:
        if element.behaviour is None:
            continue
        on_border = element.boundary_events if element.is_activity else ()  # elsewhere they are refused
        for event in (part for one in on_border for part in one.alternatives):
            yield from _check(event, element, meetings.inside(element), code_of(outline, event))
        for child in element.event_sub_processes:
            for event in (part for one in child.start_events for part in one.alternatives):
                yield from _check(event, element, meetings.besides(element, child), code_of(outline, event))


def _check(event: Element, host: Element, met: Set[Meeting], code: str) -> Iterator[Finding]:
    may_have_come = event.event_kind is not None and event.event_kind.may_have_come
    if event.waits and WAIT not in met and not may_have_come:
        message = f"{event} never comes: {host} is passed at once, unless an incident holds it."
        yield event.warning(RULE, message, "Remove it, or put the event on an activity that waits.")
    if any(map(event.catches, CODED)) and not _may_be_thrown(event.event, code, met):
        name = name_of(event)
        what = f"the {name} '{code}'" if code else f"an {name}"
        yield event.warning(
            RULE,
            f"{event} never comes: nothing in {host} can throw {what}.",
            f"Remove it, or correct its {name} code.",
        )


def _may_be_thrown(definition: str, code: str, met: Set[Meeting]) -> bool:
    """A code that is an expression may be any, and so may that of a catch without code."""
    codes = {thrown for kind, thrown in met if kind == definition}
    if ("any", definition) in met or not code or is_expression(code):
        return bool(codes) or ("any", definition) in met
    return code in codes or any(map(is_expression, codes))
