"""How an element came to be entered, where that is not by a flow."""

from __future__ import annotations

from typing import NamedTuple

BODY = -1
"""`loop_counter` of the body of an activity that is done several times. Each time has 1, 2, 3, …, all other
elements 0.
"""
INNER = -2
"""`loop_counter` of an activation inside an ad-hoc sub-process: the scope that its flow has to itself."""


class Origin(NamedTuple):
    """What an element instance knows of its beginning for good.

    Several hold at once: a handler may be a multi-instance activity.
    """

    undo_key: int = 0
    """The undo record that a compensation handler works off."""
    compensated_scope_key: int = 0
    """The completed sub-process whose inner undo a throw inside this handler reaches."""
    triggered: bool = False
    """An event that happened before it was entered; a scope begun elsewhere than at its start event."""
    loop_counter: int = 0
    """`BODY`, or which time of several an activity is done; `INNER` of one inside an ad-hoc sub-process. That
    one is an activation.
    """


PLAIN = Origin()
HAPPENED = Origin(triggered=True)
"""Of an event that has happened already."""
TOLD_WHERE = Origin(triggered=True)
"""Of a scope that was told where inside it to begin."""
