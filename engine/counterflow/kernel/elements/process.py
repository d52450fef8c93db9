"""The process: the outermost scope.

Begins at its none start event, at the event that began it, or where it was told to.

Ends when its last token has ended. BPMN 2.0.2, 13.3.
"""

from __future__ import annotations

from counterflow.kernel.course import entering
from counterflow.kernel.course.room import room
from counterflow.kernel.data import scopes
from counterflow.kernel.elements import sub_process
from counterflow.kernel.work.step import Token
from counterflow.model.graph import Behaviour, Node


def activated(token: Token) -> None:
    """Put a token where the instance begins."""
    starts = token.header.starts
    if not starts:
        sub_process.begin_at_start(token)
        return
    start = token.nodes[starts[0]]
    if start.behaviour is Behaviour.START_EVENT:
        _begin_at_event(token, start)
    else:
        sub_process.begin_inside(token, starts)


def _begin_at_event(token: Token, start: Node) -> None:
    """What the event brought is the instance's, or what its output mappings make of it."""
    brought = scopes.take_away(token, sorted(token.variables)) if start.outputs else None
    entering.enter(token, start, brought)


ROOM = room(activated=activated)
