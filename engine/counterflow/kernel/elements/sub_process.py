"""Embedded sub-process: a scope of its own that begins at its start event and is done when its last token has
ended.

BPMN 2.0.2, 13.3.4.
"""

from __future__ import annotations

from collections.abc import Sequence

from counterflow.kernel import lifecycle
from counterflow.kernel.elements.room import Room
from counterflow.kernel.records import BrokenInvariant
from counterflow.kernel.rows import ElementInstance
from counterflow.kernel.step import Step
from counterflow.model.graph import Node


def activated(step: Step, element: ElementInstance, node: Node) -> None:
    """Put a token on the start event inside, or further in where the instance was told to begin there."""
    header = step.current().header
    if element.triggered and header is not None and header.start_at is not None:
        begin_inside(step, element, node, header.start_at.split("\n"))
    else:
        begin_at_start(step, element, node)


def begin_at_start(step: Step, element: ElementInstance, node: Node) -> None:
    """Put a token on the start event inside."""
    if node.start_event is None:
        raise BrokenInvariant(f"scope '{node.id}' has no start event")
    lifecycle.enter(step, step.process().nodes[node.start_event], element.key)


def begin_inside(step: Step, element: ElementInstance, node: Node, targets: Sequence[str]) -> None:
    """Put a token on each target directly inside, and enter each scope on the way to one further in, once."""
    nodes = step.process().nodes
    on_the_way: dict[str, None] = {}
    for target in targets:
        path = [target]
        while path[-1] and path[-1] != node.id:
            path.append(nodes[path[-1]].parent)
        if path[-1] != node.id or target == node.id:
            continue  # elsewhere, or this scope itself, which was begun at its own start as well
        if len(path) == 2:
            lifecycle.enter(step, nodes[target], element.key)
        else:
            on_the_way[path[-2]] = None
    for scope_id in on_the_way:
        lifecycle.enter(step, nodes[scope_id], element.key, triggered=True)


ROOM = Room(activated=activated)
