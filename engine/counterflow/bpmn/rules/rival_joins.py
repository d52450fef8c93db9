"""Joins in a cycle may wait for each other (warning).

BPMN 2.0.2, 13.4.3: a join that waits for what can still come waits for a token that stands at another join,
if that can come along a flow where none waits, and along none where one does. With two joins that each lie
before the other, both can be so at once, and then nothing goes on.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping

from counterflow.bpmn.outline import Element, Outline
from counterflow.documents.findings import Finding
from counterflow.model.graph import Flow, Node, Reach
from counterflow.model.reach import reach

RULE = "rival-joins"


def check(outline: Outline) -> Iterator[Finding]:
    """Each pair, at the one drawn later."""
    for scope in outline.elements:
        joins = [child for child in scope.children if child.behaviour and child.waits_for_what_can_come]
        if len(joins) > 1:
            nodes = {child.id: _node(child) for child in scope.children}
            reached = {join.id: reach(nodes, nodes[join.id]) for join in joins}
            for first, second in itertools.combinations(joins, 2):
                yield from _check(first, second, reached)


def _check(first: Element, second: Element, reached: Mapping[str, Reach]) -> Iterator[Finding]:
    if _may_wait_for(first, second, reached) and _may_wait_for(second, first, reached):
        message = f"{second} and '{first.id}' may wait for each other: each can be reached from the other."
        yield second.warning(
            RULE, message, "Lead the way back to an exclusive gateway before the first of them."
        )


def _may_wait_for(join: Element, other: Element, reached: Mapping[str, Reach]) -> bool:
    """Whether a token at the other one can come along some flow, and some other may be filled meanwhile."""
    along = reached[join.id].get(other.id, frozenset())
    return 0 < len(along) < len(join.incoming)


def _node(element: Element) -> Node:
    """As much of an element as paths are looked for along."""
    return Node(
        id=element.id,
        type=element.tag,
        behaviour=element.behaviour or element.kind.behaviour,  # type: ignore[arg-type]  # paths ask for none
        parent="",
        incoming=tuple(
            Flow(flow.id, flow.source.id, element.id)
            for flow in element.incoming
            if flow.source is not None and flow.source.parent is element.parent
        ),
        attached_to=element.attached_to.id if element.attached_to is not None else None,
    )
