"""`counterflow.v1`, its calls about work for people: look for it, take it, give it, change it, do it."""

from __future__ import annotations

from collections.abc import Mapping

from counterflow.edge.grpc.calls import Behaviour
from counterflow.edge.grpc.counterflow_v1.reading import Reading
from counterflow.edge.grpc.counterflow_v1.to_wire import fill_user_task, message, messages, state_of
from counterflow.kernel.lives.user_task_commands import (
    AssignUserTask,
    CompleteUserTask,
    ThrowUserTaskError,
    UnassignUserTask,
    UpdateUserTask,
)
from counterflow.queries import shapes
from counterflow.queries.forms import form
from counterflow.queries.user_tasks import UserTaskFilter, list_user_tasks, user_task
from counterflow.service.requests import document
from counterflow.service.service import Service
from counterflow.store.port import Store
from counterflow.wire.contract import Call
from counterflow_wire import counterflow_v1 as wire


class UserTaskCalls:
    """The calls about user tasks and their forms."""

    def __init__(self, service: Service) -> None:
        self._read = Reading(service).read
        self._do = service.commands.do
        self._variable_bytes = service.settings.variable_bytes

    def behaviours(self) -> Mapping[str, Behaviour]:
        """By rpc."""
        return {
            "ListUserTasks": self.list_user_tasks,
            "GetUserTask": self.get_user_task,
            "AssignUserTask": self.assign,
            "UnassignUserTask": self.unassign,
            "UpdateUserTask": self.update,
            "CompleteUserTask": self.complete,
            "ThrowUserTaskError": self.throw_error,
            "GetForm": self.get_form,
        }

    async def list_user_tasks(
        self, request: wire.ListUserTasksRequest, call: Call
    ) -> wire.ListUserTasksResponse:
        """Work for people."""
        chosen = UserTaskFilter(
            assignee=request.assignee,
            candidate_group=request.candidate_group,
            candidate_user=request.candidate_user,
            bpmn_process_id=request.bpmn_process_id,
            process_instance_key=request.process_instance_key,
            element_id=request.element_id,
            state=state_of(shapes.UserTask, "a user task", request.state),
        )

        def read(store: Store) -> wire.ListUserTasksResponse:
            page = list_user_tasks(store, chosen, page_size=request.page_size, page_key=request.page_key)
            return wire.ListUserTasksResponse(
                user_tasks=messages(wire.UserTask, page.items), next_page_key=page.next_page_key
            )

        return await self._read(read)

    async def get_user_task(self, request: wire.GetUserTaskRequest, call: Call) -> wire.GetUserTaskResponse:
        """One of them, with what whoever does it needs."""

        def read(store: Store) -> wire.GetUserTaskResponse:
            task = user_task(store, request.user_task_key)
            answer = message(wire.GetUserTaskResponse, task)
            fill_user_task(answer.user_task, task.task)
            answer.variables.extend(messages(wire.Variable, task.variables))
            return answer

        return await self._read(read)

    async def assign(self, request: wire.AssignUserTaskRequest, call: Call) -> wire.AssignUserTaskResponse:
        """Somebody is to do it."""
        await self._do(
            AssignUserTask(
                user_task_key=request.user_task_key,
                assignee=request.assignee,
                allow_override=request.allow_override,
                by=_who(request.by, call),
                action=request.action,
            )
        )
        return wire.AssignUserTaskResponse()

    async def unassign(
        self, request: wire.UnassignUserTaskRequest, call: Call
    ) -> wire.UnassignUserTaskResponse:
        """Nobody in particular is to do it."""
        by = _who(request.by, call)
        await self._do(UnassignUserTask(user_task_key=request.user_task_key, by=by, action=request.action))
        return wire.UnassignUserTaskResponse()

    async def update(self, request: wire.UpdateUserTaskRequest, call: Call) -> wire.UpdateUserTaskResponse:
        """Something of it is another now."""
        names = {
            field: tuple(getattr(request, field).names) if request.HasField(field) else None
            for field in ("candidate_groups", "candidate_users")
        }
        await self._do(
            UpdateUserTask(
                user_task_key=request.user_task_key,
                candidate_groups=names["candidate_groups"],
                candidate_users=names["candidate_users"],
                due_date=request.due_date if request.HasField("due_date") else None,
                follow_up_date=request.follow_up_date if request.HasField("follow_up_date") else None,
                priority=request.priority if request.HasField("priority") else None,
                by=_who(request.by, call),
                action=request.action,
            )
        )
        return wire.UpdateUserTaskResponse()

    async def complete(
        self, request: wire.CompleteUserTaskRequest, call: Call
    ) -> wire.CompleteUserTaskResponse:
        """It is done."""
        await self._do(
            CompleteUserTask(
                user_task_key=request.user_task_key,
                variables=document(request.variables_json, self._variable_bytes),
                by=_who(request.by, call),
                action=request.action,
            )
        )
        return wire.CompleteUserTaskResponse()

    async def throw_error(
        self, request: wire.ThrowUserTaskErrorRequest, call: Call
    ) -> wire.ThrowUserTaskErrorResponse:
        """It cannot be done, and the process knows what then."""
        await self._do(
            ThrowUserTaskError(
                user_task_key=request.user_task_key,
                error_code=request.error_code,
                message=request.error_message,
                variables=document(request.variables_json, self._variable_bytes),
                by=_who(request.by, call),
            )
        )
        return wire.ThrowUserTaskErrorResponse()

    async def get_form(self, request: wire.GetFormRequest, call: Call) -> wire.GetFormResponse:
        """What whoever does it fills in."""
        return await self._read(lambda store: message(wire.GetFormResponse, form(store, request.key)))


def _who(by: str, call: Call) -> str:
    """Who does something to a task: as they say, else as their certificate does."""
    return by or next(iter(call.caller.identities), "")
