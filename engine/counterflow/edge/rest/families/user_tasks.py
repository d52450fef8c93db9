"""What people do to user tasks: take them, give them, change them, do them."""

from __future__ import annotations

from collections.abc import Sequence

from counterflow.edge.rest.calls import carried_out, key_of
from counterflow.edge.rest.operations import Operation, RestCall
from counterflow.edge.rest.shapes.user_tasks import (
    FormResult,
    UserTaskAssignment,
    UserTaskChangeset,
    UserTaskCompletion,
    UserTaskUpdate,
)
from counterflow.edge.rest.variables import text_of
from counterflow.kernel.lives.user_task_commands import (
    AssignUserTask,
    CompleteUserTask,
    UnassignUserTask,
    UpdateUserTask,
)
from counterflow.queries.forms import form, form_of_task
from counterflow.queries.shapes import FormSchema
from counterflow.service.requests import document
from counterflow.service.service import Service


class UserTaskOperations:
    """The operations about user tasks and their forms."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._ask = service.questions.ask
        self._variable_bytes = service.settings.variable_bytes

    def operations(self) -> Sequence[Operation]:
        """All of them."""
        task = "/user-tasks/{userTaskKey}"
        return (
            Operation(
                "assignUserTask",
                "POST",
                f"{task}/assignment",
                "Give a task to somebody; without allowOverride only one that nobody else has.",
                self.assign,
                UserTaskAssignment,
            ),
            Operation(
                "unassignUserTask",
                "DELETE",
                f"{task}/assignee",
                "Take a task from whoever has it.",
                self.unassign,
            ),
            Operation(
                "updateUserTask",
                "PATCH",
                task,
                "Change who may do a task, until when, or how urgent it is.",
                self.update,
                UserTaskUpdate,
            ),
            Operation(
                "completeUserTask",
                "POST",
                f"{task}/completion",
                "A task is done.",
                self.complete,
                UserTaskCompletion,
            ),
            Operation(
                "getUserTaskForm",
                "GET",
                f"{task}/form",
                "The form of a task; 204 where it has none.",
                self.form_of,
                response=FormResult,
                may_be_empty=True,
            ),
            Operation(
                "getFormByKey", "GET", "/forms/{formKey}", "A form.", self.form_by_key, response=FormResult
            ),
        )

    async def assign(self, call: RestCall) -> None:
        """Somebody is to do it."""
        body: UserTaskAssignment = call.body
        command = AssignUserTask(
            user_task_key=key_of(call, "userTaskKey"),
            assignee=body.assignee,
            allow_override=body.allow_override is not False,
            by=_who(call),
            action=body.action or "",
        )
        await carried_out(self._service, call, command)

    async def unassign(self, call: RestCall) -> None:
        """Nobody in particular is to do it."""
        command = UnassignUserTask(user_task_key=key_of(call, "userTaskKey"), by=_who(call))
        await carried_out(self._service, call, command)

    async def update(self, call: RestCall) -> None:
        """Something of it is another now."""
        body: UserTaskUpdate = call.body
        changes = body.changeset or UserTaskChangeset()
        command = UpdateUserTask(
            user_task_key=key_of(call, "userTaskKey"),
            candidate_groups=_names(changes.candidate_groups),
            candidate_users=_names(changes.candidate_users),
            due_date=changes.due_date,
            follow_up_date=changes.follow_up_date,
            priority=changes.priority,
            by=_who(call),
            action=body.action or "",
        )
        await carried_out(self._service, call, command)

    async def complete(self, call: RestCall) -> None:
        """It is done."""
        body: UserTaskCompletion = call.body
        command = CompleteUserTask(
            user_task_key=key_of(call, "userTaskKey"),
            variables=document(text_of(body.variables), self._variable_bytes),
            by=_who(call),
            action=body.action or "",
        )
        await carried_out(self._service, call, command)

    async def form_of(self, call: RestCall) -> FormResult | None:
        """What whoever does it fills in."""
        key = key_of(call, "userTaskKey")
        form = await self._ask(lambda store: form_of_task(store, key))
        return _told(form) if form is not None else None

    async def form_by_key(self, call: RestCall) -> FormResult:
        """A version of a form."""
        key = key_of(call, "formKey")
        return _told(await self._ask(lambda store: form(store, key)))


def _told(form: FormSchema) -> FormResult:
    return FormResult(
        form_id=form.form_id, schema=form.schema_json, version=form.version, form_key=str(form.key)
    )


def _names(given: Sequence[str] | None) -> tuple[str, ...] | None:
    return None if given is None else tuple(given)


def _who(call: RestCall) -> str:
    """Who does something to a task: whom their certificate names."""
    return next(iter(call.visitor.caller.identities), "")
