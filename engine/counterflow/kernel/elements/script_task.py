"""Script task with a FEEL expression: evaluated here, its value goes to one variable. BPMN 2.0.2, 13.3.3.

A script task with a job type is a job like any other (`job_task.py`).
"""

from __future__ import annotations

from counterflow.kernel import incidents, lifecycle, variables
from counterflow.kernel.elements.room import Room
from counterflow.kernel.records import BrokenInvariant
from counterflow.kernel.rows import ElementInstance
from counterflow.kernel.step import Step
from counterflow.model.graph import Node, ScriptDefinition


def beginning(step: Step, element: ElementInstance, node: Node) -> None:
    """Evaluate, and set the result; without a value an incident holds the task."""
    if not lifecycle.map_inputs(step, element, node):
        return
    script = node.work
    if not isinstance(script, ScriptDefinition):
        raise BrokenInvariant(f"script task '{node.id}' has no script")
    try:
        value = variables.evaluate_to_json(
            step, element.key, script.expression, f"'{script.result_variable}'"
        )
    except variables.MappingFailed as failure:
        message = f"{failure} (script task '{node.id}'); set the variables it reads and resolve the incident"
        incidents.raise_incident(step, element, "EXTRACT_VALUE_ERROR", message)
        return
    if not lifecycle.activate(step, element, node):
        return
    result = {script.result_variable: value}
    if node.results_stay_local:
        variables.carry(step, element.key, result)
    elif not lifecycle.hand_out(step, step.element(element.key), node, result):
        return
    lifecycle.finish(step, step.element(element.key), node)


ROOM = Room(beginning=beginning)
