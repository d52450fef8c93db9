"""Work for people: what is open, from its rows and its candidates', and what has become of the rest."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec

from counterflow.kernel import events_of, rows
from counterflow.kernel.vocabulary import Rejection, RejectionType
from counterflow.model.graph import Transition
from counterflow.queries import log
from counterflow.queries.definitions import UNNAMED, ElementName, element_names
from counterflow.queries.instances import refuse_unknown_instance
from counterflow.queries.paging import Sieve, numbers_from_end, page_of, rows_from_end
from counterflow.queries.shapes import Page, ShownUserTask, UserTask, UserTaskAct, Variable
from counterflow.queries.story.user_tasks import CHANGES, new_user_task
from counterflow.store.port import Store

OPEN_STATES: Final = ("created", "assigned", *Transition)
ENDED_STATES: Final = ("completed", "failed", "canceled")

TaskRow = rows.UserTask | rows.EndedUserTask


class UserTaskFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which tasks are wanted; what is left empty does not narrow; without a state, the open ones."""

    assignee: str = ""
    candidate_group: str = ""
    candidate_user: str = ""
    bpmn_process_id: str = ""
    process_instance_key: int = 0
    element_id: str = ""
    state: str = ""


def list_user_tasks(
    store: Store, chosen: UserTaskFilter, *, page_size: int = 0, page_key: int = 0
) -> Page[UserTask]:
    """User tasks, newest first. Raises `Rejection` for a state that there is not, and an unknown instance."""
    states = (*OPEN_STATES, *ENDED_STATES)
    if chosen.state and chosen.state not in states:
        raise Rejection(
            RejectionType.INVALID_ARGUMENT,
            f"Expected a state of user tasks ({', '.join(states)}), but found '{chosen.state}'",
        )
    sieve = Sieve(lambda row: _is_wanted(row, chosen))
    page = page_of(_rows(store, chosen, page_key), sieve, page_size=page_size)
    if not page.items:
        refuse_unknown_instance(store, chosen.process_instance_key)
    return Page([_shape(store, row) for row in page.items], page.next_page_key)


def user_task(store: Store, key: int) -> ShownUserTask:
    """One user task, open or not, with what was done to it. Raises `Rejection` for an unknown key."""
    row: TaskRow | None = store.get(rows.UserTask, (key,)) or store.get(rows.EndedUserTask, (key,))
    if row is None:
        raise Rejection(
            RejectionType.NOT_FOUND, f"Expected to find a user task with key '{key}', but none was found"
        )
    task = _shape(store, row)
    task.acts = _acts(store, task)
    form = store.get(rows.Form, (row.form_key,)) if row.form_key else None
    return ShownUserTask(
        task,
        _name(store, row).headers.decode() or "{}",
        form.form_id if form is not None else "",
        _visible(store, row.element_instance_key),
    )


def _rows(store: Store, chosen: UserTaskFilter, page_key: int) -> Iterator[TaskRow]:
    """What may be wanted, newest first, by the narrowest that there is an index for."""
    where: dict[str, int | str | None] = {
        name: value
        for name, value in (
            ("process_instance_key", chosen.process_instance_key),
            ("assignee", chosen.assignee),
            ("bpmn_process_id", chosen.bpmn_process_id),
        )
        if value
    }
    if chosen.state in ENDED_STATES:
        return rows_from_end(store, rows.EndedUserTask, where, page_key)
    kind, name = (
        ("group", chosen.candidate_group) if chosen.candidate_group else ("user", chosen.candidate_user)
    )
    if not name or chosen.process_instance_key:
        return rows_from_end(store, rows.UserTask, where, page_key)
    return _offered_to(store, kind, name, page_key)


def _offered_to(store: Store, kind: str, name: str, page_key: int) -> Iterator[rows.UserTask]:
    for key in numbers_from_end(store, rows.UserTaskCandidate, "offered", (kind, name), page_key):
        row = store.get(rows.UserTask, (key,))
        if row is not None:
            yield row


def _is_wanted(row: TaskRow, chosen: UserTaskFilter) -> bool:
    pairs = (
        (chosen.state, row.state),
        (chosen.assignee, row.assignee),
        (chosen.bpmn_process_id, row.bpmn_process_id),
        (chosen.element_id, row.element_id),
    )
    if any(wish and wish != value for wish, value in pairs):
        return False
    offered = ((chosen.candidate_group, row.candidate_groups), (chosen.candidate_user, row.candidate_users))
    return all(not wish or wish in _names(names) for wish, names in offered)


def _names(names: str) -> list[str]:
    return msgspec.json.decode(names, type=list[str])


def _shape(store: Store, row: TaskRow) -> UserTask:
    task = UserTask(
        key=row.key,
        process_instance_key=row.process_instance_key,
        bpmn_process_id=row.bpmn_process_id,
        element_instance_key=row.element_instance_key,
        element_id=row.element_id,
        created_at_ms=row.created_at_ms,
        element_name=_name(store, row).name,
        state=row.state,
        assignee=row.assignee,
        candidate_groups=_names(row.candidate_groups),
        candidate_users=_names(row.candidate_users),
        due_date=row.due_date,
        follow_up_date=row.follow_up_date,
        priority=row.priority,
        form_key=row.form_key,
        external_form=row.external_form,
    )
    if isinstance(row, rows.EndedUserTask):
        task.ended_at_ms, task.ended_by, task.action = row.ended_at_ms, row.ended_by, row.action
    return task


def _name(store: Store, row: TaskRow) -> ElementName:
    instance = store.get(rows.ProcessInstance, (row.process_instance_key,))
    names = element_names(store, instance.definition_key) if instance is not None else {}
    return names.get(row.element_id, UNNAMED)


def _acts(store: Store, task: UserTask) -> list[UserTaskAct]:
    """What was done to a task, from the log of its instance."""
    history = new_user_task(task.key, 0)
    for entry in log.entries(store, task.process_instance_key):
        for event in events_of(entry):
            change = CHANGES.get(type(event))
            if change is not None and getattr(event, "key", 0) == task.key:
                change(history, event, entry.timestamp_ms)
    return history.acts


def _visible(store: Store, element_instance_key: int) -> list[Variable]:
    """The variables that an active element sees, those of inner scopes before others."""
    values: dict[str, str] = {}
    key = element_instance_key
    while key and (element := store.get(rows.ElementInstance, (key,))) is not None:
        for row in store.scan(rows.Variable, {"scope_key": key}):
            values.setdefault(row.name, row.value.decode())
        key = element.scope_key
    return [Variable(name, values[name]) for name in sorted(values)]
