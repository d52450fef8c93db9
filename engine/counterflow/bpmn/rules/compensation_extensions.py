"""Our own extensions say something we understand, in a place where it is heard (docs/extensions.md).

A mistyped order would otherwise be the default order, in silence. `correlationKey` is judged in
`correlation_key.py`.
"""

from __future__ import annotations

from collections.abc import Iterator

from counterflow.bpmn.elements import COMPENSATION
from counterflow.bpmn.extensions import (
    COMPENSATED_RESULT,
    COMPENSATION_ORDER,
    KNOWN,
    NAMESPACE,
    PREFIX,
    written,
)
from counterflow.bpmn.names import is_name
from counterflow.bpmn.outline import Element, Outline
from counterflow.documents.findings import Finding
from counterflow.model.events import CompensationOrder

RULE = "compensation-extensions"


def check(outline: Outline) -> Iterator[Finding]:
    """Names, values and places of `compensationOrder` and `compensatedResult`."""
    for element in outline.elements:
        names = _names_on(element)
        for name in names:
            if name not in KNOWN:
                message = f"expected an extension of counterflow on {element}, found '{name}'."
                yield element.error(RULE, message, f"Use one of {', '.join(KNOWN)}, or remove it.")
        if COMPENSATION_ORDER in names:
            yield from _check_order(element)
        if COMPENSATED_RESULT in names:
            yield from _check_result(element)


def _names_on(element: Element) -> list[str]:
    prefix = f"{{{NAMESPACE}}}"
    places = (element.xml, *element.definitions)
    attributes = [
        str(name).removeprefix(prefix)
        for holder in places
        for name in holder.attrib
        if str(name).startswith(prefix)
    ]
    properties = [name.removeprefix(PREFIX) for name in element.details.properties if name.startswith(PREFIX)]
    return sorted({*attributes, *properties})


def _check_order(element: Element) -> Iterator[Finding]:
    value = written(element, COMPENSATION_ORDER)
    orders = ", ".join(f"'{order}'" for order in CompensationOrder)
    if value not in tuple(CompensationOrder):
        yield element.error(
            RULE,
            f"expected compensationOrder of {element} to be one of {orders}, found '{value}'.",
            "Write one of them.",
        )
    if not element.throws_undo and element.parent is not None:
        message = f"compensationOrder is not heard on {element}."
        yield element.error(
            RULE,
            message,
            "Put it on a compensation throw or end event, on a cancel end event, or on the process.",
        )


def _check_result(element: Element) -> Iterator[Finding]:
    value = written(element, COMPENSATED_RESULT) or ""
    if not is_name(value):
        message = f"expected compensatedResult of {element} to be the name of a variable, found '{value}'."
        yield element.error(RULE, message, "Write letters, digits and '_'.")
    is_boundary = element.tag == "boundaryEvent" and element.catches(COMPENSATION)
    if not is_boundary and not element.is_for_compensation:
        message = f"compensatedResult is not heard on {element}."
        yield element.error(
            RULE, message, "Put it on the activity that undoes, or on its compensation boundary event."
        )
