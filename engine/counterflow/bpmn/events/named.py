"""What events are named by: a text, or an expression that gives one."""

from __future__ import annotations

from counterflow.bpmn.events.reader import ModelReading
from counterflow.bpmn.outline import Element
from counterflow.feel import Expression


def event_name(reading: ModelReading, element: Element, what: str) -> str | Expression | None:
    """The name of the message, say, that an element's event is about; None where it has none.

    `what` says to a person what is named. A process waits for what starts it from the day it is deployed, so
    that there a name that needs no variables is worked out at once.
    """
    named = reading.outline.named_by(element)
    text = (named.get("name") or "").strip() if named is not None else ""
    if not text:
        return None
    name = reading.dialect.text_or_expression(text, f"name of the {what}", element, reading.notes)
    return _computed(name) if element.is_process_start and isinstance(name, Expression) else name


def _computed(name: Expression) -> str | Expression:
    value = None if name.names else name.evaluate({}).value
    return value if isinstance(value, str) and value else name
