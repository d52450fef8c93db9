"""Catch event and receive task: wait for a timer or a message, then go on.

BPMN 2.0.2, 13.5.1 and 13.3.3 (receive task).

The wait was opened before the element was activated (`waits.py`); after an event-based gateway it is over
already.
"""

from __future__ import annotations

from counterflow.kernel.course import entering, listeners
from counterflow.kernel.course.room import room
from counterflow.kernel.data import scopes
from counterflow.kernel.events import arrivals
from counterflow.kernel.work.step import Token


def preparing(token: Token) -> None:
    """What came before the element was entered is told from what its listeners give: that stays its own."""
    brought = scopes.take_away(token, sorted(token.variables)) if token.row.triggered else {}
    entering.map_inputs(token)
    if brought:
        scopes.keep_results(token, brought)


def beginning(token: Token) -> None:
    """What came before the element was entered hides what its input mappings make, as if it came after."""
    brought = {}
    if listeners.have_begun(token.row):
        _go_on(token)
        return
    if token.row.triggered and token.node.inputs:
        brought = scopes.take_away(token, sorted(token.variables))
    entering.map_inputs(token)
    scopes.write(token, token.key, brought)
    _go_on(token)


def _go_on(token: Token) -> None:
    """At once, if the event has happened; else wait."""
    entering.activate(token)
    if token.row.triggered:
        arrivals.pass_what_happened(token)


ROOM = room(preparing=preparing, beginning=beginning)
