"""What people ask of user tasks: take them, give them, change them, do them.

Whoever asks is told why it cannot be; nothing has changed then.
"""

from __future__ import annotations

from collections.abc import Iterable

from counterflow.kernel.data import scopes
from counterflow.kernel.events import error
from counterflow.kernel.lives.user_task_transitions import UPDATE, ask, refuse_busy
from counterflow.kernel.lives.user_tasks import (
    Corrections,
    UserTaskChange,
    UserTaskErrorThrown,
    refuse_long,
    refuse_unfit,
)
from counterflow.kernel.rows import UserTask
from counterflow.kernel.state.swept import is_swept
from counterflow.kernel.vocabulary import Command, Rejection, RejectionType, ToldLater
from counterflow.kernel.work.held import Held
from counterflow.kernel.work.step import Step, Token
from counterflow.model.graph import Transition

MESSAGE_LIMIT = 10_000
ASSIGN, CLAIM, UNASSIGN, COMPLETE = "assign", "claim", "unassign", "complete"
"""What an action is called that nobody has named."""


class AssignUserTask(Command, frozen=True, kw_only=True, gc=False):
    """Give a task to somebody; without `allow_override` only one that nobody else has."""

    user_task_key: int
    assignee: str
    allow_override: bool = True
    by: str = ""
    action: str = ""


class UnassignUserTask(Command, frozen=True, kw_only=True, gc=False):
    """Take a task from whoever has it."""

    user_task_key: int
    by: str = ""
    action: str = ""


class UpdateUserTask(Command, frozen=True, kw_only=True, gc=False):
    """Change who may do a task, until when, or how urgent it is; what is None stays, what is empty goes."""

    user_task_key: int
    candidate_groups: tuple[str, ...] | None = None
    candidate_users: tuple[str, ...] | None = None
    due_date: str | None = None
    follow_up_date: str | None = None
    priority: int | None = None
    by: str = ""
    action: str = ""


class CompleteUserTask(Command, frozen=True, kw_only=True, gc=False):
    """The task is done; `variables` are its result."""

    user_task_key: int
    variables: dict[str, bytes]
    by: str = ""
    action: str = ""


class ThrowUserTaskError(Command, frozen=True, kw_only=True, gc=False):
    """The task ends with a BPMN error, which the process has to catch."""

    user_task_key: int
    error_code: str
    message: str = ""
    variables: dict[str, bytes]
    by: str = ""


def decide_assign(step: Step, command: AssignUserTask) -> ToldLater | None:
    """AssignUserTask: given to somebody, or taken by somebody who finds it free."""
    refuse_long(command.assignee, command.by, command.action)
    if not command.assignee.strip():
        raise _invalid(
            "Expected to assign a user task to somebody, but the assignee is empty; unassign it instead"
        )
    intent = ASSIGN if command.allow_override else CLAIM
    task, token = _find(step, command.user_task_key, intent)
    if not command.allow_override and task.assignee not in {"", command.assignee}:
        raise Rejection(
            RejectionType.INVALID_STATE,
            f"Expected to claim user task with key '{task.key}', but it is assigned to '{task.assignee}'; "
            "let them give it back, or assign it to override that",
        )
    change = UserTaskChange(
        transition=Transition.ASSIGNING,
        assignee=command.assignee,
        by=command.by,
        action=command.action or intent,
    )
    return ask(token, task.key, change)


def decide_unassign(step: Step, command: UnassignUserTask) -> ToldLater | None:
    """UnassignUserTask: it waits for anybody again."""
    refuse_long(command.by, command.action)
    task, token = _find(step, command.user_task_key, UNASSIGN)
    change = UserTaskChange(
        transition=Transition.ASSIGNING, assignee="", by=command.by, action=command.action or UNASSIGN
    )
    return ask(token, task.key, change)


def decide_update(step: Step, command: UpdateUserTask) -> ToldLater | None:
    """UpdateUserTask: what is given is changed, all of it or none."""
    refuse_long(command.by, command.action)
    task, token = _find(step, command.user_task_key, UPDATE)
    corrections = Corrections(
        candidate_groups=_unique(command.candidate_groups),
        candidate_users=_unique(command.candidate_users),
        due_date=command.due_date,
        follow_up_date=command.follow_up_date,
        priority=command.priority,
    )
    refuse_unfit(token, corrections)
    if not corrections.given and not command.action:
        raise _invalid(
            "Expected something of the user task to update (candidates, dates or priority), or an action, "
            "but found neither"
        )
    change = UserTaskChange(
        transition=Transition.UPDATING, by=command.by, action=command.action or UPDATE, **corrections.given
    )
    return ask(token, task.key, change)


def decide_complete(step: Step, command: CompleteUserTask) -> ToldLater | None:
    """CompleteUserTask: the process goes on."""
    refuse_long(command.by, command.action)
    task, token = _find(step, command.user_task_key, COMPLETE)
    scopes.refuse_large(step, command.variables)
    change = UserTaskChange(
        transition=Transition.COMPLETING,
        variables=command.variables,
        by=command.by,
        action=command.action or COMPLETE,
    )
    return ask(token, task.key, change)


def decide_throw_error(step: Step, command: ThrowUserTaskError) -> None:
    """ThrowUserTaskError: as a worker's, but where nothing catches it the task stays."""
    refuse_long(command.by)
    task, token = _find(step, command.user_task_key, "throw an error for")
    scopes.refuse_large(step, command.variables)
    if error.find_catch(token, command.error_code) is None:
        raise Rejection(
            RejectionType.INVALID_STATE,
            f"Expected something to catch the error with code '{command.error_code}' of user task "
            f"'{task.key}', but found no boundary event and no event sub-process for it, up to the "
            "process; complete the task, or cancel the instance",
        )
    thrown = error.ThrownError(command.error_code, command.message[:MESSAGE_LIMIT], command.variables)
    try:
        catch = error.reach(token, thrown)
    except Held as held:
        raise Rejection(RejectionType.INVALID_STATE, held.fact) from held
    token.emit(UserTaskErrorThrown(task.key, thrown.code, thrown.message, command.by))
    error.catch_error(catch, thrown)


def _find(step: Step, key: int, intent: str) -> tuple[UserTask, Token]:
    """The open task of this key, and its element. Raises `Rejection`: there is none, or it is set aside."""
    instance = step.state.owner_of(UserTask, key)
    task = instance.rows[UserTask].get(key) if instance is not None else None
    if instance is None or task is None or is_swept(step.state, instance, task.element_instance_key):
        raise Rejection(
            RejectionType.NOT_FOUND,
            f"Expected to {intent} user task with key '{key}', but no such user task is open; "
            "`counterflow tasks` lists those that are",
        )
    token = step.admitted_to(instance).token(task.element_instance_key)
    refuse_busy(token, task, intent)
    return task, token


def _unique(names: Iterable[str] | None) -> tuple[str, ...] | None:
    return None if names is None else tuple(dict.fromkeys(names))


def _invalid(reason: str) -> Rejection:
    return Rejection(RejectionType.INVALID_ARGUMENT, reason)


COMMANDS = {
    AssignUserTask: decide_assign,
    UnassignUserTask: decide_unassign,
    UpdateUserTask: decide_update,
    CompleteUserTask: decide_complete,
    ThrowUserTaskError: decide_throw_error,
}
