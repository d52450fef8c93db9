"""Remarks collected while a model is compiled. What cannot be compiled is told here, and is null when it is
evaluated.
"""

from __future__ import annotations

from counterflow.dmn import tree
from counterflow.documents.findings import Finding, Severity
from counterflow.feel.errors import DuplicateEntry, FeelFailure, FeelSyntaxError
from counterflow.feel.run import Local, Run, Value
from counterflow.feel.values import Code


class Notes:
    """`of` is the element that is being compiled; it stands in for one that has no id of its own."""

    def __init__(self, of: str = "") -> None:
        self.of = of
        self.findings: list[Finding] = []

    def error(self, line: int, element_id: str, rule: str, message: str, remedy: str) -> None:
        self.findings.append(Finding(line, element_id or self.of, rule, message, remedy))

    def forget(self, findings: int) -> None:
        """Take back all but the first findings."""
        del self.findings[findings:]

    def warn(self, line: int, element_id: str, rule: str, message: str, remedy: str) -> None:
        self.findings.append(Finding(line, element_id or self.of, rule, message, remedy, Severity.WARNING))

    def syntax(self, element: tree.Element, what: str, error: FeelSyntaxError) -> Code:
        """Tell of a text that is not FEEL, with the place inside it; and the code that stands in for it,
        which warns and is null.

        A context with an entry twice is told as a warning: it holds up the decision that needs it, not the
        whole file.
        """
        place = f"line {error.line}, column {error.column}" if error.line > 1 else f"column {error.column}"
        found = f"at {place} expected {error.expected}, found {error.found}"
        if isinstance(error, DuplicateEntry):
            return self.duplicate(element, f"the {what}", found)
        message = f"the {what} is not FEEL: {found}."
        self.error(
            element.line, element.id, "expression", message, error.hint or "Correct the expression there."
        )
        complaint = f"the {what} is not FEEL: {error}"
        return lambda run, _local: run.warn("wrong value", complaint)

    def duplicate(self, element: tree.Element, where: str, found: str) -> Code:
        """Warn of a context that has an entry twice; and the code that stands in for it, which stops the
        evaluation (DMN 1.5, 10.3.2.6).
        """
        complaint = f"{where} has an entry twice: {found}"
        self.warn(
            element.line,
            element.id,
            "duplicate-entry",
            f"{complaint}.",
            "Rename one; until then no decision that needs it is made.",
        )

        def refuse(_run: Run, _local: Local) -> Value:
            raise FeelFailure("duplicate entry", complaint)

        return refuse
