"""What reading a model has to say to its author: refusals (errors) and warnings, each tied to a place in the file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from counterflow.documents.findings import Finding, Severity
from counterflow.model.graph import Process


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
