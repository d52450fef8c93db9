"""Tokens that wait at a join, counted per flow: one of each flow that is joined becomes one token."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec.structs import replace

from counterflow.kernel.course import entering
from counterflow.kernel.rows import ArrivedToken
from counterflow.kernel.state.instance import InstanceState
from counterflow.kernel.state.partition import State
from counterflow.kernel.vocabulary import InstanceEvent
from counterflow.kernel.work.step import Token
from counterflow.model.graph import Flow, Node


class TokenArrived(InstanceEvent, frozen=True):
    """A token waits at a join, on this flow."""

    scope_key: int
    gateway_id: str
    flow_id: str


class FlowsJoined(InstanceEvent, frozen=True):
    """A token of each of these incoming flows has become one."""

    scope_key: int
    gateway_id: str
    flow_ids: tuple[str, ...]


class GatewayActivated(InstanceEvent, frozen=True):
    """A complex gateway has begun a round with a token of each of these flows, and waits to be reset."""

    scope_key: int
    gateway_id: str
    flow_ids: tuple[str, ...]


class GatewayReset(InstanceEvent, frozen=True):
    """Nothing more comes in the round of a complex gateway: what came late, on these flows, is gone. It waits
    to begin another.
    """

    scope_key: int
    gateway_id: str
    flow_ids: tuple[str, ...]


def wait(scope: Token, gateway: Node, flow: Flow) -> None:
    """A token has come along a flow, and waits for the others."""
    scope.emit(TokenArrived(scope.key, gateway.id, flow.id))


def arrive(scope: Token, gateway: Node, flow: Flow) -> None:
    """A token comes to a gateway that waits for others, and its room looks whether any can still come. With
    one incoming flow there is nothing to wait for.
    """
    if gateway.reach is None:
        entering.enter(scope, gateway)
        return
    wait(scope, gateway, flow)
    _look(scope, gateway)


def waiting(scope: Token, gateway: Node) -> list[Flow]:
    """The incoming flows of a gateway on which a token waits."""
    filled = _filled(scope, gateway)
    return [flow for flow in gateway.incoming if flow.id in filled]


def are_all_waiting(scope: Token, gateway: Node) -> bool:
    """Whether a token waits on each incoming flow of a gateway, however many these are."""
    return len(_filled(scope, gateway)) == len(gateway.incoming)


def _filled(scope: Token, gateway: Node) -> Mapping[str, None]:
    return scope.instance.arrived_in.get(scope.key, {}).get(gateway.id, {})


def others_moved(scope: Token) -> None:
    """A token of the scope has moved on or ended: each join where tokens wait may have something to say."""
    for gateway_id in list(scope.instance.arrived_in[scope.key]):
        _look(scope, scope.nodes[gateway_id])


def _look(scope: Token, gateway: Node) -> None:
    scope.step.house.rooms[gateway.behaviour].others_moved(scope, gateway)


def taken(scope: Token, gateway: Node) -> list[Flow]:
    """The incoming flows of a complex gateway that have given a token in its round; none between rounds."""
    arrived = scope.instance.arrived
    return [flow for flow in gateway.incoming if (scope.key, mark(gateway.id, flow.id)) in arrived]


def places(scope: Token) -> Iterator[str]:
    """The elements of a scope where tokens are: at work, held up, or waiting at a join."""
    instance = scope.instance
    yield from (instance.elements[key].element_id for key in instance.children.get(scope.key, ()))
    for gateway_id, flow_ids in instance.arrived_in.get(scope.key, {}).items():
        if any(instance.arrived[scope.key, flow_id].count for flow_id in flow_ids):
            yield gateway_id


def activate(scope: Token, gateway: Node, flows: Sequence[Flow]) -> None:
    """A complex gateway begins a round with a token of each of these flows."""
    scope.emit(GatewayActivated(scope.key, gateway.id, tuple(flow.id for flow in flows)))


def reset(scope: Token, gateway: Node, late: Sequence[Flow]) -> None:
    """The round of a complex gateway is over; what came late on these flows is gone."""
    scope.emit(GatewayReset(scope.key, gateway.id, tuple(flow.id for flow in late)))


def join(scope: Token, gateway: Node, flows: Sequence[Flow]) -> None:
    """A token of each of these flows becomes one."""
    scope.emit(FlowsJoined(scope.key, gateway.id, tuple(flow.id for flow in flows)))


def _apply_arrived(state: State, instance: InstanceState, event: TokenArrived) -> None:
    waiting = instance.arrived.get((event.scope_key, event.flow_id))
    count = 1 if waiting is None else waiting.count + 1
    state.put(ArrivedToken(event.scope_key, event.flow_id, instance.key, event.gateway_id, count))


MARK = "\x1f"
"""What is between a gateway and a flow where a row says that this has given a token."""


def mark(gateway_id: str, flow_id: str) -> str:
    """What stands for a flow in the row that says that it has given a token. No XML document holds this
    character (XML 1.0, 2.2), so that it is no flow's id.
    """
    return f"{gateway_id}{MARK}{flow_id}"


def _apply_activated(state: State, instance: InstanceState, event: GatewayActivated) -> None:
    _apply_joined(state, instance, event)
    for flow_id in event.flow_ids:
        marker = mark(event.gateway_id, flow_id)
        state.put(ArrivedToken(event.scope_key, marker, instance.key, event.gateway_id, 0))


def _apply_reset(state: State, instance: InstanceState, event: GatewayReset) -> None:
    _apply_joined(state, instance, event)
    for flow_id in list(instance.arrived_in[event.scope_key][event.gateway_id]):
        row = instance.arrived[event.scope_key, flow_id]
        if not row.count:
            state.delete(row)


def _apply_joined(
    state: State, instance: InstanceState, event: FlowsJoined | GatewayActivated | GatewayReset
) -> None:
    for flow_id in event.flow_ids:
        token = instance.arrived[event.scope_key, flow_id]
        if token.count > 1:
            state.put(replace(token, count=token.count - 1))
        else:
            state.delete(token)


OF_INSTANCE = {
    TokenArrived: _apply_arrived,
    FlowsJoined: _apply_joined,
    GatewayActivated: _apply_activated,
    GatewayReset: _apply_reset,
}
