"""The life of a user task: work that a person does.

    creating ─ created ─┬─ assigning ─ assigned ─┬─ completing ─ completed
                        ├─ updating ── (as it was)┤
                        │                         ├─ an error was thrown ─ failed
                        └─ assigning (to nobody) ─┘─ canceling ─ canceled (its element was swept away)

What is asked of a task is a `UserTaskChange`. Its listeners have their say before it is settled here
(`user_task_transitions.py`). Each event tells who did it, as far as the caller has said so.

A task is completed once: the second who tries finds none (NOT_FOUND). Who completes it need not be its
assignee, as in Camunda 7 and 8; whoever lets people in decides that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec
from msgspec.structs import replace

from counterflow.kernel.course import leaving
from counterflow.kernel.data import assignments, evaluation, scopes
from counterflow.kernel.lives import forms
from counterflow.kernel.rows import EndedUserTask, UserTask, UserTaskCandidate
from counterflow.kernel.state.instance import InstanceState
from counterflow.kernel.state.partition import State
from counterflow.kernel.unfinished import UserTaskTransition
from counterflow.kernel.vocabulary import BrokenInvariant, InstanceEvent, Rejection, RejectionType
from counterflow.kernel.work.held import Held, IncidentType
from counterflow.kernel.work.step import Token
from counterflow.model import timer_texts
from counterflow.model.graph import Binding, FormReference, Transition, UserTaskDefinition

CREATED, ASSIGNED = "created", "assigned"
COMPLETED, FAILED, CANCELED = "completed", "failed", "canceled"


class UserTaskCreated(InstanceEvent, frozen=True):
    """A task waits for a person."""

    key: int
    element_instance_key: int
    candidate_groups: tuple[str, ...] = ()
    candidate_users: tuple[str, ...] = ()
    due_date: str = ""
    follow_up_date: str = ""
    priority: int = 50
    form_key: int = 0
    external_form: str = ""


class UserTaskAssigned(InstanceEvent, frozen=True):
    """Somebody is to do the task; nobody in particular where the `assignee` is empty."""

    key: int
    assignee: str
    by: str = ""
    action: str = ""


class UserTaskUpdated(InstanceEvent, frozen=True):
    """Who may do the task, until when or how urgently is another now; None says that it stays."""

    key: int
    candidate_groups: tuple[str, ...] | None = None
    candidate_users: tuple[str, ...] | None = None
    due_date: str | None = None
    follow_up_date: str | None = None
    priority: int | None = None
    by: str = ""
    action: str = ""


class UserTaskCompleted(InstanceEvent, frozen=True):
    """Somebody has done the task. `result` is kept only where the undo of the activity asks for it."""

    key: int
    by: str = ""
    action: str = ""
    result: bytes | None = None


class UserTaskErrorThrown(InstanceEvent, frozen=True):
    """Somebody has ended the task with a BPMN error, which an event of the process catches."""

    key: int
    error_code: str
    message: str
    by: str = ""


class UserTaskCanceled(InstanceEvent, frozen=True):
    """The task's element was swept away."""

    key: int


