"""What a program can ask of the user tasks of its engine: the verbs of those who do work by hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from counterflow.engine.footing import Footing
from counterflow.engine.lookups import all_user_tasks, find_user_task
from counterflow.engine.results import document, key_or_name, mistake, text, truth, whole, whole_key
from counterflow.kernel.lives.user_task_commands import (
    AssignUserTask,
    CompleteUserTask,
    ThrowUserTaskError,
    UnassignUserTask,
    UpdateUserTask,
)
from counterflow.queries.forms import form
from counterflow.queries.shapes import FormSchema, ShownUserTask, UserTask
from counterflow.queries.user_tasks import UserTaskFilter, user_task

Variables = Mapping[str, Any]


class UserTaskVerbs(Footing):
    """The verbs about work for people. A task is named by its key, or it is the oldest open one of an element
    (`NothingThere` where there is none); `by` says who does something to it, for the history.
    """

    async def user_tasks(
        self,
        *,
        assignee: str = "",
        group: str = "",
        user: str = "",
        process_id: str = "",
        process_instance_key: int = 0,
        element: str = "",
        state: str = "",
    ) -> list[UserTask]:
        """User tasks, newest first: those that are open, unless a state is asked for.

        Each is told as far as it is assigned to somebody, or offered to a group or a user. Raises
        `Rejection` for an unknown instance.
        """
        chosen = UserTaskFilter(
            assignee=text(assignee, "an assignee"),
            candidate_group=text(group, "a candidate group"),
            candidate_user=text(user, "a candidate user"),
            bpmn_process_id=text(process_id, "the id of a process"),
            process_instance_key=whole_key(process_instance_key),
            element_id=text(element, "the id of an element"),
            state=text(state, "a state"),
        )
        return await self._ask(lambda store: all_user_tasks(store, chosen))

    async def user_task(self, task: int | str) -> ShownUserTask:
        """One user task, with what was done to it, its headers and the variables that it sees."""
        key = await self._key_of_user_task(task)
        return await self._ask(lambda store: user_task(store, key))

    async def form(self, task: int | str) -> FormSchema:
        """The form of a user task, or the form with a key. Raises `Rejection` where there is none here."""
        key = await self._key_of_user_task(task)
        return await self._ask(lambda store: form(store, key))

    async def claim(self, task: int | str, user: str, *, by: str = "") -> None:
        """Take a user task that nobody else has."""
        await self._assign(task, user, allow_override=False, by=by or user)

    async def assign(self, task: int | str, user: str, *, allow_override: bool = True, by: str = "") -> None:
        """Give a user task to somebody; without `allow_override` only one that nobody else has."""
        await self._assign(task, user, allow_override=truth(allow_override, "allow_override"), by=by)

    async def unassign(self, task: int | str, *, by: str = "") -> None:
        """Take a user task from whoever has it."""
        key = await self._key_of_user_task(task)
        await self._carry_out(UnassignUserTask(user_task_key=key, by=text(by, "a name")))

    async def update_user_task(
        self,
        task: int | str,
        *,
        groups: Iterable[str] | None = None,
        users: Iterable[str] | None = None,
        due_date: str | None = None,
        follow_up_date: str | None = None,
        priority: int | None = None,
        by: str = "",
    ) -> None:
        """Change who may do a user task, until when, or how urgent it is; what is None stays."""
        command = UpdateUserTask(
            user_task_key=await self._key_of_user_task(task),
            candidate_groups=_names(groups, "groups"),
            candidate_users=_names(users, "users"),
            due_date=None if due_date is None else text(due_date, "a due date"),
            follow_up_date=None if follow_up_date is None else text(follow_up_date, "a follow-up date"),
            priority=None if priority is None else whole(priority, "a priority"),
            by=text(by, "a name"),
        )
        await self._carry_out(command)

    async def complete_user_task(
        self, task: int | str, variables: Variables | None = None, *, by: str = "", action: str = ""
    ) -> None:
        """Complete a user task, with the variables of its result."""
        command = CompleteUserTask(
            user_task_key=await self._key_of_user_task(task),
            variables=document(variables),
            by=text(by, "a name"),
            action=text(action, "the name of an action"),
        )
        await self._carry_out(command)

    async def throw_user_task_error(
        self,
        task: int | str,
        code: str,
        message: str = "",
        variables: Variables | None = None,
        *,
        by: str = "",
    ) -> None:
        """End a user task with a BPMN error. Raises `Rejection` where nothing catches it."""
        command = ThrowUserTaskError(
            user_task_key=await self._key_of_user_task(task),
            error_code=text(code, "the code of an error"),
            message=text(message, "the message of an error"),
            variables=document(variables),
            by=text(by, "a name"),
        )
        await self._carry_out(command)

    async def _assign(self, task: int | str, user: str, *, allow_override: bool, by: str) -> None:
        command = AssignUserTask(
            user_task_key=await self._key_of_user_task(task),
            assignee=text(user, "a user"),
            allow_override=allow_override,
            by=text(by, "a name"),
        )
        await self._carry_out(command)

    async def _key_of_user_task(self, task: int | str) -> int:
        task = key_or_name(task, "a user task")
        if isinstance(task, int):
            return task
        return (await self._ask(lambda store: find_user_task(store, task))).key


def _names(names: Iterable[str] | None, what: str) -> tuple[str, ...] | None:
    if names is None:
        return None
    if isinstance(names, str):
        raise mistake(f"Expected {what} as a list of names, but found one text: {names!r}")
    return tuple(text(name, "a name") for name in names)
