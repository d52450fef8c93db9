"""A call activity says which process it calls (BPMN 2.0.2, 10.3.6): there is nothing to do without."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from counterflow.bpmn.outline import Element, Outline
from counterflow.bpmn.xml import children
from counterflow.documents.findings import Finding
from counterflow.model.graph import Behaviour, Dialect

RULE = "called-process"

_REMEDIES: Mapping[Dialect, str] = {
    Dialect.ZEEBE: 'Add <zeebe:calledElement processId="…" /> to its extension elements.',
    Dialect.CAMUNDA: 'Set calledElement="…" on it.',
    Dialect.STANDARD: 'Set calledElement="…" on it.',
}


def check(outline: Outline) -> Iterator[Finding]:
    """Call activities that name no process, or one of the file that cannot be called.

    Whether another is deployed is asked when it is.
    """
    written = {xml.get("id", "") for xml in children(outline.root, "process")}
    executable = {process.id: process for process in outline.processes}
    for element in outline.elements:
        if element.behaviour is not Behaviour.CALL_ACTIVITY:
            continue
        called = element.details.called.process_id if element.details.called is not None else None
        if called is None and not element.details.is_reported:
            message = f"expected {element} to name the process that it calls, found none."
            yield element.error(RULE, message, _REMEDIES[outline.dialect])
        if isinstance(called, str) and called in written:
            yield from _check_own(element, called, executable.get(called))


def _check_own(call: Element, process_id: str, process: Element | None) -> Iterator[Finding]:
    """A process of the same file is known already."""
    if process is None:
        message = (
            f"{call} calls process '{process_id}' of this file, which is not marked executable and is not "
            "deployed."
        )
        yield call.warning(RULE, message, 'Mark it isExecutable="true", or deploy one of that id.')
    elif all(event.definitions for event in process.start_events):
        message = f"{call} calls process '{process_id}', which has no none start event to begin at."
        yield call.warning(RULE, message, "Draw one beside its others.")
