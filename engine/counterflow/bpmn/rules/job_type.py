"""What is work for somebody else, a task or a message to send, must say whose. Without a job type no worker
would ask for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from counterflow.bpmn.elements import MESSAGE
from counterflow.bpmn.outline import Element, Outline
from counterflow.documents.findings import Finding
from counterflow.model.graph import Dialect

RULE = "job-type"

_REMEDIES: Mapping[Dialect, str] = {
    Dialect.ZEEBE: 'Add <zeebe:taskDefinition type="…" /> to its extension elements{also}.',
    Dialect.CAMUNDA: 'Set camunda:type="external" and camunda:topic="…"{also}.',
    Dialect.STANDARD: 'Name its operation, or set camunda:type="external" and camunda:topic="…"{also}.',
}
_ALSO: Mapping[tuple[Dialect, str], str] = {
    (Dialect.ZEEBE, "scriptTask"): ' or <zeebe:script expression="= …" resultVariable="…" />',
    (
        Dialect.CAMUNDA,
        "scriptTask",
    ): ', or scriptFormat="juel" or "feel" with a script and camunda:resultVariable',
    (Dialect.ZEEBE, "businessRuleTask"): ' or <zeebe:calledDecision decisionId="…" resultVariable="…" />',
    (Dialect.CAMUNDA, "businessRuleTask"): ', or camunda:decisionRef="…" and camunda:resultVariable',
}
"""Tasks that may be done in the engine as well."""


_ON_DEFINITION: Final = " on its messageEventDefinition"


def passes_unsent(outline: Outline, element: Element) -> bool:
    """Whether it throws a message that nobody sends, which Camunda 7 passes."""
    return element.throws(MESSAGE) and outline.dialect is not Dialect.ZEEBE and element.details.job is None


def check(outline: Outline) -> Iterator[Finding]:
    """Find tasks and thrown messages without job, script and decision, and scripts with a job as well. Those
    are script tasks with job and script.
    """
    for element in outline.elements:
        if not element.is_job:
            continue
        details = element.details
        also = _ALSO.get((outline.dialect, element.tag), "")
        is_missing = details.work is None and not details.is_reported
        if is_missing and passes_unsent(outline, element):
            message = f"{element} sends no message: it says nobody who does, and is passed."
            yield element.warning(RULE, message, _REMEDIES[outline.dialect].format(also=_ON_DEFINITION))
        elif is_missing:
            message = f"expected {element} to say which job it is, found no job type."
            yield element.error(RULE, message, _REMEDIES[outline.dialect].format(also=also))
        if details.job is not None and details.script is not None:
            yield element.error(
                RULE, f"{element} is both a job and a script.", "Remove the job type, or the script."
            )
