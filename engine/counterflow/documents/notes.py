"""What a reader collects for the author of a document: one way to complain, whatever the document.

    notes = Notes("order.bpmn")
    notes.error(element, "job-type", "expected …, found none.", "Write …")       refuses the document
    notes.warning(element, "extension", "… is ignored.", at=xml)                 only tells

A reader that complains goes on and leaves out what it could not read: the author is told everything at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple, Protocol

from lxml import etree

from counterflow.documents.findings import Finding, Severity
from counterflow.documents.xml import line_of

_NAMED: Final = 10


class Placed(Protocol):
    """What a finding may point at: the id of an element, empty where it has none, and its line."""

    @property
    def id(self) -> str:
        """The id of the element; empty if it has none."""

    @property
    def line(self) -> int:
        """The line of the document, from 1; 0 for the document as a whole."""


class Place(NamedTuple):
    """A place that is no element of the model: something by its name, or the document as a whole (line 0)."""

    id: str
    line: int = 0


class Notes:
    """The findings of one reading, in the order in which they were made.

    `of` names what is being read: it stands in for the id of a place that has none.
    """

    def __init__(self, of: str = "") -> None:
        self.of = of
        self.findings: list[Finding] = []

    def __len__(self) -> int:
        return len(self.findings)

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    def error(
        self, placed: Placed, rule: str, message: str, remedy: str = "", at: etree._Element | None = None
    ) -> None:
        """Refuse the document; `at` is the XML element inside the place that is meant, when not itself."""
        self._note(placed, rule, message, remedy, at, Severity.ERROR)

    def warning(
        self, placed: Placed, rule: str, message: str, remedy: str = "", at: etree._Element | None = None
    ) -> None:
        """Tell something that does not refuse the document; `at` as in `error`."""
        self._note(placed, rule, message, remedy, at, Severity.WARNING)

    def add(self, findings: Iterable[Finding]) -> None:
        """Take findings that somebody else has made."""
        self.findings += findings

    def has_errors(self, since: int = 0) -> bool:
        """Whether any of the findings after the first `since` refuses the document."""
        return any(finding.severity is Severity.ERROR for finding in self.findings[since:])

    def forget(self, since: int) -> None:
        """Take back all but the first `since` findings."""
        del self.findings[since:]

    def _note(
        self,
        placed: Placed,
        rule: str,
        message: str,
        remedy: str,
        at: etree._Element | None,
        severity: Severity,
    ) -> None:
        finding = finding_at(placed, rule, message, remedy, at, severity)
        self.findings.append(finding if finding.element_id else replace(finding, element_id=self.of))


def finding_at(
    placed: Placed,
    rule: str,
    message: str,
    remedy: str = "",
    at: etree._Element | None = None,
    severity: Severity = Severity.ERROR,
) -> Finding:
    """The finding about a place, or about the XML element `at` inside it."""
    line = placed.line if at is None else line_of(at)
    return Finding(line, placed.id, rule, message, remedy, severity)


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """A document as read: everything there is to say to its author. Its kinds add what it holds."""

    findings: tuple[Finding, ...]

    @property
    def errors(self) -> Sequence[Finding]:
        """The findings that refuse the deployment."""
        return [finding for finding in self.findings if finding.severity is Severity.ERROR]

    @property
    def warnings(self) -> Sequence[Finding]:
        """The findings that are only told."""
        return [finding for finding in self.findings if finding.severity is Severity.WARNING]


def reported_once(findings: Iterable[Finding], rules: frozenset[str]) -> list[Finding]:
    """The findings in order, with one in place of all warnings of these rules that say the same.

    It is at the first of the elements and names the others. Such warnings are about what is used, not about a
    place: a file of a hundred user tasks needs no hundred of them.
    """
    groups: dict[object, list[Finding]] = {}
    for number, finding in enumerate(sorted(findings)):
        is_once = finding.rule in rules and finding.severity is Severity.WARNING
        key = (
            (finding.rule, finding.message.replace(f"'{finding.element_id}'", "''"), finding.remedy)
            if is_once
            else number
        )
        groups.setdefault(key, []).append(finding)
    return [_merged(group) for group in groups.values()]


def _merged(same: Sequence[Finding]) -> Finding:
    first, *others = same
    ids = list(
        dict.fromkeys(
            f"'{finding.element_id}'" for finding in others if finding.element_id != first.element_id
        )
    )
    if not ids:
        return first
    more = f" and {len(ids) - _NAMED} more" if len(ids) > _NAMED else ""
    return replace(first, message=f"{first.message} The same goes for {', '.join(ids[:_NAMED])}{more}.")
