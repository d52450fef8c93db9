"""Script task with a FEEL expression: evaluated here, its value goes to one variable. BPMN 2.0.2, 13.3.3.

A script task with a job type is a job like any other (`job_task.py`).
"""

from __future__ import annotations

from counterflow.kernel.course import entering, leaving
from counterflow.kernel.course.room import room
from counterflow.kernel.data import evaluation, scopes
from counterflow.kernel.vocabulary import BrokenInvariant
from counterflow.kernel.work.held import Held
from counterflow.kernel.work.step import Token
from counterflow.model.graph import ScriptDefinition


def beginning(token: Token) -> None:
    """Evaluate, and set the result; without a value an incident holds the task."""
    entering.map_inputs(token)
    script = token.node.work
    if not isinstance(script, ScriptDefinition):
        raise BrokenInvariant(f"script task '{token.node.id}' has no script")
    name = script.result_variable
    try:
        value = evaluation.json(token, token.key, script.expression, f"'{name or token.node.id}'")
    except Held as held:
        raise held.inside(f"script task '{token.node.id}'") from held
    entering.activate(token)
    results = {name: value} if name is not None else {}
    if token.node.results_stay_local:
        scopes.write(token, token.key, results)
    else:
        leaving.send_results(token, results)
    leaving.finish(token)


ROOM = room(beginning=beginning)
