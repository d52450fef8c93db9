"""What the log says of user tasks: who has had them, what was changed, and who has done them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from counterflow.kernel.lives import user_task_transitions, user_tasks
from counterflow.kernel.vocabulary import Event
from counterflow.queries.shapes import UserTask, UserTaskAct
from counterflow.queries.story.story import Addition, Story

REMEMBERED_ACTS = 1_000
"""Of one task; it may be given from hand to hand for years."""


def new_user_task(key: int, now_ms: int) -> UserTask:
    """A task of which only its key is known so far."""
    return UserTask(key, 0, "", 0, "", now_ms, acts=[])


def _added(story: Story, event: user_tasks.UserTaskCreated) -> None:
    element = story.elements[event.element_instance_key]
    task = new_user_task(event.key, story.now_ms)
    task.process_instance_key, task.bpmn_process_id = story.created.key, story.created.bpmn_process_id
    task.element_instance_key, task.element_id = element.key, element.element_id
    task.element_name = element.element_name
    _created(task, event, story.now_ms)
    story.user_tasks[event.key] = task
    element.user_tasks.append(task)


def _changed(story: Story, event: Any) -> None:
    CHANGES[type(event)](story.user_tasks[event.key], event, story.now_ms)


# -- what becomes of one, at the moment of the event ---------------------------------------------------------


def _created(task: UserTask, event: user_tasks.UserTaskCreated, now_ms: int) -> None:
    task.candidate_groups, task.candidate_users = list(event.candidate_groups), list(event.candidate_users)
    task.due_date, task.follow_up_date = event.due_date, event.follow_up_date
    task.priority, task.form_key, task.external_form = event.priority, event.form_key, event.external_form
    _record(task, UserTaskAct("created", now_ms))


def _assigned(task: UserTask, event: user_tasks.UserTaskAssigned, now_ms: int) -> None:
    task.assignee = event.assignee
    task.state = "assigned" if event.assignee else "created"
    what = "assigned" if event.assignee else "unassigned"
    _record(task, UserTaskAct(what, now_ms, event.by, event.action, event.assignee))


def _updated(task: UserTask, event: user_tasks.UserTaskUpdated, now_ms: int) -> None:
    changed = [
        _change(task, name, value)
        for name in user_tasks.CORRECTABLE
        if name != "assignee" and (value := getattr(event, name)) is not None
    ]
    _record(task, UserTaskAct("updated", now_ms, event.by, event.action, task.assignee, "; ".join(changed)))


def _begun(task: UserTask, event: user_task_transitions.UserTaskTransitionBegun, _: int) -> None:
    """Its listeners are asked: nothing has become of it yet."""
    task.state = event.change.transition.value


def _corrected(task: UserTask, event: user_task_transitions.UserTaskTransitionEnded, now_ms: int) -> None:
    corrected = [_change(task, name, value) for name, value in event.corrections.given.items()]
    task.state = "assigned" if task.assignee else "created"
    if corrected:
        _record(task, UserTaskAct("corrected", now_ms, assignee=task.assignee, details="; ".join(corrected)))


def _denied(task: UserTask, event: user_task_transitions.UserTaskTransitionDenied, now_ms: int) -> None:
    what, task.state = task.state, "assigned" if task.assignee else "created"
    details = f"{what}: {event.reason}" if event.reason else what
    _record(task, UserTaskAct("denied", now_ms, assignee=task.assignee, details=details))


def _change(task: UserTask, name: str, value: Any) -> str:
    """Something of it is another; answers that in words."""
    setattr(task, name, list(value) if isinstance(value, tuple) else value)
    shown = ", ".join(value) if isinstance(value, tuple) else str(value)
    return f"{name.replace('_', ' ')}: {shown or 'none'}"


def _nothing(_: UserTask, __: Any, ___: int) -> None:
    """What a listener has said is told when the last of them has answered."""


def _completed(task: UserTask, event: user_tasks.UserTaskCompleted, now_ms: int) -> None:
    _end(task, UserTaskAct("completed", now_ms, event.by, event.action, task.assignee))


def _error_thrown(task: UserTask, event: user_tasks.UserTaskErrorThrown, now_ms: int) -> None:
    said = f": {event.message}" if event.message else ""
    details = f"error {event.error_code}{said}"
    _end(task, UserTaskAct("failed", now_ms, event.by, "", task.assignee, details))


def _canceled(task: UserTask, _: user_tasks.UserTaskCanceled, now_ms: int) -> None:
    _end(task, UserTaskAct("canceled", now_ms, assignee=task.assignee))


def _end(task: UserTask, act: UserTaskAct) -> None:
    task.state, task.ended_at_ms, task.ended_by, task.action = act.what, act.at_ms, act.by, act.action
    _record(task, act)


def _record(task: UserTask, act: UserTaskAct) -> None:
    task.acts.append(act)
    if len(task.acts) > REMEMBERED_ACTS:
        del task.acts[1]


UserTaskEffect = Callable[[UserTask, Any, int], None]
CHANGES: Mapping[type[Event], UserTaskEffect] = {
    user_tasks.UserTaskCreated: _created,
    user_tasks.UserTaskAssigned: _assigned,
    user_tasks.UserTaskUpdated: _updated,
    user_tasks.UserTaskCompleted: _completed,
    user_tasks.UserTaskErrorThrown: _error_thrown,
    user_tasks.UserTaskCanceled: _canceled,
    user_task_transitions.UserTaskTransitionBegun: _begun,
    user_task_transitions.UserTaskCorrected: _nothing,
    user_task_transitions.UserTaskListenersPassed: _nothing,
    user_task_transitions.UserTaskTransitionEnded: _corrected,
    user_task_transitions.UserTaskTransitionDenied: _denied,
}
"""By kind of event, what becomes of the task that is its `key`."""

ADDITIONS: Mapping[type[Event], Addition] = {
    **dict.fromkeys(CHANGES, _changed),
    user_tasks.UserTaskCreated: _added,
}
