"""Start event: where a token of a scope begins.

By the time it is reached its event has happened; of several that all have to come to a process, the first.
BPMN 2.0.2, 13.5.1.

What begins the event sub-processes of the scope is waited for from here on: what the start event's output
mappings have made can be read by keys and timers (as in Zeebe).
"""

from __future__ import annotations

from collections.abc import Sequence

from counterflow.kernel.course import flows, leaving, waits
from counterflow.kernel.course.room import room
from counterflow.kernel.work.step import Token
from counterflow.model.graph import Flow


def beside_event_sub_processes(token: Token) -> Sequence[Flow]:
    """Open the event sub-processes beside it, and go on. Raises `Held` where they cannot wait."""
    if token.nodes[token.node.parent].event_sub_processes:
        waits.open_inner(token.scope)
    return flows.outgoing(token)


def activated(token: Token) -> None:
    """Go on, unless others have to come before the instance does (`events/multiple.py`)."""
    if not token.node.waits_for:
        leaving.finish(token)


ROOM = room(activated=activated, leaving=beside_event_sub_processes)
