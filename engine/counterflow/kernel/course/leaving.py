"""How an element is left when its work is done.

    results that found no room → outputs → end listeners → flows, and what its scope says → completed → flows

An incident may hold it in each of these phases; resolving it goes on in the same one, since what was mapped
is not mapped a second time.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from counterflow.kernel.course import ending, entering, flows, joins, listeners, undo, waits
from counterflow.kernel.course.moves import (
    ACTIVATED,
    ACTIVATING,
    COMPLETING,
    ElementCompleted,
    ElementCompleting,
)
from counterflow.kernel.data import mappings, scopes
from counterflow.kernel.state.instance import InstanceState
from counterflow.kernel.work.held import Held, IncidentType, Phase
from counterflow.kernel.work.step import Course, Token, attempt
from counterflow.model.graph import Flow, ListenerEvent


def finish(token: Token, along: Sequence[Flow] | None = None) -> None:
    """The element's work is done: map its outputs and leave it along these flows.

    By default these are all that its conditions allow.
    """
    token.emit(ElementCompleting(token.key))
    waits.close_all(token)
    try:
        leave(token, along)
    except Held as held:
        token.hold(held)


def prepare(token: Token) -> None:
    """The element's work is done, and it waits for nothing any more."""
    token.emit(ElementCompleting(token.key))
    waits.close_all(token)


def leave(token: Token, along: Sequence[Flow] | None = None) -> None:
    """Second half of `finish`, from the phase on in which an incident has held it. Raises `Held`."""
    row = token.row
    if row.held is not None:
        _send_kept_results_out(token)
    if row.phase != Phase.FLOWS and not token.is_body:
        if token.node.listeners is not None:
            if _listens(token):
                return
        elif token.node.outputs:
            _map_outputs(token)
    if not token.scope_key:
        ending.announce_end(token, "completed")
        _complete(token)
        return
    scope = token.scope
    try:
        is_over = scope.room.child_leaving(token)
        # an instance of a multi-instance activity takes no flow: its body does
        chosen = () if token.loop_counter > 0 else token.room.leaving(token) if along is None else along
    except Held as held:
        held.phase = Phase.FLOWS
        raise
    _complete(token)
    if ending.ends_instance(token):
        ending.end_early(token)
        return
    for flow in chosen:
        flows.take(scope, flow)
    scope.room.child_left(scope, is_over)


def send_results(
    token: Token, document: Mapping[str, bytes], outward: Collection[str] = (), *, all_outward: bool = False
) -> None:
    """What came to an element, or came of it, leaves it before it is finished.

    Names of `outward` take nothing of the element's own, with `all_outward` no name does.

    Where there is no room outside it waits in the completing element. Raises `Held`.
    """
    own, outside = scopes.goes_to(token)
    if not all_outward:
        stays = {name: value for name, value in document.items() if name in own and name not in outward}
        document = {name: value for name, value in document.items() if name not in stays}
        scopes.write(token, token.key, stays)
    try:
        scopes.send_out(token, outside, document)
    except scopes.DocumentTooLarge as failure:
        prepare(token)
        scopes.keep_results(token, document)
        raise no_room(token, failure) from failure


def no_room(token: Token, failure: scopes.DocumentTooLarge) -> Held:
    """What would leave an element has no room."""
    return Held(
        IncidentType.IO_MAPPING_ERROR,
        f"{failure} (what leaves '{token.node.id}' is kept in its own scope '{token.key}'). Set "
        "smaller variables there, or in the scope that is full, and resolve the incident",
    )


def resume(token: Token) -> None:
    """Take up an element's course where an incident held it."""
    state = token.row.state
    if state == ACTIVATING:
        entering.begin(token)
    elif state == COMPLETING:
        leave(token)
    elif state == ACTIVATED:
        # the input mappings are made anew: what they read may be what was mended
        token.room.beginning(token)


def scope_may_end(scope: Token, is_over: bool = False) -> None:
    """A token of the scope has moved on or ended: if it was the last, the scope is done."""
    if scope.key in scope.instance.arrived_in:
        joins.others_moved(scope)
    if scope.is_there and not _is_busy(scope.instance, scope.key):
        scope.later(_end_scope)


def instance_may_end(course: Course) -> None:
    """What has kept a process instance from ending may be gone."""
    key = course.instance.key
    if key in course.instance.elements and not _is_busy(course.instance, key):
        course.token(key).later(_end_scope)


def _send_kept_results_out(token: Token) -> None:
    try:
        scopes.send_kept_results_out(token, stay=bool(token.node.outputs) and not token.is_body)
    except scopes.DocumentTooLarge as failure:
        raise no_room(token, failure) from failure


def _listens(token: Token) -> bool:
    """Map the outputs and go on with the end listeners. Whether one of them is waited for. Raises `Held`."""
    definitions = token.node.listeners
    if definitions is None or not definitions.is_code:
        if token.node.outputs and not token.row.phase:
            _map_outputs(token)
        return listeners.are_awaited(token, ListenerEvent.END)
    if listeners.are_awaited(token, ListenerEvent.END):
        return True
    if token.node.outputs:
        _map_outputs(token)
    return False


def outside(token: Token) -> int:
    """The scope from which the values of its output mappings find theirs.

    In a zeebe: model what an instance of a multi-instance activity has of its own takes them first, so that
    its output element finds them.
    """
    loop = token.node.multi_instance if token.loop_counter > 0 else None
    is_its_own = loop is not None and loop.outputs_stay_inside
    return token.key if is_its_own else token.scope_key or token.key


def _map_outputs(token: Token) -> None:
    """Values go to the scope around."""
    outputs, scope_key = token.node.outputs, outside(token)
    with mappings.as_mapping_failure(f"output mapping of '{token.node.id}'"):
        present = scopes.visible(token.instance, scope_key, {mapping.target[0] for mapping in outputs})
        scopes.send_out(token, scope_key, mappings.map_values(token, outputs, present))


def _complete(token: Token) -> None:
    row = token.row
    undo.record(token, row)
    token.emit(ElementCompleted(token.key))
    if row.undo_key:
        undo.handler_ended(token, row)


def _is_busy(instance: InstanceState, scope_key: int) -> bool:
    return scope_key in instance.children or scope_key in instance.arrived_in


def _end_scope(scope: Token) -> None:
    if (
        scope.row.state == ACTIVATED
        and not _is_busy(scope.instance, scope.key)
        and not _waits_for_caller(scope)
    ):
        if undo.is_much_lost(scope):
            prepare(scope)
            _lose_undo(scope)
        else:
            finish(scope)


def _lose_undo(scope: Token) -> None:
    """What can no longer be undone goes a part at a time, before its scope does."""
    for _ in undo.drop_first(scope):
        if scope.step.is_page_full:
            scope.step.first.append((_lose_undo, scope))
            return
    attempt(scope, leave)


def _waits_for_caller(scope: Token) -> bool:
    """Whether a called process waits for its caller, which is quarantined, to be released before it ends.

    Until then nobody could take what it ends with.
    """
    if scope.scope_key or not scope.header.parent_instance_key:
        return False
    caller = scope.step.state.instance(scope.header.parent_instance_key)
    return caller is not None and caller.stands_still


CONTINUATIONS = {"end scope": _end_scope, "lose undo": _lose_undo}
