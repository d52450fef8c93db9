"""What begins an instance is known before there is one: the timer or message of a start event reads no
variables.

BPMN 2.0.2, 10.5.2: a start event of a process has no instance around it; an expression that asks for
variables would be null for ever. Functions such as now() are answered when the process is deployed.
"""

from __future__ import annotations

from collections.abc import Iterator

from counterflow.bpmn.events.timer import gives_time
from counterflow.bpmn.outline import Element, Outline
from counterflow.documents.findings import Finding
from counterflow.feel import Expression
from counterflow.model.graph import CatchDefinition, MessageDefinition

RULE = "process-start"


def check(outline: Outline) -> Iterator[Finding]:
    """Start events directly in a process whose expression asks for variables, or gives no time and no
    name.
    """
    for element in outline.elements:
        if element.is_process_start and element.details.catch is not None:
            yield from _check(element, element.details.catch)


def _check(event: Element, definition: CatchDefinition) -> Iterator[Finding]:
    expression = definition.name if isinstance(definition, MessageDefinition) else definition.expression
    if not isinstance(expression, Expression):
        return
    if expression.names:
        names = ", ".join(f"'{name}'" for name in sorted(expression.names))
        message = (
            f"expected `{expression.text}` of {event} to need no variables, found {names}: there is no "
            "instance yet to have them."
        )
        yield event.error(RULE, message, "Write a constant.", event.definition)
    elif isinstance(definition, MessageDefinition):
        message = (
            f"expected `{expression.text}` to give the name of the message that {event} waits for, found no "
            "text."
        )
        yield event.error(RULE, message, "Write the name itself.", event.definition)
    elif not gives_time(definition.kind, expression.evaluate({}).value):
        message = f"expected `{expression.text}` of {event} to give a {definition.kind}, found none."
        yield event.error(RULE, message, "Write it in ISO 8601.", event.definition)
