"""Call activities of Camunda 7: nothing goes in or out that is not named."""

import pytest

from counterflow.bpmn.dialects.camunda.calls import RULE
from counterflow.feel import Expression
from counterflow.model.data import GoesIn
from counterflow.model.graph import Behaviour, Binding, CalledProcess, JobDefinition, Node
from tests.bpmn.diagram import element, end, extensions, model, node, path, reading, refused, start, warned


def calling(*inside: str, called: str | None = "ship", **attributes: str | None) -> bytes:
    call = element(
        "callActivity",
        extensions(*inside),
        id="a",
        calledElement=called,
        camunda__asyncBefore="true",
        **attributes,
    )
    return model(start(), call, end(), path("start", "a", "end"))


def handed(tag: str, **attributes: str | None) -> str:
    return element(f"camunda:{tag}", **attributes)


def written(one: Node) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    inputs, outputs = (
        [(mapping.source.text, ".".join(mapping.target)) for mapping in side]
        for side in (one.inputs, one.outputs)
    )
    return inputs, outputs


ALL, NAMED = GoesIn.EVERYTHING, GoesIn.WHAT_IS_NAMED


@pytest.mark.parametrize(
    "inside, expected, stays",
    [
        (
            [],
            CalledProcess(
                "ship", NAMED, propagate_all_out=False, is_past_on_return=True, handed_out_on_throw=()
            ),
            True,
        ),
        (
            [handed("in", variables="all")],
            CalledProcess(
                "ship", ALL, propagate_all_out=False, is_past_on_return=True, handed_out_on_throw=()
            ),
            True,
        ),
        (
            [handed("out", variables="all")],
            CalledProcess("ship", NAMED, is_past_on_return=True, handed_out_on_throw=()),
            False,
        ),
        (
            [handed("in", variables="all"), handed("out", variables="all")],
            CalledProcess("ship", ALL, is_past_on_return=True, handed_out_on_throw=()),
            False,
        ),
    ],
)
def test_everything_is_named_by_one_word(inside: list[str], expected: CalledProcess, stays: bool) -> None:
    one = node(calling(*inside), "a")
    assert (one.work, one.results_stay_local, written(one)) == (expected, stays, ([], []))


def test_variables_one_by_one() -> None:
    content = calling(
        handed("in", source="order", target="parcel"),
        handed("in", sourceExpression="${order.total > 5}", target="isLarge"),
        handed("out", source="tracking", target="tracking"),
    )
    assert written(node(content, "a")) == (
        [("order", "parcel"), ("order.total > 5", "isLarge")],
        [("tracking", "tracking")],
    )
    called = node(content, "a").work
    assert isinstance(called, CalledProcess)
    assert [mapping.target for mapping in called.handed_out_on_throw or ()] == [("tracking",)]


def test_parameters_are_set_before_and_read_after() -> None:
    parameters = element(
        "camunda:inputOutput",
        element("camunda:inputParameter", "${a}", name="local"),
        element("camunda:outputParameter", "${back}", name="b"),
    )
    content = calling(
        handed("in", source="local", target="c"), handed("out", source="d", target="back"), parameters
    )
    assert written(node(content, "a")) == ([("a", "local"), ("local", "c")], [("d", "back"), ("back", "b")])


def test_the_process_may_be_computed() -> None:
    called = node(calling(called="${kind}"), "a").work
    assert isinstance(called, CalledProcess)
    assert isinstance(called.process_id, Expression)
    assert called.process_id.text == "kind"