class Corrections(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What listeners set right in a task while something becomes of it; None says that it stays."""

    assignee: str | None = None
    candidate_groups: tuple[str, ...] | None = None
    candidate_users: tuple[str, ...] | None = None
    due_date: str | None = None
    follow_up_date: str | None = None
    priority: int | None = None

    @property
    def given(self) -> dict[str, Any]:
        """The values that are not to stay, by name."""
        return {name: value for name in CORRECTABLE if (value := getattr(self, name)) is not None}


CORRECTABLE = Corrections.__struct_fields__
"""What of a task can be another, by name."""


class UserTaskChange(Corrections, frozen=True, kw_only=True, omit_defaults=True):
    """What is asked of a task, by whom, and under which name.

    `is_first` is the assignment with which a task begins. Of the variables of an update `is_local` says where
    they go, and `document_key` what whoever sets them is answered.
    """

    transition: Transition
    by: str = ""
    action: str = ""
    variables: Mapping[str, bytes] = {}
    is_first: bool = False
    is_local: bool = False
    document_key: int = 0


class UserTaskOrder(msgspec.Struct, frozen=True):
    """What a person is asked for: the assignment, and the form."""

    assignment: assignments.Assignment
    form_key: int
    external_form: str


def order_of(token: Token) -> UserTaskOrder:
    """What a person is asked for by a task. Raises `Held` where something gives no value, or no form is
    there.
    """
    definition = definition_of(token)
    assignment = assignments.compute(token, definition)
    external = assignments.text(token, definition.form_key, "the form key", is_optional=definition.is_lenient)
    if definition.form is None:
        return UserTaskOrder(assignment, 0, external)
    form_id = evaluation.label(token, definition.form.form_id, "the id of a form")
    try:
        return UserTaskOrder(assignment, _form_key(token, definition.form, form_id), external)
    except forms.FormMissing as missing:
        if definition.is_lenient:
            return UserTaskOrder(assignment, 0, external or form_id)
        raise Held(
            IncidentType.FORM_NOT_FOUND,
            f"Expected '{token.node.id}' to be done with form '{form_id}', but {missing}",
        ) from missing


def definition_of(token: Token) -> UserTaskDefinition:
    """What the model says of a user task."""
    definition = token.node.work
    if not isinstance(definition, UserTaskDefinition):
        raise BrokenInvariant(f"user task '{token.node.id}' has no definition")
    return definition


def refuse_unfit(token: Token, corrections: Corrections) -> None:
    """Raises `Rejection` for what no user task may have."""
    for what, date in (("due date", corrections.due_date), ("follow-up date", corrections.follow_up_date)):
        if date and timer_texts.moment(date) is None:
            raise _invalid(
                f"Expected the {what} of a user task to be a date and time in ISO 8601, such as "
                f"2030-01-31T09:00:00Z, but found '{date[:100]}'"
            )
    for what, names in (("groups", corrections.candidate_groups), ("users", corrections.candidate_users)):
        if names is not None and (len(names) > assignments.CANDIDATES or not _are_named(names)):
            raise _invalid(
                f"Expected at most {assignments.CANDIDATES} candidate {what}, each with a name, but found "
                f"{len(names)}{'' if _are_named(names) else ', and one without'}"
            )
    if corrections.assignee and not corrections.assignee.strip():
        raise _invalid(
            "Expected the assignee of a user task to have a name, or to be empty, but found blanks"
        )
    least, most = definition_of(token).priorities
    if corrections.priority is not None and not least <= corrections.priority <= most:
        raise _invalid(
            f"Expected the priority of a user task to be from {least} to {most}, "
            f"but found {corrections.priority}"
        )
    groups, users = corrections.candidate_groups or (), corrections.candidate_users or ()
    refuse_long(corrections.assignee or "", *groups, *users)


def _are_named(names: Iterable[str]) -> bool:
    return all(name.strip() for name in names)


def refuse_long(*names: str) -> None:
    """Raises `Rejection` where nobody, or nothing, may be called so."""
    for name in names:
        if assignments.is_too_long(name):
            raise _invalid(
                "Expected names of users, groups and actions of at most "
                f"{assignments.NAME_LENGTH} characters, but one has {len(name)}"
            )


def _invalid(reason: str) -> Rejection:
    return Rejection(RejectionType.INVALID_ARGUMENT, reason)


def create(token: Token, order: UserTaskOrder) -> int:
    """A user task is at work: somebody is to do it. Answers its key."""
    given = order.assignment
    key = token.step.new_key()
    token.emit(
        UserTaskCreated(
            key,
            token.key,
            given.candidate_groups,
            given.candidate_users,
            given.due_date,
            given.follow_up_date,
            given.priority,
            order.form_key,
            order.external_form,
        )
    )
    return key


def settle(token: Token, key: int, change: UserTaskChange) -> UserTaskChange | None:
    """What was asked of a task is done; answers what is asked of it then.

    Raises `Rejection` for variables that there is no room for.
    """
    return _SETTLED[change.transition](token, key, change)


# -- what becomes of it --------------------------------------------------------------------------------------


def _created(token: Token, key: int, change: UserTaskChange) -> UserTaskChange | None:
    if not change.assignee:
        return None
    return UserTaskChange(transition=Transition.ASSIGNING, assignee=change.assignee, is_first=True)


def _assigned(token: Token, key: int, change: UserTaskChange) -> None:
    token.emit(UserTaskAssigned(key, change.assignee or "", change.by, change.action))


def _updated(token: Token, key: int, change: UserTaskChange) -> None:
    if change.variables:
        (scopes.write_measured if change.is_local else scopes.send_out)(token, token.key, change.variables)
        token.emit(scopes.VariableDocumentUpdated(change.document_key, token.key))
    token.emit(
        UserTaskUpdated(
            key,
            change.candidate_groups,
            change.candidate_users,
            change.due_date,
            change.follow_up_date,
            change.priority,
            change.by,
            change.action,
        )
    )


def _completed(token: Token, key: int, change: UserTaskChange) -> None:
    undone = token.node.compensation
    is_offered = undone is not None and undone.result_variable is not None
    result = scopes.to_object(change.variables) if is_offered else None
    token.emit(UserTaskCompleted(key, change.by, change.action, result))
    scopes.take_results(token, change.variables)
    leaving.finish(token)


def _canceled(token: Token, key: int, _: UserTaskChange) -> None:
    token.emit(UserTaskCanceled(key))


_SETTLED: Mapping[Transition, Callable[[Token, int, UserTaskChange], UserTaskChange | None]] = {
    Transition.CREATING: _created,
    Transition.ASSIGNING: _assigned,
    Transition.UPDATING: _updated,
    Transition.COMPLETING: _completed,
    Transition.CANCELING: _canceled,
}


def _form_key(token: Token, reference: FormReference, form_id: str) -> int:
    """The key of a deployed form. Raises `FormMissing`, and `Held` where an expression gives no label."""
    state, which = token.step.state, reference.which or ""
    deployment_key = 0
    if reference.binding is Binding.DEPLOYMENT:
        deployment_key = state.definitions[token.header.definition_key].deployment_key
    label = evaluation.label(token, which, f"a {reference.binding.value}")
    return forms.find(state, form_id, reference.binding, label, deployment_key).key


# -- applying ------------------------------------------------------------------------------------------------


def _apply_created(state: State, instance: InstanceState, event: UserTaskCreated) -> None:
    element = instance.elements[event.element_instance_key]
    header = instance.header
    if header is None:
        raise BrokenInvariant(f"process instance {instance.key} has no header row")
    task = UserTask(
        event.key,
        instance.key,
        element.key,
        element.element_id,
        header.bpmn_process_id,
        CREATED,
        "",
        _json(event.candidate_groups),
        _json(event.candidate_users),
        event.due_date,
        event.follow_up_date,
        event.priority,
        event.form_key,
        event.external_form,
        state.now_ms,
    )
    state.put(task)
    for candidate in _candidates(task):
        state.put(candidate)


def _apply_assigned(state: State, instance: InstanceState, event: UserTaskAssigned) -> None:
    task = instance.rows[UserTask][event.key]
    state.put(replace(task, assignee=event.assignee, state=ASSIGNED if event.assignee else CREATED))


def _apply_updated(state: State, instance: InstanceState, event: UserTaskUpdated) -> None:
    change(
        state,
        instance.rows[UserTask][event.key],
        Corrections(
            candidate_groups=event.candidate_groups,
            candidate_users=event.candidate_users,
            due_date=event.due_date,
            follow_up_date=event.follow_up_date,
            priority=event.priority,
        ),
    )


def change(state: State, task: UserTask, to: Corrections) -> None:
    """What of a task is another now, and who it is offered to; for appliers."""
    given = {name: _json(value) if isinstance(value, tuple) else value for name, value in to.given.items()}
    changed = replace(task, **given)
    state.put(changed)
    before, after = _candidates(task), _candidates(changed)
    for candidate in before:
        if candidate not in after:
            state.delete(candidate)
    for candidate in after:
        if candidate not in before:
            state.put(candidate)


def _apply_completed(state: State, instance: InstanceState, event: UserTaskCompleted) -> None:
    task = instance.rows[UserTask][event.key]
    _end(state, instance, task, COMPLETED, event.by, event.action)
    if event.result is not None:
        state.put(replace(instance.elements[task.element_instance_key], result=event.result))


def _apply_error_thrown(state: State, instance: InstanceState, event: UserTaskErrorThrown) -> None:
    _end(state, instance, instance.rows[UserTask][event.key], FAILED, event.by)


def _apply_canceled(state: State, instance: InstanceState, event: UserTaskCanceled) -> None:
    _end(state, instance, instance.rows[UserTask][event.key], CANCELED)


def _end(
    state: State, instance: InstanceState, task: UserTask, how: str, by: str = "", action: str = ""
) -> None:
    transition = instance.rows[UserTaskTransition].get(task.key)
    if transition is not None:
        state.delete(transition)
    for candidate in _candidates(task):
        state.delete(candidate)
    state.delete(task)
    kept = {name: getattr(task, name) for name in task.__struct_fields__} | {"state": how}
    state.put(EndedUserTask(**kept, ended_at_ms=state.now_ms, ended_by=by, action=action))


def _candidates(task: UserTask) -> dict[UserTaskCandidate, None]:
    """Their rows, in order."""
    named = (("group", task.candidate_groups), ("user", task.candidate_users))
    return {
        UserTaskCandidate(task.key, kind, name, task.process_instance_key): None
        for kind, names in named
        for name in msgspec.json.decode(names, type=list[str])
    }


def _json(names: Iterable[str]) -> str:
    return msgspec.json.encode(list(names)).decode()


OF_INSTANCE: Mapping[type[InstanceEvent], Any] = {
    UserTaskCreated: _apply_created,
    UserTaskAssigned: _apply_assigned,
    UserTaskUpdated: _apply_updated,
    UserTaskCompleted: _apply_completed,
    UserTaskErrorThrown: _apply_error_thrown,
    UserTaskCanceled: _apply_canceled,
}
