"""What reading a model has to say to its author: refusals (errors) and warnings, each tied to a place in the
file.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from counterflow.documents.findings import Finding, Severity
from counterflow.model.graph import Process

_NAMED: Final = 10


@dataclass(frozen=True, slots=True)
class ReadResult:
    """A model as read: its executable processes (empty where it was refused) and everything there is to say
    about it.
    """

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


def told_once(findings: Iterable[Finding], rules: frozenset[str]) -> list[Finding]:
    """The findings in order; warnings of these rules that say the same of several elements are one, at the
    first, that names the others.

    They are about what is used, not about a place: a file of a hundred user tasks needs no hundred of them.
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
