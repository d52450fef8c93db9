"""The rule `join-reach`, and what is read of a join that waits for what can still come."""

import pytest

from counterflow.bpmn.rules import join_reach
from counterflow.bpmn.rules.join_reach import RULE
from tests.bpmn.diagram import element, end, gateway, model, node, path, refused, start

TWO_WAYS = model(
    start(),
    gateway("fork", "parallel"),
    element("task", id="a"),
    element("task", id="b"),
    gateway("join", "inclusive"),
    end(),
    path("start", "fork", "a", "join", "end"),
    path("fork", "b", "join"),
)


def test_a_join_knows_who_can_still_reach_it() -> None:
    assert node(TWO_WAYS, "join").reach == {
        "a": frozenset({"a_join"}),
        "b": frozenset({"b_join"}),
        "fork": frozenset({"a_join", "b_join"}),
        "start": frozenset({"a_join", "b_join"}),
    }


def test_one_that_waits_for_every_flow_or_has_only_one_need_not_know() -> None:
    assert node(TWO_WAYS, "fork").reach is None
    one_way = model(start(), gateway("only", "inclusive"), end(), path("start", "only", "end"))
    assert node(one_way, "only").reach is None


@pytest.mark.parametrize("most, expected", [(12, []), (11, ["join"])])
def test_too_many_ways_to_look_for(most: int, expected: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(join_reach, "MOST_STEPS", most)
    assert refused(TWO_WAYS, RULE) == expected
