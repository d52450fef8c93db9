"""What begins an instance is known before there is one: the event of a start event reads no variables.

BPMN 2.0.2, 10.5.2: a start event of a process has no instance around it; an expression that asks for
variables would be null for ever. Functions such as now() are answered when the process is deployed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

from counterflow.bpmn.events.kinds import KINDS
from counterflow.bpmn.outline import Element, Outline
from counterflow.documents.findings import Finding
from counterflow.feel import Expression
from counterflow.model.events import EventDefinition

RULE = "process-start"


def check(outline: Outline) -> Iterator[Finding]:
    """Start events directly in a process whose expression asks for variables, or gives no event."""
    for element in outline.elements:
        definition = element.details.event
        if not element.is_process_start or not element.waits or definition is None:
            continue
        if not KINDS[element.event].is_asked_of_caller:
            for expression in _expressions(definition):
                yield from _check(element, expression)


def _expressions(definition: EventDefinition) -> Iterator[Expression]:
    for text in fields(definition):
        value = getattr(definition, text.name)
        # the key of what has to come beside the first is asked in the instance that that one has begun
        if isinstance(value, Expression) and text.name != "correlation_key":
            yield value


def _check(event: Element, expression: Expression) -> Iterator[Finding]:
    if expression.names:
        names = ", ".join(f"'{name}'" for name in sorted(expression.names))
        message = (
            f"expected `{expression.written}` of {event} to need no variables, found {names}: there is no "
            "instance yet to have them."
        )
        yield event.error(RULE, message, "Write a constant.", event.definition)
    elif (objection := KINDS[event.event].start_objection(event, expression)) is not None:
        yield event.error(RULE, *objection, event.definition)
