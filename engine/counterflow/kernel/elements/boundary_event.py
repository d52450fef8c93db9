"""Boundary event: catches what happens to the activity it sits on, and leads the token away.

BPMN 2.0.2, 13.5.3.

It is entered only when its event has happened; by then an interrupting one has swept its activity away. What
the event brought is in the boundary event's own scope and leaves it by output mappings.
"""

from __future__ import annotations

from counterflow.kernel.course import leaving
from counterflow.kernel.course.room import room
from counterflow.kernel.work.step import Token


def activated(token: Token) -> None:
    """Hand out what the event brought, where the node says so, and go on."""
    brought = token.variables
    if brought and token.node.hands_out:
        leaving.send_results(token, dict(sorted(brought.items())), all_outward=True)
    leaving.finish(token)


ROOM = room(activated=activated)
