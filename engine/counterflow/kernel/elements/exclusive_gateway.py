"""Exclusive gateway: the first flow whose condition holds is taken, else the default flow.

BPMN 2.0.2, 13.4.2.
"""

from __future__ import annotations

from collections.abc import Sequence

from counterflow.kernel.course import entering, flows, leaving
from counterflow.kernel.course.room import room
from counterflow.kernel.work.step import Token
from counterflow.model.graph import Flow


def beginning(token: Token) -> None:
    """Choose a flow and take it; without an answer, or without a flow, an incident holds the token."""
    entering.map_inputs(token)
    chosen = _chosen(token)
    entering.activate(token)
    leaving.finish(token, chosen)


def _chosen(token: Token) -> Sequence[Flow]:
    """Ask the conditions in the order of the diagram. Raises `Held`."""
    node = token.node
    for flow in node.outgoing:
        if flow.id != node.default_flow and flows.holds(token, flow):
            return (flow,)
    default = [flow for flow in node.outgoing if flow.id == node.default_flow]
    if node.outgoing and not default:
        raise flows.none_holds(token)
    return default


ROOM = room(beginning=beginning)
