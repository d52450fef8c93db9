"""The rule `compensation-boundary`: one association to an activity that is for compensation."""

import pytest

from counterflow.bpmn.rules.compensation_boundary import RULE
from tests.bpmn.diagram import (
    boundary,
    compensate,
    element,
    end,
    flow,
    handler,
    model,
    path,
    refused,
    service,
    start,
    sub_process,
    undo,
)

MAIN = (start(), service("a"), end(), path("start", "a", "end"))
INNER = (start("in"), end("out"), path("in", "out"))


def association(source: str, target: str) -> str:
    return element("association", sourceRef=source, targetRef=target)


@pytest.mark.parametrize(
    "inside",
    [
        [undo("a", by="b"), handler("b")],
        [boundary("undo_a", "a", compensate()), association("b", "undo_a"), handler("b")],
        [undo("a", by="b"), sub_process("b", *INNER, isForCompensation="true")],
        [undo("a", by="b"), element("task", id="b", isForCompensation="1")],
    ],
)
def test_one_association_in_either_direction_is_accepted(inside: list[str]) -> None:
    assert refused(model(*MAIN, *inside), RULE) == []


@pytest.mark.parametrize(
    "inside, expected",
    [
        ([boundary("undo_a", "a", compensate())], ["undo_a"]),
        ([undo("a", by="b"), handler("b"), association("undo_a", "c"), handler("c")], ["undo_a"]),
        ([undo("a", by="end")], ["undo_a"]),
        ([undo("a", by="b"), service("b")], ["b"]),
        ([undo("a", by="b"), sub_process("sub", *INNER, handler("b"))], ["b"]),
        ([undo("a", by="b"), handler("b"), flow("undo_a", "end")], ["undo_a_end"]),
    ],
)
def test_none_several_or_the_wrong_one_is_refused(inside: list[str], expected: list[str]) -> None:
    assert refused(model(*MAIN, *inside), RULE) == expected


def test_a_second_undo_on_one_activity_is_refused() -> None:
    second = boundary("again", "a", compensate()) + association("again", "c")
    assert refused(model(*MAIN, undo("a", by="b"), handler("b"), second, handler("c")), RULE) == ["again"]


def test_one_handler_may_undo_two_activities() -> None:
    main = (start(), service("a"), service("b"), end(), path("start", "a", "b", "end"))
    assert (
        refused(model(*main, undo("a", by="undoer"), undo("b", by="undoer"), handler("undoer")), RULE) == []
    )
