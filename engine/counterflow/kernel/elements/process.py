"""The process: the outermost scope.

Begins at its none start event, at the event that began it, or where it was told to.

Ends when its last token has ended. BPMN 2.0.2, 13.3.
"""

from __future__ import annotations

from counterflow.kernel.course import entering, listeners
from counterflow.kernel.course.room import room
from counterflow.kernel.data import mappings, scopes
from counterflow.kernel.elements import sub_process
from counterflow.kernel.events import multiple
from counterflow.kernel.work.origin import HAPPENED
from counterflow.kernel.work.step import Token
from counterflow.model.graph import Behaviour, Node


def preparing(token: Token) -> None:
    """Before its start listeners: what an event brought for its start's mappings is told from what they give.
    What they give is the process's own.
    """
    _make_data_objects(token)
    starts, nodes = token.header.starts, token.nodes
    if starts and starts[0] in token.node.event_starts and _takes(nodes[nodes[starts[0]].drawn_id]):
        scopes.keep_results(token, {name: token.variables[name] for name in _brought(token)})


def _make_data_objects(token: Token) -> None:
    """They hold what they begin with, but where who began the instance has said otherwise."""
    inputs = token.node.inputs
    if inputs:
        with mappings.as_mapping_failure(f"data objects of '{token.node.id}'"):
            made = mappings.map_values(token, inputs, token.variables)
            given = token.variables
            scopes.write_measured(
                token, token.key, {name: value for name, value in made.items() if name not in given}
            )


def beginning(token: Token) -> None:
    """Make its data objects, and put a token where the instance begins."""
    if not listeners.have_begun(token.row):
        _make_data_objects(token)
    entering.activate(token)
    activated(token)


def activated(token: Token) -> None:
    """Put a token where the instance begins."""
    starts = token.header.starts
    if not starts:
        sub_process.begin_at_start(token)
        return
    if starts[0] in token.node.event_starts:
        _begin_at_event(token, token.nodes[starts[0]])
    else:
        sub_process.begin_inside(token, starts)


def _begin_at_event(token: Token, start: Node) -> None:
    """What the event brought is the instance's, or what its mappings make of it. Where it stands behind a
    gateway, that is passed first.
    """
    part, start = start, token.nodes[start.drawn_id]
    brought = None
    if token.row.held is not None:
        brought = scopes.take_kept(token)
    elif _takes(start):
        brought = scopes.take_away(token, _brought(token))
    if start.behaviour is Behaviour.START_EVENT and start.all_have_to_come:
        multiple.keep(entering.enter(token, start), part, brought or {})
        return
    if start.behaviour is Behaviour.START_EVENT:
        entering.enter(token, start, brought)
        return
    before = token.nodes[start.incoming[0].source] if start.incoming else start
    entering.enter(token, before, brought, HAPPENED)


def _takes(start: Node) -> bool:
    """Whether what the event brought is for its mappings."""
    return bool(start.inputs or start.outputs)


def _brought(token: Token) -> list[str]:
    data_objects = {mapping.target[0] for mapping in token.node.inputs}
    return [name for name in sorted(token.variables) if name not in data_objects]


ROOM = room(preparing=preparing, beginning=beginning, activated=activated)
