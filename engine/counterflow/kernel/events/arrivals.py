"""What happens when something comes that an element has waited for, by where its event stands.

    its own             the element is done, and goes on
    on the border       an interrupting one sweeps the activity away; a token goes on from the boundary event
    an inner start      an interrupting one takes over the scope; the event sub-process begins
    one of several      the event that it is part of has come, with it or with the last of all that have to
    after a gateway     the gateway is done, the event that came is passed at once, the others are forgotten

BPMN 2.0.2, 13.5.1 to 13.5.4 and 13.4.4.
"""

from __future__ import annotations

from collections.abc import Mapping

from counterflow.kernel.course import entering, leaving, travel
from counterflow.kernel.course.moves import FlowTaken
from counterflow.kernel.data import scopes
from counterflow.kernel.events import multiple
from counterflow.kernel.work.origin import HAPPENED
from counterflow.kernel.work.step import Token, attempt
from counterflow.model.graph import Behaviour, Node


def event_arrived(token: Token, catch_id: str, values: Mapping[str, bytes]) -> None:
    """What an element waited for has come, with these variables."""
    node, catch = token.node, token.nodes[catch_id]
    if catch.part_of is not None:
        gathered = multiple.part_arrived(token, catch, values)
        if gathered is None:
            return
        catch, values = token.nodes[catch.part_of], gathered
    if catch.id == node.id:
        attempt(token, _its_own, values)
    elif catch.attached_to != node.id and node.behaviour is Behaviour.EVENT_BASED_GATEWAY:
        _after_gateway(token, catch, values)
    else:
        travel.go_on_from(token, catch, values, interrupting=catch.interrupting)


def pass_what_happened(token: Token) -> None:
    """The event had happened before its element was entered, which carries what it brought. Raises `Held`."""
    node = token.node
    kept = scopes.take_kept(token) if token.row.held is not None else {}
    if node.outputs:
        scopes.write(token, token.key, kept)
    else:
        own = {mapping.target[0] for mapping in node.inputs}
        brought = kept or scopes.take_away(
            token, [name for name in sorted(token.variables) if name not in own]
        )
        leaving.send_results(token, brought, all_outward=True)
    leaving.finish(token)


def _its_own(token: Token, values: Mapping[str, bytes]) -> None:
    """Its variables go out as its mappings say, and the token goes on."""
    if token.node.outputs:
        scopes.write(token, token.key, values)
    else:
        leaving.send_results(token, values)
    leaving.finish(token)


def _after_gateway(gateway: Token, catch: Node, values: Mapping[str, bytes]) -> None:
    leaving.finish(gateway, ())
    flow = next(flow for flow in gateway.node.outgoing if flow.target == catch.id)
    scope = gateway.scope
    scope.emit(FlowTaken(scope.key, flow.id))
    entering.enter(scope, catch, values, HAPPENED)
