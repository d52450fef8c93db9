"""`camunda:decisionRef`: which decision, which version of it, and what of its result is taken."""

import pytest

from counterflow import feel
from counterflow.bpmn.dialects.camunda.decisions import RULE
from counterflow.feel import Expression
from counterflow.model.graph import Behaviour, Binding, CalledDecision, JobDefinition, ResultMapping
from tests.bpmn.diagram import element, end, extensions, model, node, path, reading, start, warned


def deciding(*inside: str, tag: str = "businessRuleTask", **written: str | None) -> bytes:
    attributes = {"decisionRef": "discount", "resultVariable": "given", **written}
    task = element(
        tag, extensions(*inside), id="a", **{f"camunda__{name}": value for name, value in attributes.items()}
    )
    return model(start(), task, end(), path("start", "a", "end"))


def read_in(output: str) -> str:
    return element("camunda:inputOutput", element("camunda:outputParameter", output, name="price"))


@pytest.mark.parametrize(
    "written, expected",
    [
        ({}, CalledDecision("discount", "given", result_mapping=ResultMapping.RESULT_LIST)),
        (
            {"decisionRefBinding": "latest"},
            CalledDecision("discount", "given", result_mapping=ResultMapping.RESULT_LIST),
        ),
        (
            {"decisionRefBinding": "deployment", "mapDecisionResult": "singleEntry"},
            CalledDecision("discount", "given", Binding.DEPLOYMENT, None, ResultMapping.SINGLE_ENTRY),
        ),
        (
            {"decisionRefBinding": "version", "decisionRefVersion": "2", "mapDecisionResult": "singleResult"},
            CalledDecision("discount", "given", Binding.VERSION, "2", ResultMapping.SINGLE_RESULT),
        ),
        (
            {
                "decisionRefBinding": "versionTag",
                "decisionRefVersionTag": "spring",
                "mapDecisionResult": "collectEntries",
            },
            CalledDecision("discount", "given", Binding.VERSION_TAG, "spring", ResultMapping.COLLECT_ENTRIES),
        ),
    ],
)
def test_what_a_task_says(written: dict[str, str], expected: CalledDecision) -> None:
    one = node(deciding(**written), "a")
    assert (one.behaviour, one.work) == (Behaviour.RULE_TASK, expected)


def test_decision_and_version_may_be_computed() -> None:
    decision = node(
        deciding(decisionRef="${which}", decisionRefBinding="version", decisionRefVersion="${number}"), "a"
    ).work
    assert isinstance(decision, CalledDecision)
    assert isinstance(decision.decision_id, Expression)
    assert isinstance(decision.which, Expression)
    assert (decision.decision_id.text, decision.which.text) == ("which", "number")


def test_rows_are_kept_for_the_output_parameters_that_read_them() -> None:
    reads, reads_not = (
        node(deciding(read_in(text)), "a").work for text in ("${decisionResult[0].price}", "${given}")
    )
    assert isinstance(reads, CalledDecision)
    assert isinstance(reads_not, CalledDecision)
    assert (reads.keeps_rows, reads_not.keeps_rows) == (True, False)


def test_a_result_that_nobody_reads_is_told() -> None:
    assert warned(deciding(resultVariable=None), RULE) == ["a"]
    assert warned(deciding(read_in("${decisionResult[0].price}"), resultVariable=None), RULE) == []


