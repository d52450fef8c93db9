"""Tasks that a worker does: service, send, script, business rule and user tasks become jobs. BPMN 2.0.2,
13.3.3.
"""

from __future__ import annotations

from counterflow.kernel import jobs, lifecycle
from counterflow.kernel.elements.room import Room
from counterflow.kernel.rows import ElementInstance
from counterflow.kernel.step import Step
from counterflow.model.graph import Node


def beginning(step: Step, element: ElementInstance, node: Node) -> None:
    """Know what to ask a worker for, then ask."""
    if not lifecycle.map_inputs(step, element, node):
        return
    order = jobs.order_of(step, element, node)
    if order is not None and lifecycle.activate(step, element, node):
        jobs.create(step, element, order)


def resume(step: Step, element: ElementInstance, node: Node) -> None:
    """An incident was resolved: if it was the job's, the job can be taken again; else the task takes up its
    course.
    """
    job_key = step.current().job_of.get(element.key)
    if job_key is not None:
        jobs.reactivate(step, step.current().jobs[job_key])
    else:
        lifecycle.resume(step, element, node)


def terminating(step: Step, element: ElementInstance, node: Node) -> None:
    """The job goes with its task."""
    jobs.cancel_job_of(step, element.key)


ROOM = Room(beginning=beginning, resume=resume, terminating=terminating)
