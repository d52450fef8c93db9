"""Embedded sub-process: a scope that begins at its start event and is done when its last token has ended.

BPMN 2.0.2, 13.3.4.
"""

from __future__ import annotations

from collections.abc import Sequence

from counterflow.kernel.course import entering
from counterflow.kernel.course.room import room
from counterflow.kernel.vocabulary import BrokenInvariant
from counterflow.kernel.work.origin import TOLD_WHERE
from counterflow.kernel.work.step import Token


def activated(token: Token) -> None:
    """Put a token on the start event inside, or further in where the instance was told to begin there. What
    somebody has put inside begins instead.
    """
    if not token.row.triggered:
        begin_at_start(token)
    elif entering.has_placed(token):
        entering.begin_placed(token)
    else:
        begin_inside(token, token.header.starts)


def begin_at_start(scope: Token) -> None:
    """Put a token on the start event inside."""
    start_event = scope.node.start_event
    if start_event is None:
        raise BrokenInvariant(f"scope '{scope.node.id}' has no start event")
    entering.enter(scope, scope.nodes[start_event])


def begin_inside(scope: Token, targets: Sequence[str]) -> None:
    """Put a token on each target directly inside, and enter each scope on the way to one further in, once."""
    nodes, here = scope.nodes, scope.node.id
    on_the_way: dict[str, None] = {}
    for target in targets:
        path = [target]
        while path[-1] and path[-1] != here:
            path.append(nodes[path[-1]].parent)
        if path[-1] != here or target == here:
            continue  # elsewhere, or this scope itself, which was begun at its own start as well
        if len(path) == 2:
            entering.enter(scope, nodes[target])
        else:
            on_the_way[path[-2]] = None
    for scope_id in on_the_way:
        entering.enter(scope, nodes[scope_id], origin=TOLD_WHERE)


ROOM = room(activated=activated)
