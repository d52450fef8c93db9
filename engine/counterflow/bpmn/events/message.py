"""Messages as a model writes them: a `message` of the file with a name, and the key that tells whose it is.

BPMN 2.0.2, 8.4.2 and 10.5.5. The `zeebe:` dialect has the key on the message (`zeebe:subscription`), Camunda
7 has it in the call that correlates, so in a `camunda:` model it is our own extension
(docs/camunda7-dialect.md).
"""

from __future__ import annotations

from lxml import etree

from counterflow.bpmn.dialects import DialectReader
from counterflow.bpmn.expressions import quoted
from counterflow.bpmn.outline import Element
from counterflow.documents.notes import Notes
from counterflow.feel import Expression
from counterflow.model.graph import MessageDefinition

RULE = "correlation-key"


def message_definition(
    element: Element, message: etree._Element | None, reader: DialectReader, notes: Notes
) -> MessageDefinition | None:
    """What an event or a receive task waits for; None where it names no message with a name (rule
    `message-name`).
    """
    name = _name(element, message, reader, notes)
    if message is None or name is None:
        return None
    if element.is_process_start:
        return MessageDefinition(name)
    return MessageDefinition(name, _key(element, message, reader, notes))


def _name(
    element: Element, message: etree._Element | None, reader: DialectReader, notes: Notes
) -> str | Expression | None:
    text = (message.get("name") or "").strip() if message is not None else ""
    name = reader.text_or_expression(text, "name of the message", element, notes) if text else None
    if element.is_process_start and isinstance(name, Expression):
        return _computed(name)
    return name


def _computed(name: Expression) -> str | Expression:
    """A process waits for its messages from the day it is deployed, so a name that needs no variables is
    worked out at once.
    """
    value = None if name.names else name.evaluate({}).value
    return value if isinstance(value, str) and value else name


def _key(element: Element, message: etree._Element, reader: DialectReader, notes: Notes) -> Expression | None:
    text = reader.correlation_key(element, message)
    key = reader.text_or_expression(text, "correlation key", element, notes) if text else ""
    if isinstance(key, str):
        found = f"the constant {quoted(text)}" if text else "none"
        complaint = (
            f"expected {element} to say by an expression which message '{message.get('name')}' is meant for "
            f"it, found {found}."
        )
        notes.error(element, RULE, complaint, reader.correlation_remedy(text))
        return None
    return key
