"""Our own extensions of BPMN: three attributes, also spelled as extension properties (docs/extensions.md).

An attribute in the namespace `https://counterflow.dev/schema/bpmn/1.0` says it best; an extension property
named `counterflow:…` says the same where an editor offers properties only. The attribute wins over the
property.
"""

from __future__ import annotations

from typing import Final

from counterflow.bpmn.outline import Element
from counterflow.model.events import CompensationOrder

NAMESPACE: Final = "https://counterflow.dev/schema/bpmn/1.0"
PREFIX: Final = "counterflow:"

COMPENSATION_ORDER: Final = "compensationOrder"
COMPENSATED_RESULT: Final = "compensatedResult"
CORRELATION_KEY: Final = "correlationKey"

KNOWN: Final = (COMPENSATION_ORDER, COMPENSATED_RESULT, CORRELATION_KEY)


def written(element: Element, name: str) -> str | None:
    """What the model says under that name; None where it says nothing.

    It says so on the event definition, on the element, or as a property.
    """
    places = [*element.definitions, element.xml]
    attributes = (holder.get(f"{{{NAMESPACE}}}{name}") for holder in places)
    return next(
        (value for value in attributes if value is not None), element.details.properties.get(PREFIX + name)
    )


def compensation_order(element: Element) -> CompensationOrder | None:
    """The order asked for on a compensation throw or a process; None where none that exists is named."""
    value = written(element, COMPENSATION_ORDER)
    return CompensationOrder(value) if value in tuple(CompensationOrder) else None


def compensated_result(boundary_event: Element) -> str | None:
    """The variable under which the handler is to see what the activity's own job returned."""
    places = (boundary_event.handler, boundary_event)
    values = (written(holder, COMPENSATED_RESULT) for holder in places if holder is not None)
    return next((value for value in values if value), None)
