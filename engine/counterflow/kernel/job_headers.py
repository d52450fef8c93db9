"""The custom headers of one job, where some of them are expressions: who is to do a user task, and until when.

A header must be what its name promises, as in Zeebe: nobody's task must not become everybody's because a variable was missing.
"""

from __future__ import annotations

from typing import Any

import msgspec

from counterflow.kernel import variables
from counterflow.kernel.rows import ElementInstance
from counterflow.kernel.step import Step
from counterflow.model import timer_texts
from counterflow.model.graph import HeaderExpression, HeaderKind, JobDefinition


def compute(step: Step, element: ElementInstance, definition: JobDefinition) -> bytes | None:
    """The headers of this one job as a JSON object; None where the definition's own will do. Raises `MappingFailed`."""
    if not definition.header_expressions:
        return None
    headers = msgspec.json.decode(definition.headers)
    for header in definition.header_expressions:
        text = _text(step, element, header)
        if text is not None:
            headers[header.name] = text
    return msgspec.json.encode(headers)


def _text(step: Step, element: ElementInstance, header: HeaderExpression) -> str | None:
    encoded = variables.evaluate_to_json(step, element.key, header.source, f"the header '{header.name}'")
    value = msgspec.json.decode(encoded)
    if not _fits(header.kind, value):
        found = variables.found_in(variables.evaluate(step, element.key, header.source))
        raise variables.MappingFailed(
            f"Expected '={header.source.text}' to give {header.kind.value} for the header '{header.name}', but {found}"
        )
    if value is None or (value == "" and header.kind is not HeaderKind.ANY):
        return None
    return value if isinstance(value, str) else encoded.decode()


def _fits(kind: HeaderKind, value: Any) -> bool:
    """Whether a JSON value is what a header must be."""
    if kind is HeaderKind.TEXT:
        return isinstance(value, str)
    if kind is HeaderKind.TEXTS:
        return isinstance(value, list) and all(isinstance(item, str) for item in value)
    if kind is HeaderKind.MOMENT:
        return value is None or value == "" or (isinstance(value, str) and timer_texts.moment(value) is not None)
    return True
