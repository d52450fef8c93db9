"""The diagrams of what waits, calls and repeats, as the command line shows it."""

from __future__ import annotations

from tests.queries.models import flows, process, task


def timer(event_id: str, attributes: str, kind: str, text: str) -> str:
    """A timer on the border of `paid`."""
    due = f'<bpmn:time{kind} xsi:type="bpmn:tFormalExpression">{text}</bpmn:time{kind}>'
    definition = f"<bpmn:timerEventDefinition>{due}</bpmn:timerEventDefinition>"
    return f'<bpmn:boundaryEvent id="{event_id}" attachedToRef="paid"{attributes}>{definition}</bpmn:boundaryEvent>'


REMINDED = process(
    "reminded",
    '<bpmn:startEvent id="start"/><bpmn:receiveTask id="paid" name="Wait for the money" messageRef="message"/>'
    + timer("remind", ' name="Remind" cancelActivity="false"', "Cycle", "R3/PT10S")
    + timer("too-late", "", "Duration", "P1D")
    + '<bpmn:endEvent id="end"/><bpmn:endEvent id="reminded-end"/><bpmn:endEvent id="late-end"/>'
    + flows("start", "paid", "end")
    + flows("remind", "reminded-end")
    + flows("too-late", "late-end"),
    '<bpmn:message id="message" name="paid"><bpmn:extensionElements><zeebe:subscription correlationKey="= order"/>'
    "</bpmn:extensionElements></bpmn:message>",
)
"""Waits for a message, reminds three times, and gives up after a day."""

HEARING = process(
    "hearing",
    '<bpmn:startEvent id="start"/><bpmn:startEvent id="begun" name="Prices changed">'
    '<bpmn:signalEventDefinition id="begun-definition" signalRef="signal"/></bpmn:startEvent>'
    '<bpmn:intermediateCatchEvent id="heard" name="Hear of it">'
    '<bpmn:signalEventDefinition id="heard-definition" signalRef="signal"/></bpmn:intermediateCatchEvent>'
    '<bpmn:endEvent id="end"/>' + flows("start", "heard", "end") + flows("begun", "end"),
    '<bpmn:signal id="signal" name="prices-changed"/>',
)
"""Waits for a signal, which begins an instance as well."""

PAYMENT = process(
    "payment",
    '<bpmn:startEvent id="start"/>'
    + task("charge", "Charge")
    + '<bpmn:endEvent id="end"/>'
    + flows("start", "charge", "end"),
)
CALLING = process(
    "calling",
    '<bpmn:startEvent id="start"/><bpmn:callActivity id="pay" name="Pay"><bpmn:extensionElements>'
    '<zeebe:calledElement processId="payment"/></bpmn:extensionElements></bpmn:callActivity><bpmn:endEvent id="end"/>'
    + flows("start", "pay", "end"),
)
"""Calls `PAYMENT`."""

EACH = process(
    "each",
    '<bpmn:startEvent id="start"/>'
    + task("book", "Book").replace(
        "</bpmn:serviceTask>",
        "<bpmn:multiInstanceLoopCharacteristics><bpmn:extensionElements>"
        '<zeebe:loopCharacteristics inputCollection="= rooms" inputElement="room"/>'
        "</bpmn:extensionElements></bpmn:multiInstanceLoopCharacteristics></bpmn:serviceTask>",
    )
    + '<bpmn:endEvent id="end"/>'
    + flows("start", "book", "end"),
)
"""Books once for each of the rooms."""

BORDERED = process(
    "bordered",
    '<bpmn:startEvent id="start"/><bpmn:subProcess id="inside"><bpmn:startEvent id="begin"/>'
    + task("work")
    + '<bpmn:endEvent id="done"/>'
    + flows("begin", "work", "done")
    + "</bpmn:subProcess>"
    + timer("late", "", "Duration", "P1D").replace('attachedToRef="paid"', 'attachedToRef="inside"')
    + '<bpmn:endEvent id="end"/><bpmn:endEvent id="late-end"/>'
    + flows("start", "inside", "end")
    + flows("late", "late-end"),
)
"""A sub-process that a timer may end: nothing but what is in it holds it."""
