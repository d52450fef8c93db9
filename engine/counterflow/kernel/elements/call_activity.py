"""Call activity: runs another process as an instance of its own, and waits for its end. BPMN 2.0.2, 13.3.5.

The process is the latest version at the time of the call. All visible variables go in unless the model says
only those that its input mappings make; what the called process ends with comes back. Its errors travel on
from here; when the call activity is swept away, so is the instance it has called.
"""

from __future__ import annotations

from typing import NamedTuple

from msgspec.structs import replace

from counterflow.kernel import incidents, instances, lifecycle, variables
from counterflow.kernel.elements.room import Room
from counterflow.kernel.instance_state import InstanceState
from counterflow.kernel.records import BrokenInvariant, Event, InstanceEnded
from counterflow.kernel.rows import ElementInstance, ProcessDefinition
from counterflow.kernel.state import State
from counterflow.kernel.step import Step
from counterflow.model.graph import CalledProcess, GoesIn, Node


class ProcessCalled(Event, frozen=True, array_like=True, tag=130, gc=False):
    """A call activity has begun an instance of its own."""

    element_instance_key: int
    called_instance_key: int


class Call(NamedTuple):
    """Which process is to be called, with what, and how deep in calls."""

    definition: ProcessDefinition
    document: variables.Document
    depth: int


def beginning(step: Step, element: ElementInstance, node: Node) -> None:
    """Begin the called process; without one an incident holds the call."""
    call = _call(step, element, node) if lifecycle.map_inputs(step, element, node) else None
    if call is None or not lifecycle.activate(step, element, node):
        return
    caller = step.current()
    child = instances.begin(step, call.definition, call.document, caller=element, call_depth=call.depth)
    step.instance = caller
    step.emit(ProcessCalled(element.key, child.key))


def _call(step: Step, element: ElementInstance, node: Node) -> Call | None:
    header = step.current().header
    process_id = _process_id(step, element, node)
    definition = step.state.latest.get(process_id) if process_id is not None else None
    if process_id is None or header is None:
        return None
    why = ""
    if definition is None:
        why = "but no such process is deployed; deploy it and resolve the incident"
    elif step.state.process_of(definition.key).root.start_event is None:
        why = "but it has no none start event"
    elif header.call_depth >= step.limits.call_depth:
        why = (
            f"but calls are {header.call_depth} deep already, which is as deep as may be: does the process "
            "call itself?"
        )
    if why or definition is None:
        incidents.raise_incident(
            step,
            element,
            "CALLED_ELEMENT_ERROR",
            f"Expected '{node.id}' to call process '{process_id}', {why}",
        )
        return None
    document = _going_in(step, element, node)
    refusal = _why_not_in(step, document)
    if refusal:
        remedy = "set smaller variables, or map only what the process needs, and resolve the incident"
        incidents.raise_incident(
            step,
            element,
            "IO_MAPPING_ERROR",
            f"{refusal} (what '{node.id}' hands to '{process_id}'); {remedy}",
        )
        return None
    return Call(definition, document, header.call_depth + 1)


def called_ended(step: Step, end: InstanceEnded) -> None:
    """An instance has ended: if a call activity waits for it, and it has completed, that one goes on."""
    child = step.state.instance(end.process_instance_key)
    header = child.header if child is not None else None
    if header is None or not header.parent_element_key or end.state != "completed":
        return
    caller = step.state.instance(header.parent_instance_key)
    element = caller.elements.get(header.parent_element_key) if caller is not None else None
    if caller is None or element is None or element.called_instance_key != end.process_instance_key:
        return
    step.enter_instance(caller)
    node = step.node(element)
    if (
        _definition(node).propagate_all_out
        and not node.results_stay_local
        and not _coming_out(step, element, node, end.variables)
    ):
        return
    if node.outputs:
        variables.carry(step, element.key, end.variables)
    lifecycle.finish(step, step.element(element.key), node)


def terminating(step: Step, element: ElementInstance, node: Node) -> None:
    """The called instance goes with its call."""
    caller = step.current()
    child = step.state.instance(element.called_instance_key) if element.called_instance_key else None
    if child is not None:
        instances.end_with_called(step, child)
    step.instance = caller


def _process_id(step: Step, element: ElementInstance, node: Node) -> str | None:
    process_id = _definition(node).process_id
    if isinstance(process_id, str):
        return process_id
    evaluation = variables.evaluate(step, element.key, process_id)
    if isinstance(evaluation.value, str) and evaluation.value and evaluation.failure is None:
        return evaluation.value
    found = variables.found_in(evaluation)
    message = (
        f"Expected the called process '={process_id.text}' of '{node.id}' to be a process id, but {found}"
    )
    incidents.raise_incident(
        step,
        element,
        "EXTRACT_VALUE_ERROR",
        f"{message}; set the variables it reads and resolve the incident",
    )
    return None


def _why_not_in(step: Step, document: variables.Document) -> str:
    """Why variables cannot go into another instance: they are too large for a scope, or the command has no
    fuel left to copy more.
    """
    if step.fuel_left <= 0:
        return f"Expected to hand variables to another instance, but {variables.budget_spent(step)}"
    try:
        variables.refuse_large(step, document)
    except variables.DocumentTooLarge as failure:
        return str(failure)
    step.pay_for(sum(map(len, document.values())))
    return ""


def _going_in(step: Step, element: ElementInstance, node: Node) -> variables.Document:
    """Without a mapping nothing goes in, or everything; with both, what the mappings make hides what is
    around.

    In a zeebe: model what is the call's own goes in with a mapping, the item of a multi-instance call too; in
    a camunda: model what is named.
    """
    definition = _definition(node)
    if definition.goes_in is GoesIn.EVERYTHING:
        return variables.visible(step.current(), element.key)
    own = step.current().variables.get(element.key, {}) if node.inputs else {}
    named = own if definition.goes_in is GoesIn.ITS_OWN else _handed_in(node)
    return {name: own[name] for name in sorted(named)}


def _coming_out(step: Step, element: ElementInstance, node: Node, document: variables.Document) -> bool:
    """Everything that the called process ends with. In a camunda: model what was handed in has been the
    called process's alone, so that it takes nothing on the way out; but an instance's own item stays its
    own.
    """
    loop = node.multi_instance
    items = {"loopCounter", loop.element_variable} if loop is not None else set()
    past = _handed_in(node) - items if _definition(node).is_past_on_return else set()
    return lifecycle.hand_out(step, element, node, document, outward=past)


def _handed_in(node: Node) -> set[str]:
    return {mapping.target[0] for mapping in node.inputs}


def _definition(node: Node) -> CalledProcess:
    if not isinstance(node.work, CalledProcess):
        raise BrokenInvariant(f"'{node.id}' calls no process")
    return node.work


def _apply_called(state: State, instance: InstanceState | None, event: ProcessCalled) -> None:
    if instance is not None:
        element = instance.elements[event.element_instance_key]
        state.put(replace(element, called_instance_key=event.called_instance_key))


APPLIERS = {ProcessCalled: _apply_called}
ROOM = Room(beginning=beginning, terminating=terminating)
