"""An error end event must say which error it throws (BPMN 2.0.2, table 10.84: the code is what catches
match).
"""

from __future__ import annotations

from collections.abc import Iterator

from counterflow.bpmn.dialects.namespaces import CAMUNDA
from counterflow.bpmn.elements import ERROR
from counterflow.bpmn.error_codes import error_code, is_expression, may_compute, space_around
from counterflow.bpmn.expressions import quoted
from counterflow.bpmn.outline import Element, Outline
from counterflow.documents.findings import Finding
from counterflow.model.graph import Dialect

RULE = "error-end-event"


def check(outline: Outline) -> Iterator[Finding]:
    """Without code, or with a code that the dialect does not compute: refused."""
    for element in outline.elements:
        if not element.throws(ERROR):
            continue
        code = error_code(outline, element)
        yield from space_around(element, code, RULE)
        if not code:
            message = (
                f"expected {element} to name an error with an errorCode, found {_found(element.reference)}."
            )
            yield element.error(
                RULE, message, 'Set errorRef to an error such as <error id="Error_1" errorCode="NO_STOCK" />.'
            )
        elif is_expression(code) and not may_compute(outline, element, code):
            message = f"expected {_accepted(outline)} for {element}, found the expression {quoted(code)}."
            yield element.error(RULE, message, "Write the code itself, one end event per code.")
        elif _carries_message(outline, element):
            message = f"the camunda:errorMessage of the error that {element} throws is not handed on."
            yield element.warning(RULE, message, "Set a variable before the end event.")


def _carries_message(outline: Outline, event: Element) -> bool:
    error = outline.named_by(event)
    return error is not None and error.get(f"{{{CAMUNDA}}}errorMessage") is not None


def _accepted(outline: Outline) -> str:
    return (
        "a constant errorCode"
        if outline.dialect is Dialect.CAMUNDA
        else "a constant errorCode, or FEEL behind `=`,"
    )


def _found(reference: str) -> str:
    return f"error '{reference}' without code" if reference else "no errorRef"
