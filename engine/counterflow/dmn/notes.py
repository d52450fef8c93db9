"""Remarks collected while a model is compiled. What cannot be compiled is told here, and is null when it is evaluated."""

from __future__ import annotations

from counterflow.dmn import tree
from counterflow.documents.findings import Finding, Severity
from counterflow.feel.errors import FeelSyntaxError


class Notes:
    """`of` is the element that is being compiled; it stands in for one that has no id of its own."""

    def __init__(self, of: str = "") -> None:
        self.of = of
        self.findings: list[Finding] = []

    def error(self, line: int, element_id: str, rule: str, message: str, remedy: str) -> None:
        self.findings.append(Finding(line, element_id or self.of, rule, message, remedy))

    def warn(self, line: int, element_id: str, rule: str, message: str, remedy: str) -> None:
        self.findings.append(Finding(line, element_id or self.of, rule, message, remedy, Severity.WARNING))

    def syntax(self, element: tree.Element, what: str, error: FeelSyntaxError) -> None:
        """A text that is not FEEL, with the place inside it."""
        place = f"line {error.line}, column {error.column}" if error.line > 1 else f"column {error.column}"
        message = f"the {what} is not FEEL: at {place} expected {error.expected}, found {error.found}."
        self.error(element.line, element.id, "expression", message, error.hint or "Correct the expression there.")