@pytest.mark.parametrize(
    "inside, attributes, rule",
    [
        ([handed("in", source="a")], {}, "mapping"),
        ([handed("out", target="a")], {}, "mapping"),
        ([handed("in", sourceExpression="${a.b()}", target="b")], {}, "expression"),
        ([], {"camunda__calledElementBinding": "newest"}, RULE),
        ([], {"camunda__calledElementBinding": "version"}, RULE),
        ([], {"camunda__calledElementBinding": "version", "camunda__calledElementVersion": "new"}, RULE),
        ([], {"camunda__calledElementVersionTag": "spring"}, RULE),
        ([], {"called": None}, RULE),
        ([], {"called": "${kind.of(order)}"}, "expression"),
    ],
)
def test_what_has_no_counterpart_is_refused(
    inside: list[str], attributes: dict[str, str | None], rule: str
) -> None:
    called = attributes.get("called", "ship")
    rest = {name: value for name, value in attributes.items() if name != "called"}
    assert refused(calling(*inside, called=called, **rest), rule) == ["a"]


def test_a_call_of_a_case_is_a_job() -> None:
    case = {"camunda__caseRef": "${kind}", "camunda__caseBinding": "latest"}
    called = node(calling(called=None, **case), "a")
    assert called.behaviour is Behaviour.JOB_TASK
    assert isinstance(called.work, JobDefinition)
    assert (called.work.type, called.work.headers) == ("case", b'{"caseBinding":"latest"}')
    assert [header.name for header in called.work.header_expressions] == ["caseRef"]
    assert called.results_stay_local
    everything = calling(handed("out", variables="all"), called=None, **case)
    assert not node(everything, "a").results_stay_local


@pytest.mark.parametrize(
    "inside, attributes",
    [
        (handed("in", source="a", target="b", local="true"), {}),
        ("", {"camunda__caseRef": "case"}),
        ("", {"camunda__variableMappingClass": "org.acme.Mapping"}),
        ("", {"camunda__variableMappingDelegateExpression": "${mapping}"}),
        ("", {"camunda__calledElementTenantId": "north"}),
    ],
)
def test_what_is_read_over_is_told(inside: str, attributes: dict[str, str]) -> None:
    assert warned(calling(inside, **attributes), "extension") == ["a"]
    assert reading(calling(inside, **attributes)).errors == []


@pytest.mark.parametrize(
    "attributes, binding, which",
    [
        ({"calledElementBinding": "latest"}, Binding.LATEST, None),
        ({"calledElementBinding": "deployment"}, Binding.DEPLOYMENT, None),
        ({"calledElementBinding": "version", "calledElementVersion": "3"}, Binding.VERSION, "3"),
        ({"calledElementBinding": "versionTag", "calledElementVersionTag": "v"}, Binding.VERSION_TAG, "v"),
        ({"sameDeployment": "true"}, Binding.DEPLOYMENT, None),
    ],
)
def test_the_version_that_is_meant(attributes: dict[str, str], binding: Binding, which: str | None) -> None:
    called = node(calling(**{f"camunda__{name}": text for name, text in attributes.items()}), "a").work
    assert isinstance(called, CalledProcess)
    assert (called.binding, called.which) == (binding, which)


def test_a_version_may_be_computed() -> None:
    attributes = {"camunda__calledElementBinding": "version", "camunda__calledElementVersion": "${n}"}
    called = node(calling(**attributes), "a").work
    assert isinstance(called, CalledProcess)
    assert isinstance(called.which, Expression)


def test_a_business_key_is_a_variable() -> None:
    one = node(calling(handed("in", businessKey="#{execution.processBusinessKey}")), "a")
    assert [(mapping.source.text, mapping.target) for mapping in one.inputs] == [
        ("businessKey", ("businessKey",))
    ]


def test_flowable_inherits_everything_by_an_attribute() -> None:
    called = node(calling(camunda__inheritVariables="true"), "a").work
    assert isinstance(called, CalledProcess)
    assert called.goes_in is GoesIn.EVERYTHING


def test_handing_over_means_something_on_a_call_only() -> None:
    task = element(
        "serviceTask",
        extensions(handed("in", source="a", target="b")),
        id="a",
        camunda__type="external",
        camunda__topic="t",
    )
    assert refused(model(start(), task, end(), path("start", "a", "end")), "extension") == ["a"]
