"""`zeebe:calledElement`: which process is called, and what goes in and out without a mapping."""

import pytest

from counterflow.bpmn.dialects.zeebe.calls import RULE
from counterflow.feel import Expression
from counterflow.model.data import GoesIn
from counterflow.model.graph import Behaviour, Binding, CalledProcess
from tests.bpmn.diagram import element, end, extensions, model, node, path, reading, refused, start


def calling(*inside: str, **written: str | None) -> bytes:
    call = element("callActivity", extensions(element("zeebe:calledElement", **written), *inside), id="a")
    return model(start(), call, end(), path("start", "a", "end"))


@pytest.mark.parametrize(
    "written, handed_in, handed_out",
    [
        ({}, True, True),
        ({"propagateAllChildVariables": "true", "propagateAllParentVariables": "true"}, True, True),
        ({"propagateAllChildVariables": "false"}, True, False),
        ({"propagateAllParentVariables": "false"}, False, True),
        ({"bindingType": "latest"}, True, True),
    ],
)
def test_everything_goes_in_and_out_unless_the_model_says_otherwise(
    written: dict[str, str], handed_in: bool, handed_out: bool
) -> None:
    one = node(calling(processId="ship", **written), "a")
    assert (one.behaviour, one.work) == (
        Behaviour.CALL_ACTIVITY,
        CalledProcess("ship", GoesIn.EVERYTHING if handed_in else GoesIn.ITS_OWN, handed_out),
    )


def test_the_process_may_be_computed() -> None:
    called = node(calling(processId='= "ship-" + region'), "a").work
    assert isinstance(called, CalledProcess)
    assert isinstance(called.process_id, Expression)
    assert called.process_id.text == '"ship-" + region'


def test_output_mappings_keep_the_rest_inside() -> None:
    mapping = element("zeebe:ioMapping", element("zeebe:output", source="= parcel", target="sent"))
    one = node(calling(mapping, processId="ship"), "a")
    assert (one.results_stay_local, [mapping.target for mapping in one.outputs]) == (True, [("sent",)])


@pytest.mark.parametrize(
    "written, binding, which",
    [
        ({"bindingType": "deployment"}, Binding.DEPLOYMENT, None),
        ({"bindingType": "versionTag", "versionTag": "spring"}, Binding.VERSION_TAG, "spring"),
    ],
)
def test_other_versions_than_the_latest(written: dict[str, str], binding: Binding, which: str | None) -> None:
    called = node(calling(processId="ship", **written), "a").work
    assert called == CalledProcess("ship", binding=binding, which=which)


@pytest.mark.parametrize(
    "written",
    [
        {"bindingType": "newest"},
        {"bindingType": "versionTag"},
        {"versionTag": "spring"},
        {"bindingType": "version"},
    ],
)
def test_a_binding_that_says_nothing_is_refused(written: dict[str, str]) -> None:
    assert refused(calling(processId="ship", **written), RULE) == ["a"]


def test_an_expression_that_is_none_is_refused_once() -> None:
    assert [finding.rule for finding in reading(calling(processId="= a +")).errors] == ["expression"]
