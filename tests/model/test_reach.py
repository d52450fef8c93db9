"""Who can still reach a join, against the paths of the standard drawn out one by one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterflow.model.graph import Behaviour, Flow, Node, Reach
from counterflow.model.reach import awaited_flows, is_awaited, reach

JOIN = "join"
Pairs = Sequence[tuple[str, str]]


def graph(flows: Pairs, on_border: Mapping[str, str] | None = None) -> dict[str, Node]:
    """Nodes that these flows join, each flow named by its ends and its place; events by what they are attached to."""
    border = on_border or {}
    drawn = [
        Flow(f"{source}-{target}-{number}", source, target) for number, (source, target) in enumerate(flows)
    ]
    ids = dict.fromkeys([JOIN, *border, *border.values(), *(end for flow in flows for end in flow)])
    return {
        node_id: Node(
            id=node_id,
            type="task",
            behaviour=Behaviour.PASS_THROUGH,
            parent="process",
            incoming=tuple(flow for flow in drawn if flow.target == node_id),
            outgoing=tuple(flow for flow in drawn if flow.source == node_id),
            attached_to=border.get(node_id),
        )
        for node_id in ids
    }


def reached(flows: Pairs, on_border: Mapping[str, str] | None = None) -> Reach:
    nodes = graph(flows, on_border)
    return reach(nodes, nodes[JOIN])


def shown(found: Reach) -> dict[str, str]:
    return {element_id: " ".join(sorted(flows)) for element_id, flows in sorted(found.items())}


def test_what_leads_to_a_flow_reaches_it() -> None:
    assert shown(reached([("fork", "a"), ("fork", "b"), ("a", JOIN), ("b", JOIN), (JOIN, "after")])) == {
        "a": "a-join-2",
        "b": "b-join-3",
        "fork": "a-join-2 b-join-3",
    }


def test_a_loop_around_the_join_does_not_count() -> None:
    assert shown(reached([("a", JOIN), (JOIN, "again"), ("again", "a")])) == {
        "a": "a-join-0",
        "again": "a-join-0",
    }
    assert shown(reached([("a", JOIN), (JOIN, JOIN)])) == {"a": "a-join-0"}


def test_an_event_on_the_border_leads_out_of_its_activity() -> None:
    found = reached([("a", "end"), ("timer", JOIN), ("b", JOIN)], on_border={"timer": "a"})
    assert shown(found) == {"a": "timer-join-1", "timer": "timer-join-1", "b": "b-join-2"}


@pytest.mark.parametrize(
    "filled, elements, expected",
    [
        (["a-join-2"], [],       False),
        (["a-join-2"], ["b"],    True),
        (["a-join-2"], ["fork"], False),  # along the filled flow it may come as well
        (["a-join-2"], ["a"],    False),  # and there alone: the next round is not waited for
        (["a-join-2", "b-join-3"], ["b", "fork"], False),
        (["a-join-2"], ["elsewhere"], False),
    ],
)  # fmt: skip
def test_a_join_waits_for_what_can_come_along_an_empty_flow_only(
    filled: list[str], elements: list[str], expected: bool
) -> None:
    found = reached([("fork", "a"), ("fork", "b"), ("a", JOIN), ("b", JOIN), (JOIN, "elsewhere")])
    assert is_awaited(found, frozenset(filled), elements) is expected


ELEMENTS = ["a", "b", "c", "d", "e", JOIN]
BORDER = {"timer": "a", "message": "b"}
FLOWS = st.lists(
    st.tuples(st.sampled_from([*ELEMENTS, *BORDER]), st.sampled_from(ELEMENTS)), min_size=1, max_size=14
)


def paths(nodes: Mapping[str, Node], element_id: str, passed: frozenset[str]) -> Iterator[str]:
    """The incoming flows of the join at the ends of all paths from an element that pass nothing twice."""
    events = [node.id for node in nodes.values() if node.attached_to == element_id]
    for flow in nodes[element_id].outgoing:
        if flow.target == JOIN:
            yield flow.id
        elif flow.target not in passed:
            yield from paths(nodes, flow.target, passed | {flow.target})
    for event in events:
        yield from paths(nodes, event, passed | {event})


@given(FLOWS)
def test_it_is_the_paths_of_the_standard(flows: Pairs) -> None:
    nodes = graph(flows, BORDER)
    drawn_out = {each: frozenset(paths(nodes, each, frozenset({each}))) for each in nodes if each != JOIN}
    assert reach(nodes, nodes[JOIN]) == {each: found for each, found in drawn_out.items() if found}


@given(FLOWS, st.data())
def test_a_join_waits_as_the_standard_says(flows: Pairs, data: st.DataObject) -> None:
    """BPMN 2.0.2, 13.4.3, clause by clause: a path to an empty flow, and none to a filled one."""
    nodes = graph(flows, BORDER)
    coming = [flow.id for flow in nodes[JOIN].incoming]
    filled = frozenset(data.draw(st.lists(st.sampled_from(coming), unique=True)) if coming else [])
    tokens = data.draw(st.lists(st.sampled_from([each for each in nodes if each != JOIN])))
    ends = [frozenset(paths(nodes, token, frozenset({token}))) for token in tokens]
    come_along = [found for found in ends if found - filled and not found & filled]
    known = reach(nodes, nodes[JOIN])
    assert is_awaited(known, filled, tokens) is bool(come_along)
    assert awaited_flows(known, filled, tokens) == frozenset().union(*come_along)


@given(FLOWS)
def test_one_flow_less_reaches_no_further(flows: Pairs) -> None:
    whole, less = graph(flows), graph(flows[:-1])
    fewer = reach(less, less[JOIN])
    more = reach(whole, whole[JOIN])
    assert all(found <= more[each] for each, found in fewer.items())
