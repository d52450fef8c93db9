"""An error finds one catch: no error code twice, and one catch-all, on an activity or in a scope; and a catch
says its code.

BPMN 2.0.2, 10.5.6 leaves open which of two equal catches is taken; we do not guess. A code that would have to
be computed would be compared as it is written, and so catch nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from counterflow.bpmn.elements import ERROR
from counterflow.bpmn.error_codes import error_code, is_expression, space_around
from counterflow.bpmn.expressions import quoted
from counterflow.bpmn.outline import Element, Outline
from counterflow.documents.findings import Finding

RULE = "error-catch"


def check(outline: Outline) -> Iterator[Finding]:
    """Boundary events of one activity compete, and so do the event sub-processes of one scope. Codes of
    catches are constants.
    """
    for element in outline.elements:
        if element.catches(ERROR) and is_expression(code := error_code(outline, element)):
            message = f"expected a constant errorCode for {element}, found the expression {quoted(code)}."
            yield element.error(
                RULE,
                message,
                "Write the code itself, one event per code, or catch any error by leaving errorRef out.",
            )
        if element.catches(ERROR):
            yield from space_around(element, error_code(outline, element), RULE)
        yield from _check_rivals(
            outline, [event for event in element.boundary_events if event.catches(ERROR)], element
        )
        starts = (event for child in element.event_sub_processes for event in child.start_events)
        yield from _check_rivals(outline, [event for event in starts if event.catches(ERROR)], element)


def _check_rivals(outline: Outline, events: list[Element], place: Element) -> Iterator[Finding]:
    first: dict[str, Element] = {}
    for event in events:
        code = error_code(outline, event)
        earlier = first.setdefault(code, event)
        if earlier is not event:
            caught = f"the error code '{code}'" if code else "any error"
            message = f"{event} and '{earlier.id}' both catch {caught} at {place}."
            yield event.error(RULE, message, "Keep one of them, or give them different error codes.")
