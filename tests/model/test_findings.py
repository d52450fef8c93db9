"""Findings: how they read, how they are ordered, which of them refuse."""

from counterflow.documents.findings import Finding, Severity
from counterflow.model.findings import ReadResult

LATER = Finding(line=9, element_id="b", rule="start-event", message="expected one, found two.", remedy="Keep one.")
EARLIER = Finding(line=2, element_id="a", rule="unreachable", message="nothing leads to it.", severity=Severity.WARNING)


def test_a_finding_reads_as_a_sentence_with_its_place() -> None:
    assert str(LATER) == "line 9, element 'b' [start-event]: expected one, found two. Keep one."
    assert str(EARLIER) == "line 2, element 'a' [unreachable]: nothing leads to it."


def test_findings_are_ordered_by_their_line() -> None:
    assert sorted([LATER, EARLIER]) == [EARLIER, LATER]


def test_errors_refuse_and_warnings_do_not() -> None:
    result = ReadResult((), (EARLIER, LATER))
    assert (result.errors, result.warnings) == ([LATER], [EARLIER])
    assert ReadResult((), ()).errors == []
