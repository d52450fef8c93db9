"""What calls hand out while something thrown travels out through them to the event that catches it.

In a camunda: model that is what `camunda:out` names, for errors and escalations alike, whether or not the
catching event interrupts; in any other model nothing comes out of a call that has not completed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice, takewhile

from counterflow.kernel.course import travel
from counterflow.kernel.course.travel import Catch
from counterflow.kernel.data import mappings, scopes
from counterflow.kernel.work.held import Held, IncidentType
from counterflow.kernel.work.step import Token
from counterflow.model.graph import CalledProcess


def hand_out(thrower: Token, catch: Catch, brought: scopes.Document | None = None) -> None:
    """Each call on the way hands out to the scopes around it, the innermost first. To all of them, or to none
    where one cannot, so that what is tried again is not handed out twice. Raises `Held`.

    What is thrown has `brought` variables: the innermost call sees them over those of its called process.
    """
    inner, over = thrower, brought or {}
    before: list[tuple[Token, dict[str, bytes]]] = []
    for at in travel.outwards(thrower):
        if at.instance is not inner.instance:
            before += ((scope, dict(scope.variables)) for scope in _around(at))
            try:
                _hand_out(thrower, at, {**inner.variables, **over})
            except Held:
                _take_back(before)
                raise
            over = {}
        if at.key == catch.at.key:
            return
        inner = at


def _around(call: Token) -> Iterator[Token]:
    """The scopes of its process instance that what a call hands out can go to."""
    yield from islice(takewhile(lambda at: at.instance is call.instance, travel.outwards(call)), 1, None)


def _take_back(before: Sequence[tuple[Token, scopes.Document]]) -> None:
    for scope, had in before:
        if scope.variables != had:
            scopes.restore(scope, had)


def _hand_out(thrower: Token, call: Token, document: scopes.Document) -> None:
    """`document` is what the called process has of its own at this moment."""
    called = call.node.work
    if not isinstance(called, CalledProcess) or called.handed_out_on_throw is None:
        return
    if call.instance.stands_still:
        raise _set_aside(thrower, call)
    with mappings.as_mapping_failure(f"what '{call.node.id}' hands out"):
        if called.propagate_all_out:
            _send_all(call, document)
        named = called.handed_out_on_throw
        present = scopes.visible(call.instance, call.scope_key, {mapping.target[0] for mapping in named})
        scopes.send_out(call, call.scope_key, mappings.map_values(call, named, present, document))


def _send_all(call: Token, document: scopes.Document) -> None:
    """What the call has made of its own stays with it, and goes when it is swept away."""
    own, outside = scopes.goes_to(call)
    past = {mapping.target[0] for mapping in call.node.inputs}
    out = {name: value for name, value in document.items() if name not in own or name in past}
    scopes.send_out(call, outside, out)


def _set_aside(thrower: Token, call: Token) -> Held:
    return Held(
        IncidentType.CATCHER_QUARANTINED,
        f"Expected '{call.node.id}' to hand out what its called process has, as '{thrower.node.id}' throws, "
        f"but the process instance '{call.instance.key}' that it belongs to is "
        f"{travel.how_to_go_on(call)}, then resolve the incident",
    )
