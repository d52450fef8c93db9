"""The oracle: a dose of behaviours is put to Operaton; two engines of ours are compared, diagrams translated,
and the document is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import pytest
from lxml import etree

from counterflow.bpmn.xml import BPMN
from counterflow.model.events import CompensationOrder
from tests.behaviours.script import BOOK
from tests.conformance.oracle.__main__ import DOCUMENT
from tests.conformance.oracle.ask import NO_TWIN, Pair, ask, beside, scripts
from tests.conformance.oracle.compare import Difference, compare
from tests.conformance.oracle.diagrams import items_of, keys_of
from tests.conformance.oracle.juel import NoTwin, template
from tests.conformance.oracle.operaton import Program, program, why_not
from tests.conformance.oracle.ours import Ours
from tests.conformance.oracle.reasons import Exclusion, Place, Reason, Reasons, read_reasons
from tests.conformance.oracle.report import Outcome, document, judge
from tests.conformance.oracle.seen import Seen
from tests.conformance.oracle.translate import translated

DOSE = [
    "call-activity/camunda-mapped",
    "call-activity/nested.cancelled",
    "compensation/camunda",
    "compensation/repeated-activity",
    "compensation-calls/own-handler",
    "compensation-failures/error-caught-in-scope",
    "compensation-loops/camunda-each",
    "compensation-order/three-branches",
    "compensation-scopes/three-levels",
    "decisions/camunda",
    "errors/variables-camunda",
    "event-based-gateway/first-wins",
    "event-sub-processes/timer-non-interrupting",
    "event-sub-processes/variables-camunda",
    "gateways/exclusive-camunda",
    "gateways/parallel",
    "jobs/camunda-retry-cycle",
    "messages/boundary",
    "multi-instance/camunda-collection",
    "multi-instance/error-on-border",
    "starts/message",
    "sub-processes/nested",
    "tasks/camunda",
    "tasks/user",
    "timers/boundary",
    "variables/camunda-outputs",
]
"""One or two of each family, those for Camunda 7 first; `make oracle` asks all of them."""


def two_of_ours(second: CompensationOrder) -> Pair:
    """An engine with parallel undo, and another with this order."""
    return lambda: (Ours(CompensationOrder.PARALLEL), Ours(second))


def asked(names: Sequence[str], pair: Pair, reasons: Reasons) -> Outcome:
    outcome = Outcome()
    for name in names:
        ask(outcome, name, scripts()[name], reasons, pair)
    return outcome


# -- Operaton ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def running() -> Iterator[Program]:
    if why_not():
        pytest.skip(why_not())
    with program() as found:
        yield found


@pytest.mark.parametrize("name", DOSE)
def test_operaton_does_the_same_or_the_difference_has_its_reason(name: str, running: Program) -> None:
    reasons = read_reasons()
    judgement = judge(asked([name], beside(running), reasons), reasons, is_whole=False)
    assert judgement.unexplained == []


def test_a_difference_without_its_reason_is_told(running: Program) -> None:
    outcome = asked(["errors/uncaught"], beside(running), Reasons())
    assert (
        'errors/uncaught: > error charge NO_MONEY {"missing": 50}: incidents: Counterflow: charge: UNHANDLED_ERROR_EVENT'
        in judge(outcome, Reasons()).unexplained
    )


# -- comparing -----------------------------------------------------------------------------------------------

EVERY_VERB = [
    "compensation/sequence",
    "incidents/job-type",
    "jobs/back-off",
    "messages/first-in-first-out.expired",
    "starts/timer.missed",
    "starts/at.refused",
    "timers/date",
    "variables/propagation.set",
    "call-activity/swept-away",
]
"""Behaviours whose scripts use every verb between them, files to deploy and dates included."""


def test_what_is_the_same_is_identical() -> None:
    outcome = asked(EVERY_VERB, two_of_ours(CompensationOrder.PARALLEL), Reasons())
    assert (outcome.identical, outcome.differing) == (EVERY_VERB, {})


def test_another_order_is_seen() -> None:
    outcome = asked(["compensation/sequence"], two_of_ours(CompensationOrder.MIRROR), Reasons())
    (differences,) = outcome.differing.values()
    first = differences[0]
    assert (first.line, first.aspect, first.second) == ("complete car", "jobs", ())
    assert [text.split(":")[0] for text in first.first] == ["cancel-hotel"]
    assert {difference.aspect for difference in differences} >= {"jobs", "elements"}


def test_nothing_is_compared_after_the_line_at_which_they_part() -> None:
    first = [
        Seen("start", jobs=["a"]),
        Seen("complete a", jobs=["b"]),
        Seen("complete b", variables=["x = 1"]),
    ]
    second = [
        Seen("start", jobs=["a"]),
        Seen("complete a", jobs=["c"]),
        Seen("complete b", answer="not there"),
    ]
    assert [(found.line, found.aspect) for found in compare("one", first, second)] == [("complete a", "jobs")]


# -- translating ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "feel, juel",
    [
        ("plain", "plain"),
        ('="Rome"', "Rome"),
        ("=order.id", "${order.id}"),
        ("=a = 1 and not(b)", "${a == 1 and not ( b )}"),
        ('=name != "x y"', "${name != 'x y'}"),
        ("=(net + tax) * 0.19 >= 10", "${( net + tax ) * 0.19 >= 10}"),
    ],
)
def test_feel_has_its_twin(feel: str, juel: str) -> None:
    assert template(feel) == juel


@pytest.mark.parametrize(
    "feel",
    ["=if a then b else c", '=["a"]', "={a: 1}", "=count(list)", '="a" + b', "=for a in b return a", '="{"'],
)
def test_feel_without_a_twin_is_not_guessed_at(feel: str) -> None:
    with pytest.raises(NoTwin, match="expression"):
        template(feel)


def test_a_translation_is_all_of_the_other_dialect() -> None:
    for diagram in (
        "compensation/sequence",
        "multi-instance/parallel",
        "messages/boundary",
        "call-activity/nested",
    ):
        root = etree.fromstring(translated((BOOK / f"{diagram}.bpmn").read_bytes()))
        names = {str(etree.QName(element).namespace) for element in root.iter(etree.Element)}
        assert [name for name in names if "zeebe" in name] == []
        for process in root.iter(f"{{{BPMN}}}process"):
            tags = [etree.QName(child).localname for child in process]
            assert tags == sorted(tags, key=lambda local: local in {"association", "textAnnotation", "group"})


def test_what_only_the_model_knows_is_read_from_it() -> None:
    boundary = translated((BOOK / "messages/boundary.bpmn").read_bytes())
    assert set(keys_of(boundary).values()) == {"${order}"}
    assert items_of(translated((BOOK / "multi-instance/parallel.bpmn").read_bytes())) == {"item"}


def test_what_has_no_twin_is_not_asked() -> None:
    outcome = asked(["variables/nested-targets"], two_of_ours(CompensationOrder.PARALLEL), Reasons())
    assert outcome.not_asked == {"variables/nested-targets": NO_TWIN}
    assert outcome.without_twin == {"variables/nested-targets": "the target request.id"}


# -- reasons and the document --------------------------------------------------------------------------------

REASONS = Reasons(
    differences=[Reason("Why", "Because.", (Place(("jobs/*",), ("order",), line="^start", shows="b, a"),))],
    not_asked=[Exclusion("other dialect", "It is.", ())],
    refused=[Exclusion("no way out", "It wants one.", ("outgoing",))],
)


@pytest.mark.parametrize(
    "behaviour, line, aspect, first, explained",
    [
        ("jobs/one", "start", "order", "b, a", True),
        ("jobs/one", "start", "order", "c, a", False),
        ("jobs/one", "complete a", "order", "b, a", False),
        ("jobs/one", "start", "jobs", "b, a", False),
        ("timers/one", "start", "order", "b, a", False),
    ],
)
def test_a_reason_holds_where_it_says(
    behaviour: str, line: str, aspect: str, first: str, explained: bool
) -> None:
    outcome = Outcome(differing={behaviour: [Difference(behaviour, line, aspect, (first,), ())]})
    judgement = judge(outcome, REASONS)
    assert (judgement.unexplained == []) is explained
    assert ("Why" in judgement.stale) is not explained


def test_a_refusal_needs_a_reason_too() -> None:
    outcome = Outcome(refused={"a": "must have an outgoing flow", "b": "dislikes it"})
    assert judge(outcome, REASONS).unexplained == ["b: Operaton refuses the diagram: dislikes it"]
    assert judge(outcome, REASONS, is_whole=False).stale == []


def test_the_document_lists_what_has_no_reason() -> None:
    outcome = Outcome(identical=["x"], differing={"y": [Difference("y", "start", "jobs", ("a",), ())]})
    text = document(outcome, REASONS, judge(outcome, REASONS))
    assert "## UNEXPLAINED\n\n- y: > start: jobs: Operaton: a\n" in text
    assert "| identical | 1 |" in text


def sections() -> dict[str, str]:
    """The sections of the document by their titles."""
    parts = re.split(r"^### (.+)$", DOCUMENT.read_text(), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_the_document_has_every_reason_and_no_other() -> None:
    entries = read_reasons().entries()
    assert list(sections()) == [entry.title for entry in entries]
    assert [entry.title for entry in entries if entry.text not in sections()[entry.title]] == []


def test_the_counts_of_the_document_add_up() -> None:
    text = DOCUMENT.read_text()
    *parts, total = (int(count) for count in re.findall(r"^\| .+ \| (\d+) \|$", text, flags=re.MULTILINE))
    assert sum(parts) == total
    assert "UNEXPLAINED" not in text
