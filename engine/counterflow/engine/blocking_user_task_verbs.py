"""The verbs about user tasks for programs that wait for each of them; what they mean is the same."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Coroutine, Iterable
from typing import Any, TypeVar

from counterflow.engine.handlers import Variables
from counterflow.engine.verbs import Verbs
from counterflow.queries.shapes import FormSchema, ShownUserTask, UserTask

Answer = TypeVar("Answer")


class BlockingUserTaskVerbs(ABC):
    """The verbs about work for people, each of which returns when it is done."""

    _verbs: Verbs

    @abstractmethod
    def _wait(self, verb: Coroutine[Any, Any, Answer]) -> Answer:
        """Run a verb to its end."""

    def user_tasks(
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
        return self._wait(
            self._verbs.user_tasks(
                assignee=assignee,
                group=group,
                user=user,
                process_id=process_id,
                process_instance_key=process_instance_key,
                element=element,
                state=state,
            )
        )

    def user_task(self, task: int | str) -> ShownUserTask:
        """One user task, with what was done to it, its headers and the variables that it sees."""
        return self._wait(self._verbs.user_task(task))

    def form(self, task: int | str) -> FormSchema:
        """The form of a user task, or the form with a key. Raises `Rejection` where there is none here."""
        return self._wait(self._verbs.form(task))

    def claim(self, task: int | str, user: str, *, by: str = "") -> None:
        """Take a user task that nobody else has."""
        self._wait(self._verbs.claim(task, user, by=by))

    def assign(self, task: int | str, user: str, *, allow_override: bool = True, by: str = "") -> None:
        """Give a user task to somebody; without `allow_override` only one that nobody else has."""
        self._wait(self._verbs.assign(task, user, allow_override=allow_override, by=by))

    def unassign(self, task: int | str, *, by: str = "") -> None:
        """Take a user task from whoever has it."""
        self._wait(self._verbs.unassign(task, by=by))

    def update_user_task(
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
        self._wait(
            self._verbs.update_user_task(
                task,
                groups=groups,
                users=users,
                due_date=due_date,
                follow_up_date=follow_up_date,
                priority=priority,
                by=by,
            )
        )

    def complete_user_task(
        self, task: int | str, variables: Variables | None = None, *, by: str = "", action: str = ""
    ) -> None:
        """Complete a user task, with the variables of its result."""
        self._wait(self._verbs.complete_user_task(task, variables, by=by, action=action))

    def throw_user_task_error(
        self,
        task: int | str,
        code: str,
        message: str = "",
        variables: Variables | None = None,
        *,
        by: str = "",
    ) -> None:
        """End a user task with a BPMN error. Raises `Rejection` where nothing catches it."""
        self._wait(self._verbs.throw_user_task_error(task, code, message, variables, by=by))
