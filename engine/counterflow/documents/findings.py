"""What reading a document has to say to its author: errors, which refuse it, and warnings."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

MOST_SAID = 1_000
"""Characters of the message of a finding, and of its remedy."""
_LONG_WORD = re.compile(r"(\S{100})\S{100,}")


class Severity(StrEnum):
    """An error refuses the deployment, a warning is told and deployed all the same, a hint who asks hears."""

    ERROR = "error"
    WARNING = "warning"
    HINT = "hint"


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One remark: where, which rule speaks, what was expected and found, and what to do instead.

    `line` is 0 where it is unknown.
    """

    line: int
    element_id: str
    rule: str
    message: str
    remedy: str = ""
    severity: Severity = Severity.ERROR

    def __post_init__(self) -> None:
        """Cut it: it quotes the document, which may be all one name, and there may be one an element."""
        for name in ("message", "remedy"):
            text: str = getattr(self, name)
            if len(text) > MOST_SAID:
                shortened = _LONG_WORD.sub(r"\1…", text)
                object.__setattr__(self, name, shortened[:MOST_SAID])

    def __str__(self) -> str:
        """The finding for a person; one without a line is about the file, which whoever tells it names."""
        remedy = f" {self.remedy}" if self.remedy else ""
        where = f"line {self.line}, element '{self.element_id}' " if self.line else ""
        return f"{where}[{self.rule}]: {self.message}{remedy}"
