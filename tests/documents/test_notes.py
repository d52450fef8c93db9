"""Findings: how they read, how they are ordered, which of them refuse, and how a reader notes them."""

from lxml import etree

from counterflow.documents.findings import Finding, Severity
from counterflow.documents.notes import Notes, Place, ReadDocument, reported_once

LATER = Finding(
    line=9, element_id="b", rule="start-event", message="expected one, found two.", remedy="Keep one."
)
EARLIER = Finding(
    line=2, element_id="a", rule="unreachable", message="nothing leads to it.", severity=Severity.WARNING
)


def test_a_finding_reads_as_a_sentence_with_its_place() -> None:
    assert str(LATER) == "line 9, element 'b' [start-event]: expected one, found two. Keep one."
    assert str(EARLIER) == "line 2, element 'a' [unreachable]: nothing leads to it."


def test_findings_are_ordered_by_their_line() -> None:
    assert sorted([LATER, EARLIER]) == [EARLIER, LATER]


def test_errors_refuse_and_warnings_do_not() -> None:
    result = ReadDocument((EARLIER, LATER))
    assert (result.errors, result.warnings) == ([LATER], [EARLIER])
    assert ReadDocument(()).errors == []


def test_notes_point_at_a_place_or_at_what_is_inside_it() -> None:
    notes = Notes("order.dmn")
    inside = etree.fromstring("<a>\n<b/></a>")[0]
    notes.error(Place("b", 9), "start-event", "expected one, found two.", "Keep one.")
    notes.warning(Place("a", 1), "unreachable", "nothing leads to it.", at=inside)
    notes.warning(Place(""), "import", "nobody needs it.")
    assert [(note.line, note.element_id) for note in notes] == [(9, "b"), (2, "a"), (0, "order.dmn")]
    assert notes.findings[:2] == [LATER, EARLIER]


def test_notes_are_taken_back_and_asked_for_errors_from_a_point_on() -> None:
    notes = Notes()
    notes.add([LATER])
    before = len(notes)
    notes.add([EARLIER])
    assert (notes.has_errors(), notes.has_errors(since=before)) == (True, False)
    notes.error(Place("c"), "cycle", "found one.")
    assert notes.has_errors(since=before)
    notes.forget(since=before)
    assert notes.findings == [LATER]


def remark(
    on: str, what: str = "has a hat", severity: Severity = Severity.WARNING, rule: str = "hats"
) -> Finding:
    return Finding(line=int(on), element_id=on, rule=rule, message=f"task '{on}' {what}.", severity=severity)


def test_the_same_warning_is_told_once_and_names_the_others() -> None:
    findings = [remark("3"), remark("1"), remark("2", "has a cat"), remark("7"), remark("7")]
    once = reported_once(findings, frozenset({"hats"}))
    assert [(finding.line, finding.message) for finding in once] == [
        (1, "task '1' has a hat. The same goes for '3', '7'."),
        (2, "task '2' has a cat."),
    ]


def test_refusals_and_warnings_about_places_are_told_one_by_one() -> None:
    findings = [
        remark("1", severity=Severity.ERROR),
        remark("2", severity=Severity.ERROR),
        remark("3", rule="caps"),
        remark("4", rule="caps"),
    ]
    assert reported_once(findings, frozenset({"hats"})) == findings


def test_of_many_the_first_are_named() -> None:
    (only,) = reported_once([remark(str(number)) for number in range(100)], frozenset({"hats"}))
    assert only.message.endswith("'9', '10' and 89 more.")


def test_a_finding_quotes_what_is_long_in_part_and_says_all_the_same_what_to_do() -> None:
    finding = Finding(
        1, "a", "job-type", f"expected one, found '{'x' * 4_000_000}' there.", f"Shorten {'y' * 5_000}."
    )
    assert finding.message == f"expected one, found '{'x' * 99}… there."
    assert finding.remedy == f"Shorten {'y' * 100}…"
    assert len(Finding(1, "a", "job-type", "long " * 5_000).message) == 1_000
