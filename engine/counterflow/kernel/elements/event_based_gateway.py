"""Event-based gateway: waits for the first of the events behind it, and goes on there. BPMN 2.0.2, 13.4.4.

One that begins instances is entered when one of its events has begun this one, and goes on there at once.
Where all have to come (a parallel one, 10.6.6), each of the others is waited for by itself, and the instance
does not end before.
"""

from __future__ import annotations

from counterflow.kernel.course import flows
from counterflow.kernel.course.room import room
from counterflow.kernel.data import scopes
from counterflow.kernel.events import arrivals
from counterflow.kernel.work.step import Token


def activated(token: Token) -> None:
    """Wait, unless the instance has begun here."""
    if not token.row.triggered:
        return
    came, scope, gateway = token.header.starts[0], token.scope, token.node
    drawn = token.nodes[came].drawn_id
    arrivals.event_arrived(token, came, scopes.take_away(token, sorted(token.variables)))
    if gateway.all_have_to_come:
        for flow in gateway.outgoing:
            if flow.target != drawn:
                flows.take(scope, flow)


ROOM = room(activated=activated)
"""It waits as soon as it is activated; `events/arrivals.py` goes on when one of the events has come."""
