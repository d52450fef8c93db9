"""Event sub-process: begun by an event of its scope, never by a flow; then a scope like any other.

What its event brought is mapped by the start event's output mapping; without one it goes to the nearest scope
around that knows the name, else to the process (Zeebe's rule for start events of event sub-processes). BPMN
2.0.2, 13.5.4.
"""

from __future__ import annotations

from collections.abc import Collection

from counterflow.kernel.course import entering, leaving, listeners
from counterflow.kernel.course.moves import ACTIVATING
from counterflow.kernel.course.room import room
from counterflow.kernel.data import scopes
from counterflow.kernel.vocabulary import BrokenInvariant
from counterflow.kernel.work.held import Held
from counterflow.kernel.work.step import Token
from counterflow.model.graph import Node


def preparing(token: Token) -> None:
    """What the event brought is told from what mappings and listeners make: that stays its own."""
    brought = {} if token.node.inputs_see_event else _taken_out(token)
    entering.map_inputs(token)
    if token.node.inputs_see_event:
        brought = _taken_out(token, {mapping.target[0] for mapping in token.node.inputs})
    if brought:
        scopes.keep_results(token, brought)


def beginning(token: Token) -> None:
    """Hand on what the event brought, and put a token on the start event.

    In a zeebe: model the input mappings neither see nor hide what the event brought: it comes to the start
    event, and goes from there to the nearest scope that has its name, which may be one that a mapping has
    made. In a camunda: model they see it and hide it.
    """
    if entering.has_placed(token):
        entering.map_inputs(token)
        entering.activate(token)
        entering.begin_placed(token)
        return
    is_new, is_seen = token.row.state == ACTIVATING, token.node.inputs_see_event
    if listeners.have_begun(token.row):
        if not is_new or _has_begun(token):
            _hand_on(token, scopes.take_kept(token) if token.row.held is not None else {})
        return
    brought = _taken_out(token) if is_new and not is_seen else {}
    if is_new and not _has_begun(token):
        scopes.write(token, token.key, brought)
        return
    if is_seen or not is_new:
        brought = _taken_out(token, {mapping.target[0] for mapping in token.node.inputs})
    _hand_on(token, brought)


def _has_begun(token: Token) -> bool:
    """Whether it is at work. Where it is held, the incident comes before what it carries is put back."""
    try:
        entering.map_inputs(token)
        entering.activate(token)
    except Held as held:
        token.hold(held)
        return False
    return True


def _hand_on(token: Token, brought: scopes.Document) -> None:
    start = _start(token)
    if start.outputs:
        entering.enter(token, start, brought)
        return
    try:
        scopes.send_out(token, token.key, brought)
    except scopes.DocumentTooLarge as failure:
        if listeners.have_begun(token.row):
            scopes.keep_results(token, brought)
        else:
            scopes.write(token, token.key, brought)
        raise leaving.no_room(token, failure) from failure
    entering.enter(token, start)


def _start(token: Token) -> Node:
    if token.node.start_event is None:
        raise BrokenInvariant(f"event sub-process '{token.node.id}' has no start event")
    return token.nodes[token.node.start_event]


def _taken_out(token: Token, own: Collection[str] = ()) -> dict[str, bytes]:
    """What the event brought, which the event sub-process only carries.

    What a handler sees of the past is its own.
    """
    present = () if token.row.undo_key else token.variables
    return scopes.take_away(token, [name for name in sorted(present) if name not in own])


ROOM = room(preparing=preparing, beginning=beginning)
