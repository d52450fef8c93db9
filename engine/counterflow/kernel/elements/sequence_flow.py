"""Sequence flows: which of them a completed element is left by.

Without conditions, all (an implicit fork). A flow with a condition is taken if the condition holds; the
default flow is taken if no condition does. BPMN 2.0.2, 8.4.13 and 13.3.1.
"""

from __future__ import annotations

from collections.abc import Sequence

from counterflow.kernel import incidents, variables
from counterflow.kernel.rows import ElementInstance
from counterflow.kernel.step import Step
from counterflow.model.graph import Flow, Node


def outgoing(step: Step, element: ElementInstance, node: Node) -> Sequence[Flow] | None:
    """Every flow that may be taken; None where a condition has no answer, which raises an incident."""
    flows = node.outgoing
    if not any(flow.condition for flow in flows):
        return flows
    held = []
    for flow in flows:
        if flow.id == node.default_flow:
            continue
        holds = True if flow.condition is None else condition_holds(step, element, flow)
        if holds is None:
            return None
        if holds:
            held.append(flow)
    if not held and node.default_flow is None:
        tell_no_flow(step, element, node)
        return None
    return held or [flow for flow in flows if flow.id == node.default_flow]


def condition_holds(step: Step, element: ElementInstance, flow: Flow) -> bool | None:
    """The value of a flow's condition as seen by the element it leaves; None, and an incident, where it is
    not a boolean.
    """
    if flow.condition is None:
        return True
    evaluation = variables.evaluate(step, element.key, flow.condition)
    if isinstance(evaluation.value, bool) and evaluation.failure is None:
        return evaluation.value
    incidents.raise_incident(
        step,
        element,
        "EXTRACT_VALUE_ERROR",
        f"Expected the condition '={flow.condition.text}' of sequence flow '{flow.id}' to be true or false, "
        f"but {variables.found_in(evaluation)}; set the variables it reads and resolve the incident",
    )
    return None


def tell_no_flow(step: Step, element: ElementInstance, node: Node) -> None:
    """None of the conditions holds and there is no default flow."""
    asked = ", ".join(
        f"'{flow.id}' (={flow.condition.text})" for flow in node.outgoing if flow.condition is not None
    )
    incidents.raise_incident(
        step,
        element,
        "CONDITION_ERROR",
        f"Expected one of the conditions of '{node.id}' to be true, but none of {asked} is and there is no "
        "default flow; set the variables they read and resolve the incident, or give the model a default "
        "flow",
    )
