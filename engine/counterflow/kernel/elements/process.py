"""The process: the outermost scope.

Begins at its none start event, at the event that began it, or where it was told to.

Ends when its last token has ended. BPMN 2.0.2, 13.3.
"""

from __future__ import annotations

from counterflow.kernel.course import entering
from counterflow.kernel.course.room import room
from counterflow.kernel.data import scopes
from counterflow.kernel.elements import sub_process
from counterflow.kernel.work.origin import HAPPENED
from counterflow.kernel.work.step import Token
from counterflow.model.graph import Behaviour, Node


def activated(token: Token) -> None:
    """Put a token where the instance begins."""
    starts = token.header.starts
    if not starts:
        sub_process.begin_at_start(token)
        return
    if starts[0] in token.node.event_starts:
        _begin_at_event(token, token.nodes[starts[0]])
    else:
        sub_process.begin_inside(token, starts)


def _begin_at_event(token: Token, start: Node) -> None:
    """What the event brought is the instance's, or what its mappings make of it; where it stands behind a
    gateway, that is passed first.
    """
    is_mapped = start.inputs or start.outputs
    brought = scopes.take_away(token, sorted(token.variables)) if is_mapped else None
    if start.behaviour is Behaviour.START_EVENT:
        entering.enter(token, start, brought)
        return
    before = token.nodes[start.incoming[0].source] if start.incoming else start
    entering.enter(token, before, brought, HAPPENED)


ROOM = room(activated=activated)
