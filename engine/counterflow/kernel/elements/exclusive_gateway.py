"""Exclusive gateway: the first flow whose condition holds is taken, else the default flow. BPMN 2.0.2,
13.4.2.
"""

from __future__ import annotations

from collections.abc import Sequence

from counterflow.kernel import lifecycle
from counterflow.kernel.elements.room import Room
from counterflow.kernel.elements.sequence_flow import condition_holds, tell_no_flow
from counterflow.kernel.rows import ElementInstance
from counterflow.kernel.step import Step
from counterflow.model.graph import Flow, Node


def beginning(step: Step, element: ElementInstance, node: Node) -> None:
    """Choose a flow and take it; without an answer, or without a flow, an incident holds the token."""
    chosen = _chosen(step, element, node) if lifecycle.map_inputs(step, element, node) else None
    if chosen is not None and lifecycle.activate(step, element, node):
        lifecycle.finish(step, step.element(element.key), node, chosen)


def _chosen(step: Step, element: ElementInstance, node: Node) -> Sequence[Flow] | None:
    """Ask the conditions in the order of the diagram."""
    for flow in node.outgoing:
        if flow.id == node.default_flow:
            continue
        holds = condition_holds(step, element, flow)
        if holds is None:
            return None
        if holds:
            return (flow,)
    default = [flow for flow in node.outgoing if flow.id == node.default_flow]
    if default or not node.outgoing:
        return default
    tell_no_flow(step, element, node)
    return None


ROOM = Room(beginning=beginning)
