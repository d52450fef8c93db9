"""What an element waits for while it is active, wherever its events stand.

An element waits on behalf of catching events (`Node.waits_for`): itself, the events on its border, the starts
of event sub-processes inside it, or the events after an event-based gateway. Its waits open before it is
activated and close when it is left; those of event sub-processes open when the start event inside has mapped
its outputs, which they may read. How one kind of event is waited for is its own affair (`events/`); what
happens when one comes is in `events/arrivals.py`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from counterflow.kernel.row import Row
from counterflow.kernel.work.held import Held
from counterflow.kernel.work.origin import BODY
from counterflow.kernel.work.step import Course, Token
from counterflow.model.graph import Behaviour, Node


def open_all(token: Token) -> None:
    """Begin to wait. Raises `Held` where an expression gives no moment, name or key.

    A scope that begins elsewhere than at its start event waits for its event sub-processes at once, and so
    does an ad-hoc sub-process, which has none.
    """
    node, nodes = token.node, token.nodes
    waits_inside = not node.event_sub_processes or node.ad_hoc is not None or _begins_elsewhere(token)
    catches = [nodes[catch_id] for catch_id in node.waits_for]
    if node.all_have_to_come:
        catches = _not_come(token, catches)
    _open(
        token,
        [
            catch
            for catch in catches
            if is_for(token.loop_counter, node, catch) and (waits_inside or not is_inner(catch))
        ],
    )


def open_inner(scope: Token) -> None:
    """A scope begins to wait for what begins its event sub-processes. Raises `Held` where it cannot."""
    catches = [scope.nodes[catch_id] for catch_id in scope.node.waits_for]
    _open(scope, [catch for catch in catches if is_inner(catch)])


def close_all(token: Token) -> None:
    """Wait no longer."""
    if token.key in token.instance.waits_of:
        _close_but(token, ())


def close_inner(scope: Token) -> None:
    """The scope is taken over: the event sub-processes inside it wait no longer, events on its border do."""
    instance = scope.instance
    for key, table in _waits(scope):
        if scope.nodes[instance.rows[table][key].catch_id].attached_to is None:
            _close(scope, key, table)


def open_some(token: Token, catch_ids: Sequence[str]) -> None:
    """Begin to wait for these events as well. Raises `Held` where an expression gives no answer."""
    _open(token, [token.nodes[catch_id] for catch_id in catch_ids])


def close_some(course: Course, waits: Iterable[tuple[int, type[Row]]]) -> None:
    """What waits under these keys, in these tables, waits no longer."""
    for key, table in waits:
        _close(course, key, table)


def _open(token: Token, catches: Sequence[Node]) -> None:
    waits_of = token.instance.waits_of
    opened = set(waits_of.get(token.key, ()))
    try:
        for catch in catches:
            token.kind_of(catch).open(token, catch)
    except Held as held:
        _close_but(token, opened)
        raise held.inside(f"what '{token.node.id}' waits for") from held
    if token.key in waits_of:
        token.step.look_for_buffered(token)


def _not_come(token: Token, catches: Sequence[Node]) -> list[Node]:
    """But for the one that has begun the instance where its element waits for the others."""
    rows = token.instance.rows
    came = {rows[table][key].catch_id for key, table in _waits(token)}
    return [catch for catch in catches if catch.id not in came]


def is_inner(catch: Node) -> bool:
    """Whether it is the start of an event sub-process."""
    return catch.behaviour is Behaviour.START_EVENT


def _begins_elsewhere(scope: Token) -> bool:
    """Whether its start event is passed by, so that nobody comes by there to open what waits inside."""
    if scope.scope_key:
        return scope.row.triggered
    starts = scope.header.starts
    return bool(starts) and scope.nodes[starts[0]].behaviour is not Behaviour.START_EVENT


def is_for(loop_counter: int, node: Node, catch: Node) -> bool:
    """Whether an element waits for this event, where body and instances of a multi-instance activity differ.

    The body waits for the events on the border, the instances for those of their own.
    """
    return loop_counter == 0 or (catch.attached_to == node.id) == (loop_counter == BODY)


def _close_but(token: Token, kept: Collection[int]) -> None:
    for key, table in _waits(token):
        if key not in kept:
            _close(token, key, table)


def _waits(token: Token) -> list[tuple[int, type[Row]]]:
    """By key: in the order in which they were opened."""
    return sorted(token.instance.waits_of.get(token.key, {}).items(), key=lambda wait: wait[0])


def _close(course: Course, key: int, table: type[Row]) -> None:
    course.step.house.kinds[table].close(course, key)
