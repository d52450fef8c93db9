"""How an element is entered: a token is put on it, and when its turn comes it begins.

    budget → inputs → start listeners → what it needs to begin → waits → activated → its own work

An incident holds it before it is activated; resolving that begins it anew, with what it had before.
"""

from __future__ import annotations

from collections.abc import Mapping

from counterflow.kernel.course import listeners, waits
from counterflow.kernel.course.moves import ACTIVATED, ACTIVATING, ElementActivated, ElementActivating
from counterflow.kernel.data import mappings, scopes
from counterflow.kernel.state.swept import is_swept
from counterflow.kernel.work.held import Held, IncidentType
from counterflow.kernel.work.origin import BODY, PLAIN, Origin
from counterflow.kernel.work.step import Token
from counterflow.model.graph import Node


class TakenOver(Exception):
    """What an element waits for had come before its work began, and has taken its place."""


def enter(
    scope: Token, node: Node, local: Mapping[str, bytes] | None = None, origin: Origin = PLAIN
) -> Token:
    """Put a token on a node of a scope: a new element instance with `local` variables. It is begun when its
    turn comes.
    """
    token = place(scope, node, local, origin)
    token.later(begin)
    return token


def place(
    scope: Token, node: Node, local: Mapping[str, bytes] | None = None, origin: Origin = PLAIN
) -> Token:
    """Put a token on a node of a scope, which begins when it is told to. It is told by its scope, where that
    has still to begin itself (`begin_placed`).
    """
    step = scope.step
    key = step.new_key()
    loop_counter = origin.loop_counter
    if node.body is not None and loop_counter == 0:
        loop_counter = BODY
    undo_key, compensated_scope_key, triggered, _ = origin
    scope.emit(
        ElementActivating(key, scope.key, node.id, undo_key, compensated_scope_key, triggered, loop_counter)
    )
    token = Token(step, scope.instance, node, key, scope.key, loop_counter, scope)
    if local:
        scopes.write(token, key, local)
    return token


def has_placed(scope: Token) -> bool:
    """Whether tokens were put inside a scope before it has begun."""
    return scope.row.triggered and scope.key in scope.instance.children


def begin_placed(scope: Token) -> None:
    """What was put inside a scope before it has begun begins now, in the order in which it was put there."""
    for key in sorted(scope.instance.children.get(scope.key, ())):
        scope.token(key).later(begin)


def begin(token: Token) -> None:
    """Its turn has come: the element's room maps its inputs and sets it to work.

    Where an incident holds it at its beginning it has what it had before, so that mappings made anew do not
    see what they have made.
    """
    row = token.row
    if row.state != ACTIVATING:
        return
    if not token.step.budget.count_entry(row, None if token.scope_key else token.header):
        raise too_far(token)
    own = dict(token.variables) if token.node.inputs else None
    try:
        if token.node.listeners is None or not _waits_for_listeners(token):
            token.room.beginning(token)
    except TakenOver:
        return
    except Held as held:
        token.hold(held)
    # the row is the same one only if an incident holds it
    if own is not None and token.instance.elements.get(token.key) is row:
        scopes.restore(token, own)


def _waits_for_listeners(token: Token) -> bool:
    """Go on with the listeners that are told before it begins. Raises `Held`."""
    event, definitions = listeners.at_beginning(token), token.node.listeners
    if definitions is None or not definitions.of(event):
        return False
    if not listeners.have_begun(token.row):
        token.room.preparing(token)
    return listeners.are_awaited(token, event)


def set_to_work(token: Token) -> None:
    """How an element begins that needs nothing but its inputs and its waits."""
    map_inputs(token)
    activate(token)
    token.room.activated(token)


def map_inputs(token: Token) -> None:
    """Make what is the element's own. Raises `Held` where a mapping gives no value.

    Once it has listened they are made: what listeners have given stands, and is not hidden.
    """
    inputs = token.node.inputs
    if not inputs or token.is_body or (token.node.listeners is not None and listeners.have_begun(token.row)):
        return
    with mappings.as_mapping_failure(f"input mapping of '{token.node.id}'"):
        scopes.write_measured(token, token.key, mappings.map_values(token, inputs, token.variables))


def activate(token: Token) -> None:
    """Everything that the element needs to begin is there: it waits from here on, and is at work. It waits
    for what can happen to it. Raises `Held` where it cannot wait.

    Nothing is done for one that is at work already and begins again. Raises `TakenOver` where a condition
    that it waits for holds already.
    """
    if token.row.state == ACTIVATED:
        return
    # what has come before its element was entered is not waited for
    if not token.node.waits_for or token.has_happened:
        token.emit(ElementActivated(token.key))
        return
    waits.open_all(token)
    token.emit(ElementActivated(token.key))
    if token.step.to_ask and _is_taken_over(token):
        raise TakenOver


def _is_taken_over(token: Token) -> bool:
    """Ask the conditions that it has begun to wait for. Whether one of them holds that ends its work."""
    token.step.ask_those_of(token)
    if not token.is_there or is_swept(token.step.state, token.instance, token.key):
        return True
    row = token.row
    return row.state != ACTIVATED or row.interrupted


def too_far(token: Token) -> Held:
    """The course has gone on for too long without a wait: it stops here."""
    limits = token.step.limits
    return Held(
        IncidentType.STEP_LIMIT_EXCEEDED,
        f"Expected to enter at most {limits.steps} elements again in one go, and {limits.elements} "
        f"in all, but the course reached '{token.node.id}' without ever waiting: is it a loop without "
        "a task, or around a timer that is due at once? Resolve the incident to let it go on as far again, "
        "or cancel the instance",
    )


def refuse_too_many(token: Token, count: int) -> None:
    """Raises `Held` where the process instance has no room for so many element instances more."""
    most = token.step.limits.instance_elements
    if len(token.instance.elements) + count <= most:
        return
    raise Held(
        IncidentType.STEP_LIMIT_EXCEEDED,
        f"Expected a process instance to have at most {most} element "
        f"instances at once, but it has {len(token.instance.elements)}, and '{token.node.id}' would begin "
        f"{count}. Resolve the incident when others have ended, or cancel the instance and "
        "divide the work among called processes",
    )


CONTINUATIONS = {"begin": begin}
