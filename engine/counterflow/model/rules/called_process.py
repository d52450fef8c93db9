"""A call activity says which process it calls (BPMN 2.0.2, 10.3.6): there is nothing to do without."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from counterflow.documents.findings import Finding
from counterflow.model.graph import Behaviour, Dialect
from counterflow.model.outline import Outline

RULE = "called-process"

_REMEDIES: Mapping[Dialect, str] = {
    Dialect.ZEEBE: 'Add <zeebe:calledElement processId="…" /> to its extension elements.',
    Dialect.CAMUNDA: 'Set calledElement="…" on it.',
}


def check(outline: Outline) -> Iterator[Finding]:
    """Call activities that name no process. Whether it is deployed is asked when it is called."""
    for element in outline.elements:
        if element.behaviour is Behaviour.CALL_ACTIVITY and element.details.called is None and not element.details.is_told:
            message = f"expected {element} to name the process that it calls, found none."
            yield element.error(RULE, message, _REMEDIES[outline.dialect])
