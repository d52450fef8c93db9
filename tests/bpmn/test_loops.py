"""What both dialects write alike on a multi-instance activity (rule `multi-instance`)."""

import pytest

from counterflow.bpmn.loops import RULE
from tests.bpmn.diagram import (
    element,
    end,
    extensions,
    model,
    node,
    path,
    reading,
    refused,
    service,
    start,
    sub_process,
    warned,
)

ITEMS = extensions(element("zeebe:loopCharacteristics", inputCollection="= items"))
INNER = (start("in"), end("out"), path("in", "out"))


def mark(*inside: str, **attributes: str | None) -> str:
    return element("multiInstanceLoopCharacteristics", ITEMS, *inside, **attributes)


def each(loop: str) -> bytes:
    return model(
        start(),
        service("a").replace("</serviceTask>", f"{loop}</serviceTask>"),
        end(),
        path("start", "a", "end"),
    )


@pytest.mark.parametrize("value, expected", [(None, False), ("false", False), ("true", True), ("1", True)])
def test_all_at_once_or_one_after_another(value: str | None, expected: bool) -> None:
    loop = node(each(mark(isSequential=value)), "a").multi_instance
    assert loop is not None
    assert loop.is_sequential is expected


@pytest.mark.parametrize("tag", ["task", "userTask", "receiveTask", "callActivity", "subProcess"])
def test_every_activity_may_be_done_several_times(tag: str) -> None:
    inside = {
        "callActivity": extensions(element("zeebe:calledElement", processId="other")),
        "subProcess": "".join(INNER),
    }
    reference = "message_order" if tag == "receiveTask" else None
    content = model(
        start(),
        element(tag, inside.get(tag, ""), mark(), id="a", messageRef=reference),
        end(),
        path("start", "a", "end"),
    )
    assert node(content, "a").multi_instance is not None


def test_an_event_sub_process_is_not() -> None:
    esp = sub_process(
        "esp",
        element("multiInstanceLoopCharacteristics"),
        start("event", element("errorEventDefinition")),
        triggeredByEvent="true",
    )
    content = model(start(), service("a"), end(), path("start", "a", "end"), esp)
    assert [(finding.rule, finding.element_id) for finding in reading(content).findings] == [
        ("event-sub-process", "esp")
    ]


@pytest.mark.parametrize(
    "inside, attributes", [(element("complexBehaviorDefinition"), {}), ("", {"behavior": "One"})]
)
def test_events_that_instances_would_throw_are_refused(inside: str, attributes: dict[str, str]) -> None:
    assert refused(each(mark(inside, **attributes)), RULE) == ["a"]


@pytest.mark.parametrize(
    "inside, expected", [(element("loopDataOutputRef", "x"), ["a"]), (element("documentation", "x"), [])]
)
def test_data_that_nobody_reads_is_told(inside: str, expected: list[str]) -> None:
    assert warned(each(mark(inside, behavior="All")), RULE) == expected


def test_data_that_nobody_reads_is_told_with_what_the_dialect_has_for_it() -> None:
    (finding,) = [
        one for one in reading(each(mark(element("loopDataInputRef", "items")))).warnings if one.rule == RULE
    ]
    assert finding.message == "loopDataInputRef of serviceTask 'a' is ignored."
    assert finding.remedy == "Say it with zeebe:loopCharacteristics."
