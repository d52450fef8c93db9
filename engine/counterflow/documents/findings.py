"""What reading a document has to say to its author: refusals (errors) and warnings, each tied to a place in
the file.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """An error refuses the deployment; a warning is told and deployed all the same."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One remark: the line (0 where unknown), the element, the rule that speaks, what was expected and found,
    what to do instead.
    """

    line: int
    element_id: str
    rule: str
    message: str
    remedy: str = ""
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        """As a person reads it: a finding without a line is about the file as a whole, which whoever tells it
        names.
        """
        remedy = f" {self.remedy}" if self.remedy else ""
        place = f"line {self.line}, element '{self.element_id}' " if self.line else ""
        return f"{place}[{self.rule}]: {self.message}{remedy}"
