"""Who can still reach this join: from where in its scope a token can come, and along which of its flows.

An inclusive gateway goes on as soon as none that it has to wait for can come any more. BPMN 2.0.2, 13.4.3: a
token is waited for if a path of sequence flows leads from it to an empty incoming flow, and none to a filled
one; paths that pass the gateway itself do not count. Which paths there are does not change while a process
runs, so that they are looked for once, when it is read.

A token in an activity may leave it along its flows, or by an event on its border. One that waits at another
join stands in that join; one inside a sub-process stands, for the scope around, in the sub-process. Event
sub-processes and compensation handlers have no flows that lead out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Set

from counterflow.model.graph import Node, Reach


def reach(nodes: Mapping[str, Node], join: Node) -> Reach:
    """From which elements a token can still come to a join, and along which of its flows.

    Elements from which none can are left out, and so is the join itself. Takes as many steps as the scope has
    flows, for each incoming flow.
    """
    reached: defaultdict[str, set[str]] = defaultdict(set)
    for flow in join.incoming:
        for element_id in _before(nodes, flow.source, join.id):
            reached[element_id].add(flow.id)
    shared: dict[
        frozenset[str], frozenset[str]
    ] = {}  # a join has few sets of flows, and many elements before it
    frozen = ((element_id, frozenset(flows)) for element_id, flows in reached.items())
    return {element_id: shared.setdefault(flows, flows) for element_id, flows in frozen}


def is_awaited(reach: Reach, filled: Set[str], elements: Iterable[str]) -> bool:
    """Whether a join has to wait for a token in one of these elements.

    It has, if that can come along a flow and along none that is filled: `filled` are the ids of the incoming
    flows where tokens wait.
    """
    come_along = (reach[element_id] for element_id in elements if element_id in reach)
    return any(flows.isdisjoint(filled) for flows in come_along)


def awaited_flows(reach: Reach, filled: Set[str], elements: Iterable[str]) -> frozenset[str]:
    """The ids of the flows along which a token may come that a join has to wait for, as `is_awaited` says.

    There are some just where it has to wait.
    """
    come_along = (reach[element_id] for element_id in elements if element_id in reach)
    return frozenset[str]().union(*(flows for flows in come_along if flows.isdisjoint(filled)))


def _before(nodes: Mapping[str, Node], element_id: str, join_id: str) -> Set[str]:
    """The element, and all from which a path leads to it without passing the join."""
    seen: set[str] = set()
    waiting = [element_id]
    while waiting:
        node = waiting.pop()
        if node not in seen and node != join_id:
            seen.add(node)
            waiting += _right_before(nodes[node])
    return seen


def _right_before(node: Node) -> Iterator[str]:
    yield from (flow.source for flow in node.incoming)
    if node.attached_to is not None:
        yield node.attached_to
