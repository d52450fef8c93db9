"""Terminate: an end event that ends every other token of its scope. BPMN 2.0.2, 10.5.3 and 13.5.2.

The scope counts as completed: what was done in it can be undone.
"""

from __future__ import annotations

from counterflow.kernel.course import ending, leaving
from counterflow.kernel.course.room import room
from counterflow.kernel.work.step import EventRoom, Token


def _throw(token: Token) -> None:
    ending.terminate_children(token.scope, spare=token.key)
    ending.sweep_tokens(token.scope)
    leaving.finish(token)


KIND = EventRoom(thrown=room(activated=_throw))
