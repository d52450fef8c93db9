"""Parallel gateway: waits for a token on every incoming flow, then sends one down every outgoing flow. BPMN
2.0.2, 13.4.1.

A second token on a flow waits for the next round; tokens are counted per flow.
"""

from __future__ import annotations

from msgspec.structs import replace

from counterflow.kernel import lifecycle
from counterflow.kernel.elements.room import Room
from counterflow.kernel.instance_state import InstanceState
from counterflow.kernel.records import BrokenInvariant, Event
from counterflow.kernel.rows import ArrivedToken
from counterflow.kernel.state import State
from counterflow.kernel.step import Step
from counterflow.model.graph import Flow, Node


class TokenArrived(Event, frozen=True, array_like=True, tag=70, gc=False):
    """A token waits at a join, on this flow."""

    scope_key: int
    gateway_id: str
    flow_id: str


class FlowsJoined(Event, frozen=True, array_like=True, tag=71, gc=False):
    """A token of every incoming flow has become one."""

    scope_key: int
    gateway_id: str
    flow_ids: tuple[str, ...]


def arrive(step: Step, gateway: Node, scope_key: int, flow: Flow) -> None:
    """Wait until every incoming flow has a token; with one incoming flow there is nothing to wait for."""
    if len(gateway.incoming) > 1:
        step.emit(TokenArrived(scope_key, gateway.id, flow.id))
        arrived = step.current().arrived
        if not all((scope_key, incoming.id) in arrived for incoming in gateway.incoming):
            return
        step.emit(FlowsJoined(scope_key, gateway.id, tuple(incoming.id for incoming in gateway.incoming)))
    lifecycle.enter(step, gateway, scope_key)


def _instance(instance: InstanceState | None) -> InstanceState:
    if instance is None:
        raise BrokenInvariant("a join outside a process instance")
    return instance


def _apply_arrived(state: State, instance: InstanceState | None, event: TokenArrived) -> None:
    owner = _instance(instance)
    waiting = owner.arrived.get((event.scope_key, event.flow_id))
    count = 1 if waiting is None else waiting.count + 1
    state.put(ArrivedToken(event.scope_key, event.flow_id, owner.key, event.gateway_id, count))


def _apply_joined(state: State, instance: InstanceState | None, event: FlowsJoined) -> None:
    for flow_id in event.flow_ids:
        token = _instance(instance).arrived[event.scope_key, flow_id]
        if token.count > 1:
            state.put(replace(token, count=token.count - 1))
        else:
            state.delete(token)


APPLIERS = {TokenArrived: _apply_arrived, FlowsJoined: _apply_joined}
ROOM = Room(activated=lifecycle.finish, arrive=arrive)
