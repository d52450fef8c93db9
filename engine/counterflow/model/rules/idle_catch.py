"""A catch of what can never happen is a mistake of drawing (warning).

BPMN 2.0.2, 10.5.4 and 10.5.6: a timer or message on the border of an activity, or in an event sub-process, is waited for while that
activity or scope is active; what passes at once is never found waiting. An error is caught from inside only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from counterflow.documents.findings import Finding
from counterflow.model.outline import Element, Outline
from counterflow.model.rules.error_catch import error_code
from counterflow.model.waiting import may_wait, thrown_errors

RULE = "idle-catch"


def check(outline: Outline) -> Iterator[Finding]:
    """Boundary events, and start events of event sub-processes, that nothing can trigger."""
    for element in outline.elements:
        if element.behaviour is None:
            continue
        for event in element.boundary_events:
            yield from _check(outline, event, element, [element])
        for child in element.event_sub_processes:
            for event in child.start_events:
                yield from _check(outline, event, element, [other for other in element.children if other is not child])


def _check(outline: Outline, event: Element, place: Element, inside: Sequence[Element]) -> Iterator[Finding]:
    if event.waits and not any(may_wait(element) for element in inside):
        message = f"{event} never comes: {place} is passed at once, unless an incident holds it."
        yield event.warning(RULE, message, "Remove it, or put the event on an activity that waits.")
    if event.catches_errors and not _may_be_thrown(outline, event, inside):
        caught = error_code(outline, event)
        what = f"the error '{caught}'" if caught else "an error"
        yield event.warning(RULE, f"{event} never comes: nothing in {place} can throw {what}.", "Remove it, or correct its error code.")


def _may_be_thrown(outline: Outline, event: Element, inside: Sequence[Element]) -> bool:
    caught, found = error_code(outline, event), [thrown_errors(element) for element in inside]
    codes = {error_code(outline, thrown) for _, events in found for thrown in events}
    return any(is_any for is_any, _ in found) or (bool(codes) if not caught else any(_may_be(caught, code) for code in codes))


def _may_be(caught: str, thrown: str) -> bool:
    """A code that is an expression may be any."""
    return thrown == caught or thrown.startswith(("=", "${", "#{")) or caught.startswith(("=", "${", "#{"))
