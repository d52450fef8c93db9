"""How elements are swept away, innermost first, and how a scope is taken over."""

from __future__ import annotations

from counterflow.kernel.course import undo, waits
from counterflow.kernel.course.moves import (
    ElementTerminated,
    ElementTerminating,
    ScopeInterrupted,
    TokensSweptAway,
)
from counterflow.kernel.vocabulary import InstanceEnded
from counterflow.kernel.work import incidents
from counterflow.kernel.work.step import Token


def terminate(token: Token) -> None:
    """Sweep an element away, innermost first: its children, what its room has under way, its incidents, its
    undo, its variables.
    """
    token.emit(ElementTerminating(token.key))
    waits.close_all(token)
    terminate_children(token)
    sweep_tokens(token)
    token.room.terminating(token)
    incidents.drop_incidents_of(token)
    undo.drop(token, token.key)
    if not token.scope_key:
        announce_end(token, "terminated")
    token.emit(ElementTerminated(token.key))


def terminate_children(scope: Token, spare: int = 0) -> None:
    """Sweep away everything directly inside a scope but the element `spare`."""
    instance = scope.instance
    for key in sorted(instance.children.get(scope.key, ())):
        if key != spare and key in instance.elements:
            terminate(scope.token(key))


def interrupt(scope: Token) -> None:
    """An interrupting event sub-process takes over a scope: everything else in it is swept away."""
    scope.emit(ScopeInterrupted(scope.key))
    waits.close_inner(scope)
    terminate_children(scope)
    sweep_tokens(scope)


def sweep_tokens(scope: Token) -> None:
    """Forget the tokens that wait at joins of a scope."""
    if scope.key in scope.instance.arrived_in:
        scope.emit(TokensSweptAway(scope.key))


def announce_end(root: Token, state: str) -> None:
    """Whoever waits for the process instance is to know of its end, and of the variables it ends with."""
    values = dict(sorted(root.variables.items()))
    root.step.ended.append(InstanceEnded(root.instance.key, state, values))
