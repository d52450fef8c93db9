"""An error finds one catch: no error code twice, and one catch-all, on an activity or in a scope.

BPMN 2.0.2, 10.5.6 leaves open which of two equal catches is taken; we do not guess.
"""

from __future__ import annotations

from collections.abc import Iterator

from counterflow.documents.findings import Finding
from counterflow.model.outline import Element, Outline

RULE = "error-catch"


def check(outline: Outline) -> Iterator[Finding]:
    """Boundary events of one activity compete, and so do the event sub-processes of one scope."""
    for element in outline.elements:
        yield from _check_rivals(outline, [event for event in element.boundary_events if event.catches_errors], element)
        starts = (event for child in element.event_sub_processes for event in child.start_events)
        yield from _check_rivals(outline, [event for event in starts if event.catches_errors], element)


def _check_rivals(outline: Outline, events: list[Element], place: Element) -> Iterator[Finding]:
    first: dict[str, Element] = {}
    for event in events:
        code = error_code(outline, event)
        earlier = first.setdefault(code, event)
        if earlier is not event:
            caught = f"the error code '{code}'" if code else "any error"
            message = f"{event} and '{earlier.id}' both catch {caught} at {place}."
            yield event.error(RULE, message, "Keep one of them, or give them different error codes.")


def error_code(outline: Outline, event: Element) -> str:
    """The code of the error that an event names, empty where it names none or the error has none."""
    reference = event.definitions[0].get("errorRef") if event.definitions else None
    error = outline.errors.get(reference or "")
    return (error.get("errorCode") or "").strip() if error is not None else ""
