"""Inclusive gateway: forks down every flow whose condition holds, and joins when no token can still come.

Where no condition holds the default flow is taken. BPMN 2.0.2, 13.4.3.

A token that waits on a flow waits for those that can come along the empty ones (`model/reach.py`); one that
has gone another way, or has ended, is waited for no more. What waits is looked at when its turn comes: a
token that is between two elements stands nowhere.
"""

from __future__ import annotations

from counterflow.kernel.course import entering, flows, joins, leaving
from counterflow.kernel.course.room import room
from counterflow.kernel.work.errands import Regarding
from counterflow.kernel.work.step import Token
from counterflow.model.graph import Node
from counterflow.model.reach import is_awaited


def others_moved(scope: Token, gateway: Node) -> None:
    """Look, when its turn comes, whether there is still something to wait for."""
    scope.later(Regarding(_join_unless_awaited, gateway.id))


def beginning(token: Token) -> None:
    """Choose the flows and take them; without an answer, or without a flow, an incident holds the token."""
    entering.map_inputs(token)
    chosen = flows.outgoing(token)
    entering.activate(token)
    leaving.finish(token, chosen)


def _join_unless_awaited(scope: Token, gateway_id: str) -> None:
    gateway = scope.nodes[gateway_id]
    filled = joins.waiting(scope, gateway)
    if not filled or gateway.reach is None:
        return
    if not is_awaited(gateway.reach, {flow.id for flow in filled}, joins.places(scope)):
        joins.join(scope, gateway, filled)
        entering.enter(scope, gateway)


ROOM = room(beginning=beginning, arrive=joins.arrive, others_moved=others_moved)
CONTINUATIONS = {"join unless awaited": _join_unless_awaited}
