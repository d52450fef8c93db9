"""What throws an error or an escalation must say which. Its code is what catches match (BPMN 2.0.2, table
10.84).

Only an intermediate throw of an escalation may leave its code out there (10.5.5); both dialects want one.
"""

from __future__ import annotations

from collections.abc import Iterator

from counterflow.bpmn.codes import (
    CODED,
    code_of,
    is_expression,
    is_lost,
    is_thrown_by_its_id,
    may_compute,
    name_of,
    space_around,
)
from counterflow.bpmn.dialects.namespaces import CAMUNDA
from counterflow.bpmn.elements import ESCALATION
from counterflow.bpmn.expressions import quoted
from counterflow.bpmn.outline import Element, Outline
from counterflow.documents.findings import Finding
from counterflow.model.graph import Dialect

RULE = "coded-throw"


def check(outline: Outline) -> Iterator[Finding]:
    """Without code, or with a code that the dialect does not compute: refused."""
    for element in outline.elements:
        if any(element.throws(definition) for definition in CODED) and not is_lost(outline, element):
            code = code_of(outline, element)
            yield from space_around(element, code, RULE)
            yield from _check_code(outline, element, code)


def _check_code(outline: Outline, event: Element, code: str) -> Iterator[Finding]:
    name = name_of(event)
    if not code and not _may_leave_out(outline, event):
        message = f"expected {event} to name an {name} with an {name}Code, found {_given(event)}."
        yield event.error(
            RULE,
            message,
            f'Set {name}Ref to an {name} such as <{name} id="{name}_1" {name}Code="NO_STOCK" />.',
        )
    elif is_expression(code) and not may_compute(outline, event, code):
        message = f"expected {_accepted(outline, name)} for {event}, found the expression {quoted(code)}."
        yield event.error(RULE, message, "Write the code itself, one event per code.")
    elif is_thrown_by_its_id(outline, event):
        message = f"{event} names an error without errorCode: its id '{code}' is thrown as the code."
        yield event.warning(RULE, message, f'Set errorCode="{code}" on it, or the code that is meant.')
    elif _carries_message(outline, event):
        message = f"the camunda:errorMessage of the error that {event} throws is not handed on."
        yield event.warning(RULE, message, "Set a variable before the end event.")


def _may_leave_out(outline: Outline, event: Element) -> bool:
    return (
        outline.dialect is Dialect.STANDARD
        and event.tag == "intermediateThrowEvent"
        and event.throws(ESCALATION)
    )


def _carries_message(outline: Outline, event: Element) -> bool:
    error = outline.named_by(event)
    return error is not None and error.get(f"{{{CAMUNDA}}}errorMessage") is not None


def _accepted(outline: Outline, name: str) -> str:
    return (
        f"a constant {name}Code"
        if outline.dialect is Dialect.CAMUNDA
        else f"a constant {name}Code, or FEEL behind `=`,"
    )


def _given(event: Element) -> str:
    return (
        f"{name_of(event)} '{event.reference}' without code" if event.reference else f"no {name_of(event)}Ref"
    )
