"""Parallel gateway: waits for a token on every incoming flow, then sends one down every outgoing flow.

BPMN 2.0.2, 13.4.1.

A second token on a flow waits for the next round; tokens are counted per flow.
"""

from __future__ import annotations

from counterflow.kernel.course import entering, joins, leaving
from counterflow.kernel.course.room import room
from counterflow.kernel.work.step import Token
from counterflow.model.graph import Flow, Node


def arrive(scope: Token, gateway: Node, flow: Flow) -> None:
    """Wait until every incoming flow has a token; with one incoming flow there is nothing to wait for."""
    if len(gateway.incoming) > 1:
        joins.wait(scope, gateway, flow)
        if not joins.are_all_waiting(scope, gateway):
            return
        joins.join(scope, gateway, gateway.incoming)
    entering.enter(scope, gateway)


ROOM = room(activated=leaving.finish, arrive=arrive)