@pytest.mark.parametrize(
    "written, words",
    [
        ({"type": "external", "topic": "x"}, "is both a decision and a job (camunda:type)"),
        ({"class": "org.acme.Decide"}, "(camunda:class)"),
        ({"expression": "${decider.decide()}"}, "(camunda:expression)"),
        ({"delegateExpression": "${decider}"}, "(camunda:delegateExpression)"),
        ({"decisionRefBinding": "newest"}, "one of latest, deployment, version, versionTag, found 'newest'"),
        (
            {"mapDecisionResult": "output"},
            "one of singleEntry, singleResult, collectEntries, resultList, found 'output'",
        ),
        ({"decisionRefBinding": "version"}, "expected camunda:decisionRefVersion"),
        ({"decisionRefBinding": "versionTag"}, "expected camunda:decisionRefVersionTag"),
        ({"decisionRefVersion": "2"}, "is ignored, since its decisionRefBinding is 'latest'"),
        (
            {"decisionRefBinding": "version", "decisionRefVersion": "two"},
            "to be a whole number up to 2147483647 or an expression, found `two`",
        ),
    ],
)
def test_what_is_not_executed_is_refused_once(written: dict[str, str], words: str) -> None:
    (finding,) = [each for each in reading(deciding(**written)).findings if each.severity == "error"]
    assert (finding.rule, finding.element_id) == (RULE, "a")
    assert words in finding.message
    assert finding.remedy


@pytest.mark.parametrize(
    "written",
    [{"decisionRef": "${a b}"}, {"decisionRefBinding": "versionTag", "decisionRefVersionTag": "${a b}"}],
)
def test_what_is_no_expression_is_refused(written: dict[str, str]) -> None:
    assert [each.rule for each in reading(deciding(**written)).errors] == ["expression"]


@pytest.mark.parametrize(
    "output, rows, expected",
    [
        ("${decisionResult.singleEntry}", [{"price": 3}], 3),
        ("${decisionResult.getSingleEntry()}", [{"price": 3}], 3),
        ("${decisionResult.singleEntry}", [{"price": 3, "days": 4}], None),
        ("${decisionResult.singleEntry}", [], None),
        ("${decisionResult.singleResult.price}", [{"price": 3}], 3),
        ("${decisionResult.getSingleResult().price}", [{"price": 3}, {"price": 4}], None),
        ("${decisionResult.getSingleResult().get('price')}", [{"price": 3}], 3),
        ("${decisionResult.firstResult.price}", [{"price": 3}, {"price": 4}], 3),
        ("${decisionResult.getFirstResult().getFirstEntry()}", [{"price": 3}, {"price": 4}], 3),
        ("${decisionResult.resultList}", [{"price": 3}], [{"price": 3}]),
        ("${decisionResult.collectEntries('price')}", [{"price": 3}, {"price": 4}], [3, 4]),
        ("${decisionResult.size()}", [{"price": 3}, {"price": 4}], 2),
    ],
)
def test_getters_of_camundas_own_result_give_what_they_give_there(
    output: str, rows: list[feel.Value], expected: feel.Value
) -> None:
    one = node(deciding(read_in(output)), "a")
    assert isinstance(one.work, CalledDecision)
    assert one.work.keeps_rows
    assert one.outputs[0].source.evaluate({"decisionResult": rows}).value == expected


FIELDS = {"decisionTableReferenceKey": "discount", "sameDeployment": "true"}


def test_a_decision_of_flowables_fields_gives_its_outputs_by_name() -> None:
    fields = (element("camunda:field", name=name, stringValue=text) for name, text in FIELDS.items())
    one = node(deciding(*fields, tag="serviceTask", decisionRef=None, type="dmn"), "a")
    assert one.behaviour is Behaviour.RULE_TASK
    assert one.work == CalledDecision(
        "discount", None, Binding.DEPLOYMENT, result_mapping=ResultMapping.ENTRIES
    )


def test_a_tenant_is_told() -> None:
    assert warned(deciding(decisionRefTenantId="red"), "extension") == ["a"]
    assert isinstance(node(deciding(), "a").work, CalledDecision)


@pytest.mark.parametrize("tag", ["serviceTask", "userTask", "task"])
def test_other_tasks_decide_nothing(tag: str) -> None:
    assert RULE in [each.rule for each in reading(deciding(tag=tag)).errors]


def test_an_external_task_is_a_job() -> None:
    one = node(deciding(decisionRef=None, type="external", topic="decide"), "a")
    assert one.behaviour is Behaviour.JOB_TASK
    assert isinstance(one.work, JobDefinition)
