"""Conditions: an expression over variables, asked when they change (BPMN 2.0.2, 10.5.5 and table 10.95).

For which changes it is asked a filter may say (`zeebe:conditionalFilter`, `camunda:variableName` and
`camunda:variableEvents`). Without one, a `zeebe:` model's is asked when a variable changes that it reads, as
Zeebe does; in others any change counts, as in Camunda 7.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from lxml import etree

from counterflow.bpmn.elements import CONDITIONAL
from counterflow.bpmn.events.reader import EventReader, ModelReading
from counterflow.bpmn.expressions import quoted
from counterflow.bpmn.outline import Element
from counterflow.bpmn.xml import children, text_of
from counterflow.feel import Expression
from counterflow.model.events import ConditionalDefinition
from counterflow.model.graph import Behaviour, Dialect

RULE = "condition"

CREATE, UPDATE, DELETE = "create", "update", "delete"
_CHANGES: Final = (CREATE, UPDATE)


def _read(reading: ModelReading, element: Element) -> ConditionalDefinition | None:
    """None, and a finding, where there is no condition, or a filter for changes that there are not."""
    definition = element.definition
    if definition is None:
        return None
    condition = _condition(reading, element, definition)
    filtered = reading.dialect.condition_filter(definition)
    events = _events(reading, element, filtered.events) if filtered.events else _CHANGES
    if condition is None or events is None:
        return None
    if element.is_process_start and (filtered.names or filtered.events):
        message = f"{element} begins instances: it is asked from outside, whatever has changed."
        reading.notes.warning(element, RULE, message, "Remove the filter.", definition)
    names = sorted(condition.names) if filtered.names == "" else _listed(filtered.names or "")
    return ConditionalDefinition(condition, tuple(names), CREATE in events, UPDATE in events)


def _condition(reading: ModelReading, element: Element, definition: etree._Element) -> Expression | None:
    written = [xml for xml in children(definition, "condition") if text_of(xml)]
    is_zeebe = reading.outline.dialect is Dialect.ZEEBE
    if len(written) == 1 and (not is_zeebe or text_of(written[0]).startswith("=")):
        return reading.dialect.condition(element, written[0], reading.notes)
    given = " and ".join(quoted(text_of(xml)) for xml in written) or "none"
    example = "= x &gt; 1" if is_zeebe else "${x &gt; 1}"
    message = f"expected {element} to have one condition, as an expression, found {given}."
    reading.notes.error(element, RULE, message, f"Write e.g. <condition>{example}</condition>.", definition)
    return None


def _events(reading: ModelReading, element: Element, text: str) -> Sequence[str] | None:
    """The kinds of change that count."""
    named = _listed(text)
    known = {*_CHANGES, DELETE} if reading.outline.dialect is Dialect.CAMUNDA else {*_CHANGES}
    if not named or not known.issuperset(named):
        message = f"expected variableEvents of {element} to be create, update or both, found {quoted(text)}."
        reading.notes.error(element, RULE, message, 'Write e.g. "create, update".', element.definition)
        return None
    if DELETE in named:
        message = f"{element} is to be asked when a variable is deleted, which nothing does here."
        remedy = "Name create or update, and set the variable to null where it is to go."
        reading.notes.warning(element, RULE, message, remedy, element.definition)
    return named


def _listed(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


KIND = EventReader(
    name="conditional",
    definition=CONDITIONAL,
    rooms={
        "startEvent": Behaviour.START_EVENT,
        "intermediateCatchEvent": Behaviour.CATCH_EVENT,
        "boundaryEvent": Behaviour.BOUNDARY_EVENT,
    },
    remedy="Conditions are waited for: use an intermediate catch event.",
    is_waited_for=True,
    may_have_come=True,
    is_asked_of_caller=True,
    extensions=frozenset({"variableName", "variableEvents", "conditionalFilter"}),
    read=_read,
)
