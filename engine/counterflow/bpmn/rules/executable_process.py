"""A file must hold at least one process that may be executed, and each needs an id to be started by.

BPMN 2.0.2, table 10.1: `isExecutable` false or missing means that a process is documentation. Such processes
beside an executable one are left alone, with a warning.
"""

from __future__ import annotations

from collections.abc import Iterator

from counterflow.bpmn.outline import Outline
from counterflow.bpmn.xml import TRUE, children
from counterflow.documents.findings import Finding, Severity
from counterflow.documents.xml import line_of

RULE = "executable-process"


def check(outline: Outline) -> Iterator[Finding]:
    """None executable, executable without id: refused. Not executable: told."""
    if not outline.processes:
        yield Finding(
            line=line_of(outline.root),
            element_id=outline.root.get("id") or outline.resource_name,
            rule=RULE,
            message='expected a process with isExecutable="true", found none.',
            remedy='Set isExecutable="true" on the process to deploy.',
        )
    for process in outline.processes:
        if not process.attribute("id"):
            yield process.error(
                RULE,
                "an executable process has no id, and cannot be started without.",
                'Give it one, e.g. id="order".',
            )
    if outline.processes:
        yield from _left_alone(outline)


def _left_alone(outline: Outline) -> Iterator[Finding]:
    for number, xml in enumerate(children(outline.root, "process"), start=1):
        if xml.get("isExecutable") != TRUE:
            yield Finding(
                line=line_of(xml),
                element_id=xml.get("id") or f"process[{number}]",
                rule=RULE,
                message='the process is not marked isExecutable="true" and is not deployed.',
                remedy="Mark it if it should be.",
                severity=Severity.WARNING,
            )
