"""Tokens that wait at a join, counted per flow: one of each flow that is joined becomes one token."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

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


def wait(scope: Token, gateway: Node, flow: Flow) -> None:
    """A token has come along a flow, and waits for the others."""
    scope.emit(TokenArrived(scope.key, gateway.id, flow.id))


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
        gateway = scope.nodes[gateway_id]
        scope.step.house.rooms[gateway.behaviour].others_moved(scope, gateway)


def join(scope: Token, gateway: Node, flows: Sequence[Flow]) -> None:
    """A token of each of these flows becomes one."""
    scope.emit(FlowsJoined(scope.key, gateway.id, tuple(flow.id for flow in flows)))


def _apply_arrived(state: State, instance: InstanceState, event: TokenArrived) -> None:
    waiting = instance.arrived.get((event.scope_key, event.flow_id))
    count = 1 if waiting is None else waiting.count + 1
    state.put(ArrivedToken(event.scope_key, event.flow_id, instance.key, event.gateway_id, count))


def _apply_joined(state: State, instance: InstanceState, event: FlowsJoined) -> None:
    for flow_id in event.flow_ids:
        token = instance.arrived[event.scope_key, flow_id]
        if token.count > 1:
            state.put(replace(token, count=token.count - 1))
        else:
            state.delete(token)


OF_INSTANCE = {TokenArrived: _apply_arrived, FlowsJoined: _apply_joined}
