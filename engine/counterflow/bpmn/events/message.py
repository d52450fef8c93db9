"""Messages: a `message` of the file with a name, and the key that tells whose it is.

BPMN 2.0.2, 8.4.2 and 10.5.5. The `zeebe:` dialect has the key on the message (`zeebe:subscription`). In
Camunda 7 the call that correlates says which instance is meant: without a key (our own extension there,
docs/camunda7-dialect.md) an instance waits for what is meant for it. A receive task that names no message
waits for one by its own id. What throws a message is a job, whose worker sends it; without one it is passed.
"""

from __future__ import annotations

from lxml import etree

from counterflow.bpmn.elements import MESSAGE, Reference
from counterflow.bpmn.events.named import event_name
from counterflow.bpmn.events.reader import EventReader, ModelReading
from counterflow.bpmn.expressions import quoted
from counterflow.bpmn.outline import Element
from counterflow.bpmn.rules import correlation_key, message_name, named_catch
from counterflow.feel import Expression
from counterflow.model.events import MessageDefinition
from counterflow.model.graph import Behaviour, Dialect


def _read(reading: ModelReading, element: Element) -> MessageDefinition | None:
    """None where it throws one, or names no message with a name (rule `message-name`)."""
    if not element.catches(MESSAGE):
        return None
    message = reading.outline.named_by(element)
    if message is None:
        return MessageDefinition(element.id) if message_name.waits_by_id(reading.outline, element) else None
    name = event_name(reading, element, "message")
    if name is None or (element.is_process_start and not element.has_to_come):
        return None if name is None else MessageDefinition(name)
    return MessageDefinition(name, _key(reading, element, message))


def _key(reading: ModelReading, element: Element, message: etree._Element) -> Expression | None:
    dialect, notes = reading.dialect, reading.notes
    text = dialect.correlation_key(element, message)
    if not text and reading.outline.dialect is not Dialect.ZEEBE:
        return None
    key = dialect.text_or_expression(text, "correlation key", element, notes) if text else ""
    if isinstance(key, str):
        given = f"the constant {quoted(text)}" if text else "none"
        complaint = (
            f"expected {element} to say by an expression which message '{message.get('name')}' is meant for "
            f"it, found {given}."
        )
        notes.error(element, correlation_key.RULE, complaint, dialect.correlation_remedy(text))
        return None
    return key


def _start_objection(event: Element, expression: Expression) -> tuple[str, str]:
    """Whatever gives a text was worked out when it was read."""
    message = (
        f"expected `{expression.written}` to give the name of the message that {event} waits for, found no "
        "text."
    )
    return message, "Write the name itself."


KIND = EventReader(
    name="message",
    definition=MESSAGE,
    rooms={
        "startEvent": Behaviour.START_EVENT,
        "intermediateCatchEvent": Behaviour.CATCH_EVENT,
        "boundaryEvent": Behaviour.BOUNDARY_EVENT,
        "intermediateThrowEvent": Behaviour.JOB_TASK,
        "endEvent": Behaviour.JOB_TASK,
    },
    remedy="Catch it in an intermediate catch event, or throw it in an intermediate throw event.",
    is_waited_for=True,
    reference=Reference(attribute="messageRef", tag="message"),
    read=_read,
    rules=(message_name.check, correlation_key.check, named_catch.check),
    start_objection=_start_objection,
)
