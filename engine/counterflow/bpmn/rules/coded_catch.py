"""An error or escalation finds one catch, and a catch says its code. On an activity or in a scope no code is
caught twice, and there is one catch-all.

BPMN 2.0.2, 10.5.6 leaves open which of two equal catches is taken; we do not guess. A code that would have to
be computed would be compared as it is written, and so catch nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from counterflow.bpmn.codes import CODED, code_of, is_expression, is_lost, name_of, space_around
from counterflow.bpmn.expressions import quoted
from counterflow.bpmn.outline import Element, Outline
from counterflow.documents.findings import Finding

RULE = "coded-catch"


def check(outline: Outline) -> Iterator[Finding]:
    """Boundary events of one activity compete, and so do the event sub-processes of one scope.

    Codes of catches are constants.
    """
    for element in outline.elements:
        if _is_coded_catch(element):
            yield from _check_code(element, code_of(outline, element))
        yield from _check_rivals(outline, element.boundary_events, element)
        starts = [event for child in element.event_sub_processes for event in child.start_events]
        yield from _check_rivals(outline, starts, element)


def _check_code(event: Element, code: str) -> Iterator[Finding]:
    if is_expression(code):
        message = (
            f"expected a constant {name_of(event)}Code for {event}, found the expression {quoted(code)}."
        )
        remedy = (
            f"Write the code itself, one event per code, or catch any {name_of(event)} by leaving "
            f"{name_of(event)}Ref out."
        )
        yield event.error(RULE, message, remedy)
    yield from space_around(event, code, RULE)


def _check_rivals(outline: Outline, events: list[Element], host: Element) -> Iterator[Finding]:
    first: dict[tuple[str, str], Element] = {}
    for event in (part for one in events for part in one.alternatives):
        if not _is_coded_catch(event) or is_lost(outline, event):
            continue
        code = code_of(outline, event)
        earlier = first.setdefault((event.event, code), event)
        if earlier is not event:
            caught = f"the {name_of(event)} code '{code}'" if code else f"any {name_of(event)}"
            message = f"{event} and '{earlier.id}' both catch {caught} at {host}."
            yield event.error(
                RULE, message, f"Keep one of them, or give them different {name_of(event)} codes."
            )


def _is_coded_catch(event: Element) -> bool:
    return any(event.catches(definition) for definition in CODED)
