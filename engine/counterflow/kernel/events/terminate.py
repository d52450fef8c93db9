"""Terminate: an end event that ends every other token of its scope. BPMN 2.0.2, 10.5.3 and 13.5.2.

The scope counts as completed: what was done in it can be undone.
"""

from __future__ import annotations

from counterflow.kernel.course import ending, leaving, waits
from counterflow.kernel.course.room import room
from counterflow.kernel.work.step import EventRoom, Token


def _throw(token: Token) -> None:
    """Nothing begins any more in a scope whose sweep takes several pages."""
    if ending.terminate_children(token.scope, spare=token.key):
        leaving.finish(token)
    else:
        waits.close_inner(token.scope)
        ending.when_swept(token.scope_key, token, _goes_on)


def _goes_on(token: Token) -> None:
    leaving.finish(token)


CONTINUATIONS = {"terminate end goes on": _goes_on}
KIND = EventRoom(thrown=room(activated=_throw))
