"""What reading a model has to say to its author: refusals (errors) and warnings, each tied to a place in the file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from counterflow.model.graph import Process


class Severity(StrEnum):
    """An error refuses the deployment; a warning is told and deployed all the same."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One remark on a model: where it is, which rule speaks, what is wrong, and what to do instead."""

    line: int
    element_id: str
    rule: str
    message: str
    remedy: str = ""
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        remedy = f" {self.remedy}" if self.remedy else ""
        return f"line {self.line}, element '{self.element_id}' [{self.rule}]: {self.message}{remedy}"


@dataclass(frozen=True, slots=True)
class ReadResult:
    """A model as read: its executable processes (empty where it was refused) and everything there is to say about it."""

    processes: tuple[Process, ...]
    findings: tuple[Finding, ...]

    @property
    def errors(self) -> Sequence[Finding]:
        """The findings that refuse the deployment."""
        return [finding for finding in self.findings if finding.severity is Severity.ERROR]

    @property
    def warnings(self) -> Sequence[Finding]:
        """The findings that are only told."""
        return [finding for finding in self.findings if finding.severity is Severity.WARNING]
