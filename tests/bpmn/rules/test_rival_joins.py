"""The rule `rival-joins`: two joins that may wait for each other for ever."""

import pytest

from counterflow.bpmn.rules.rival_joins import RULE
from tests.bpmn.diagram import element, end, flow, gateway, model, path, reading, start

TASKS = [element("task", id=name) for name in "abc"]


def warned(content: bytes) -> list[str]:
    return [finding.element_id for finding in reading(content).findings if finding.rule == RULE]


def test_two_joins_each_before_the_other() -> None:
    content = model(
        start(),
        gateway("fork", "parallel"),
        *TASKS[:2],
        gateway("one", "inclusive", default="one_two"),
        gateway("two", "inclusive", default="two_end"),
        end(),
        path("start", "fork", "a", "one", "two", "end"),
        path("fork", "b", "two"),
        flow("two", "one", "= again"),
    )
    assert warned(content) == ["two"]


@pytest.mark.parametrize("kind", ["inclusive", "exclusive"])
def test_a_join_inside_the_way_around_another_waits_for_nobody_else(kind: str) -> None:
    content = model(
        start(),
        gateway("again", kind),
        gateway("fork", "parallel"),
        *TASKS[:2],
        gateway("join", "inclusive", default="join_end"),
        end(),
        path("start", "again", "fork", "a", "join", "end"),
        path("fork", "b", "join"),
        flow("join", "again", "= more"),
    )
    assert warned(content) == []


def test_joins_one_behind_the_other() -> None:
    content = model(
        start(),
        gateway("fork", "parallel"),
        *TASKS,
        gateway("one", "inclusive"),
        gateway("two", "inclusive"),
        end(),
        path("start", "fork", "a", "one", "two", "end"),
        path("fork", "b", "one"),
        path("fork", "c", "two"),
    )
    assert warned(content) == []
