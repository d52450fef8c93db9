"""Complex gateway: begins a round when its activation condition holds, and is reset when nothing more comes.

    waiting for start → a token has come: the condition is asked → it holds: a token of each flow that has one
        is taken, the flows out are chosen
    waiting for reset → no token can come that has not: what came late is taken, the conditions of the flows
        out are asked once more

A second token on a flow waits for the next round. What can still come is known as for an inclusive gateway;
a flow that has given a token counts as filled. BPMN 2.0.2, 13.4.5. The standard asks conditions in both
phases: at a reset a flow without one gets no token, and the default only in place of conditions that do not
hold. With one incoming flow nothing is joined, and there is one phase.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from counterflow.kernel.course import entering, flows, joins, leaving
from counterflow.kernel.course.room import room
from counterflow.kernel.data import evaluation, scopes
from counterflow.kernel.vocabulary import BrokenInvariant
from counterflow.kernel.work.errands import Regarding
from counterflow.kernel.work.held import Held
from counterflow.kernel.work.origin import HAPPENED
from counterflow.kernel.work.step import Token
from counterflow.model.graph import Flow, Node
from counterflow.model.reach import is_awaited

COUNT, COUNTS, STATE = "activationCount", "activationCounts", "waitingForStart"
"""What its conditions see: how many tokens wait, how many on each flow by its id, whether a round begins."""


def others_moved(scope: Token, gateway: Node) -> None:
    """Look, when its turn comes, whether a round begins or is over."""
    scope.later(Regarding(_look, gateway.id))


def beginning(token: Token) -> None:
    """Choose the flows and take them; without an answer, or without a flow, an incident holds the token.

    An instance may begin here: then nothing is joined.
    """
    chosen: Sequence[Flow] = ()
    if _asks_for_a_round(token):
        # when there is an answer, whoever waits here is looked at once more after this is gone
        _holds(token, token.node, _counts(token.scope, token.node))
    elif token.variables.get(STATE) == b"false":
        chosen = _at_reset(token)
    else:
        if token.node.reach is not None and COUNT not in token.variables:
            scopes.write(token, token.key, {**_counts(token.scope, token.node), STATE: b"true"})
        chosen = flows.outgoing(token)
    entering.activate(token)
    leaving.finish(token, chosen)


def _look(scope: Token, gateway_id: str) -> None:
    gateway = scope.nodes[gateway_id]
    filled, taken = joins.waiting(scope, gateway), joins.taken(scope, gateway)
    if taken:
        _reset_unless_awaited(scope, gateway, filled, taken)
    elif filled and not _is_held(scope, gateway):
        _activate_if_it_holds(scope, gateway, filled)


def _activate_if_it_holds(scope: Token, gateway: Node, filled: Sequence[Flow]) -> None:
    counts = _counts(scope, gateway)
    try:
        holds = _holds(scope, gateway, counts)
    except Held:
        entering.enter(scope, gateway, {STATE: b"true"})  # where the incident has its place
        return
    if holds:
        joins.activate(scope, gateway, filled)
        entering.enter(scope, gateway, {**counts, STATE: b"true"}, HAPPENED)


def _reset_unless_awaited(scope: Token, gateway: Node, filled: Sequence[Flow], taken: Sequence[Flow]) -> None:
    known = {flow.id for flow in (*filled, *taken)}
    if gateway.reach is None or is_awaited(gateway.reach, known, joins.places(scope)):
        return
    counts = _counts(scope, gateway)
    joins.reset(scope, gateway, [flow for flow in filled if flow not in taken])
    entering.enter(scope, gateway, {**counts, STATE: b"false"}, HAPPENED)


def _holds(token: Token, gateway: Node, counts: scopes.Document) -> bool:
    """Whether the activation condition does. Raises `Held`."""
    if gateway.activation is None:
        raise BrokenInvariant(f"complex gateway '{gateway.id}' has no activation condition")
    over = {**counts, STATE: b"true"}
    return evaluation.boolean(token, gateway.activation, "the activation condition", f"'{gateway.id}'", over)


def _counts(scope: Token, gateway: Node) -> dict[str, bytes]:
    rows = scope.instance.arrived
    counted = {flow.id: rows.get((scope.key, flow.id)) for flow in gateway.incoming}
    counts = {flow_id: row.count if row is not None else 0 for flow_id, row in counted.items()}
    return {COUNT: msgspec.json.encode(sum(counts.values())), COUNTS: msgspec.json.encode(counts)}


def _at_reset(token: Token) -> Sequence[Flow]:
    """Those whose condition holds, or the default flow in their place. Raises `Held`."""
    node = token.node
    conditional = [
        flow for flow in node.outgoing if flow.condition is not None and flow.id != node.default_flow
    ]
    chosen = [flow for flow in conditional if flows.holds(token, flow)]
    return chosen or [flow for flow in node.outgoing if conditional and flow.id == node.default_flow]


def _is_held(scope: Token, gateway: Node) -> bool:
    """Whether its condition has had no answer, and an incident waits for a person."""
    elements = scope.instance.elements
    here = (
        key for key in scope.instance.children.get(scope.key, ()) if elements[key].element_id == gateway.id
    )
    return any(_asks_for_a_round(scope.token(key)) for key in here)


def _asks_for_a_round(token: Token) -> bool:
    """Whether it stands for a condition without an answer: it knows the phase, and of no tokens."""
    return STATE in token.variables and COUNT not in token.variables


ROOM = room(beginning=beginning, arrive=joins.arrive, others_moved=others_moved)
CONTINUATIONS = {"look at complex gateway": _look}
