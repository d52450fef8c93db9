"""Exclusive gateway: the first flow whose condition holds is taken, else the default flow. BPMN 2.0.2, 13.4.2."""

from __future__ import annotations

from counterflow.kernel import lifecycle
from counterflow.kernel.elements.room import Room
from counterflow.kernel.elements.sequence_flow import condition_holds, tell_no_flow
from counterflow.kernel.rows import ElementInstance
from counterflow.kernel.step import Step
from counterflow.model.graph import Node


def activated(step: Step, element: ElementInstance, node: Node) -> None:
    """Ask the conditions in the order of the diagram; without an answer, or without a flow, an incident holds the token."""
    for flow in node.outgoing:
        if flow.id == node.default_flow:
            continue
        holds = condition_holds(step, element, flow)
        if holds is None:
            return
        if holds:
            lifecycle.finish(step, element, node, (flow,))
            return
    default = [flow for flow in node.outgoing if flow.id == node.default_flow]
    if default or not node.outgoing:
        lifecycle.finish(step, element, node, default)
    else:
        tell_no_flow(step, element, node)


ROOM = Room(activated=activated)
