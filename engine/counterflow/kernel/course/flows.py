"""Sequence flows: which of them a completed element is left by, and a token on its way along one.

Without conditions, all (an implicit fork). A flow with a condition is taken if the condition holds; the
default flow is taken if no condition does. BPMN 2.0.2, 8.4.13 and 13.3.1.
"""

from __future__ import annotations

from collections.abc import Sequence

from counterflow.kernel.course.moves import FlowTaken
from counterflow.kernel.data import evaluation
from counterflow.kernel.work.held import Held, IncidentType
from counterflow.kernel.work.step import Token
from counterflow.model.graph import Flow


def take(scope: Token, flow: Flow) -> None:
    """Send a token along a flow to whatever stands at its end."""
    scope.emit(FlowTaken(scope.key, flow.id))
    target = scope.process.nodes[flow.target]
    scope.step.house.rooms[target.behaviour].arrive(scope, target, flow)


def outgoing(token: Token) -> Sequence[Flow]:
    """Every flow that may be taken. Raises `Held` where a condition has no answer, or none holds."""
    node, flows = token.node, token.node.outgoing
    if not any(flow.condition for flow in flows):
        return flows
    chosen = [flow for flow in flows if flow.id != node.default_flow and holds(token, flow)]
    if not chosen and node.default_flow is None:
        raise none_holds(token)
    return chosen or [flow for flow in flows if flow.id == node.default_flow]


def holds(token: Token, flow: Flow) -> bool:
    """Whether a flow may be taken, as seen by the element it leaves. Raises `Held`."""
    if flow.condition is None:
        return True
    return evaluation.boolean(token, flow.condition, "the condition", f"sequence flow '{flow.id}'")


def none_holds(token: Token) -> Held:
    """None of the conditions holds and there is no default flow."""
    conditions = ", ".join(
        f"'{flow.id}' ({evaluation.written(flow.condition)})"
        for flow in token.node.outgoing
        if flow.condition is not None
    )
    return Held(
        IncidentType.CONDITION_ERROR,
        f"Expected one of the conditions of '{token.node.id}' to be true, but none of {conditions} is and "
        "there is "
        "no default flow; set the variables they read and resolve the incident, or give the model a default "
        "flow",
    )
