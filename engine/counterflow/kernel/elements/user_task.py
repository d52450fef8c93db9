"""User tasks that people take and complete. BPMN 2.0.2, 10.2.3 and 13.3.3.

One without a mark of its own dialect that makes it a task for people is a job like any other (`job_task.py`);
and so is one that was begun by a version before 0.2.0, which knew no others: its job is completed as before.
"""

from __future__ import annotations

from counterflow.kernel.course import entering, leaving
from counterflow.kernel.course.room import room
from counterflow.kernel.lives import jobs, user_task_transitions, user_tasks
from counterflow.kernel.lives.user_tasks import UserTaskChange
from counterflow.kernel.work.step import Token
from counterflow.model.graph import Transition


def beginning(token: Token) -> None:
    """Know what to ask a person for, then ask."""
    entering.map_inputs(token)
    order = user_tasks.order_of(token)
    entering.activate(token)
    key = user_tasks.create(token, order)
    created = UserTaskChange(transition=Transition.CREATING, assignee=order.assignment.assignee or None)
    user_task_transitions.ask(token, key, created)


def resume(token: Token) -> None:
    """An incident was resolved: the task or its listeners go on, or an old job can be taken again."""
    job_key = token.instance.job_of.get(token.key)
    if job_key is not None:
        jobs.reactivate(token, token.instance.jobs[job_key])
    elif not user_task_transitions.resume(token):
        leaving.resume(token)


ROOM = room(beginning=beginning, resume=resume, terminating=user_task_transitions.terminating)
