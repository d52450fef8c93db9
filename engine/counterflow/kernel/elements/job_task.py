"""Tasks that a worker does: service, send, script, business rule and user tasks become jobs.

BPMN 2.0.2, 13.3.3.
"""

from __future__ import annotations

from counterflow.kernel.course import asking, entering, leaving
from counterflow.kernel.course.room import room
from counterflow.kernel.lives import jobs
from counterflow.kernel.work.step import Token


def beginning(token: Token) -> None:
    """Know what to ask a worker for, then ask."""
    entering.map_inputs(token)
    order = asking.order_of(token)
    entering.activate(token)
    asking.create(token, order)


def resume(token: Token) -> None:
    """An incident was resolved: its job can be taken again, or the task takes up its course."""
    job_key = token.instance.job_of.get(token.key)
    if job_key is not None:
        jobs.reactivate(token, token.instance.jobs[job_key])
    else:
        leaving.resume(token)


ROOM = room(beginning=beginning, resume=resume)
