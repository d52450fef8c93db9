"""Throwing events, intermediate ones and ends: each lives as what it throws does (`events/`).

Then its token goes on, or ends. BPMN 2.0.2, 13.5.2 and 10.5.3.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from counterflow.kernel.course.room import room
from counterflow.kernel.vocabulary import BrokenInvariant
from counterflow.kernel.work.step import Room, Token


def _thrown(token: Token) -> Room:
    thrown = token.kind_of(token.node).thrown
    if thrown is None:
        raise BrokenInvariant(f"'{token.node.id}' throws what cannot be thrown")
    return thrown


def beginning(token: Token) -> None:
    """Find what is needed to throw."""
    _thrown(token).beginning(token)


def activated(token: Token) -> None:
    """Throw."""
    _thrown(token).activated(token)


def resume(token: Token) -> None:
    """An incident was resolved, or something that the throw has started has ended."""
    _thrown(token).resume(token)


def terminating(token: Token) -> Iterable[Any] | None:
    """End what the throw has under way."""
    return _thrown(token).terminating(token)


ROOM = room(beginning=beginning, activated=activated, resume=resume, terminating=terminating)
