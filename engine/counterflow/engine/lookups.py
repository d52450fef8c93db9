"""What a program asks of the store of its engine. Each function reads what is committed, from any thread."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from operator import attrgetter
from typing import Any, TypeVar

from counterflow.engine.results import EndedInstance, values
from counterflow.kernel.course.beginning import ACTIVE
from counterflow.kernel.rows import ElementInstance as ElementRow
from counterflow.kernel.rows import Incident as IncidentRow
from counterflow.kernel.rows import Job as JobRow
from counterflow.kernel.rows import ProcessDefinition, Variable
from counterflow.kernel.rows import ProcessInstance as ProcessInstanceRow
from counterflow.kernel.rows import UserTask as UserTaskRow
from counterflow.kernel.vocabulary import Rejection, RejectionType
from counterflow.queries.definitions import refuse_unknown_process
from counterflow.queries.incidents import list_incidents
from counterflow.queries.instance_filter import InstanceFilter
from counterflow.queries.instances import list_process_instances, process_instance
from counterflow.queries.jobs import list_jobs
from counterflow.queries.shapes import Incident, Job, Page, ProcessInstance, UserTask
from counterflow.queries.user_tasks import UserTaskFilter, list_user_tasks
from counterflow.store.port import Store

Item = TypeVar("Item")

MOST_LISTED = 20
"""So many of those that are there are told to whoever asks for one that is not."""


class NothingThere(LookupError):
    """What was asked for is not there; the message lists what is."""


def all_incidents(store: Store, process_instance_key: int) -> list[Incident]:
    """The open incidents of an instance (0: of all), newest first."""
    return list(
        _all(lambda key: list_incidents(store, process_instance_key=process_instance_key, page_key=key))
    )


def all_jobs(store: Store, job_type: str, process_instance_key: int) -> list[Job]:
    """The jobs of a type (empty: of all) in an instance (0: in all) that are not over, newest first."""
    return list(
        _all(
            lambda key: list_jobs(
                store, job_type=job_type, process_instance_key=process_instance_key, page_key=key
            )
        )
    )


def all_instances(store: Store, process_id: str, state: str) -> list[ProcessInstance]:
    """The instances of a process (empty: of all) in a state (empty: in any), newest first. Raises
    `Rejection` for a state that there is not, and for a process that was never deployed.
    """
    chosen = InstanceFilter(bpmn_process_id=process_id, state=state)
    instances = list(_all(lambda key: list_process_instances(store, chosen, page_key=key)))
    if not instances:
        refuse_unknown_process(store, process_id)
    return instances


def running_on(store: Store, definition_key: int) -> list[ProcessInstance]:
    """The instances that run on a definition and were not called by others, newest first."""
    chosen = InstanceFilter(definition_key=definition_key, state="active", roots_only=True)
    return list(_all(lambda key: list_process_instances(store, chosen, page_key=key)))


def find_job(store: Store, job: int | str) -> JobRow:
    """A job by key, or the oldest open one of a type or of an element. Raises `NothingThere`."""
    rows = [store.get(JobRow, (job,))] if isinstance(job, int) else _jobs_named(store, job)
    for row in rows:
        if row is not None:
            return row
    there = [(row.type, row.element_id, row.state) for row in store.scan(JobRow, {}, limit=MOST_LISTED)]
    raise NothingThere(f"Expected an open job {job!r}, but found {_listed(there)}")


def _jobs_named(store: Store, name: str) -> list[JobRow]:
    """The oldest job of this type and the oldest of this element, the older one first."""
    places = ({"type": name}, {"element_id": name})
    return sorted(
        (row for where in places for row in store.scan(JobRow, where, limit=1)), key=attrgetter("key")
    )


def incident_key(store: Store, incident: int | str) -> int:
    """The key of the oldest incident of an element; a key stays as it is. Raises `NothingThere`."""
    return incident if isinstance(incident, int) else find_incident(store, incident).key


def find_incident(store: Store, element_id: str) -> IncidentRow:
    """The oldest incident of an element. Raises `NothingThere`."""
    for row in store.scan(IncidentRow, {"element_id": element_id}, limit=1):
        return row
    there = [(row.element_id, row.error_type) for row in store.scan(IncidentRow, {}, limit=MOST_LISTED)]
    raise NothingThere(f"Expected an incident at {element_id!r}, but found {_listed(there)}")


def find_element(store: Store, element_id: str) -> ElementRow:
    """The oldest active instance of an element. Raises `NothingThere`."""
    for row in store.scan(ElementRow, {"element_id": element_id}, limit=1):
        return row
    there = [row.element_id for row in store.scan(ElementRow, {}, limit=MOST_LISTED)]
    raise NothingThere(f"Expected an active element {element_id!r}, but found {_listed(there)}")


def all_user_tasks(store: Store, chosen: UserTaskFilter) -> list[UserTask]:
    """The user tasks that are wanted, newest first. Raises `Rejection` for an unknown instance or state."""
    return list(_all(lambda key: list_user_tasks(store, chosen, page_key=key)))


def find_user_task(store: Store, element_id: str) -> UserTaskRow:
    """The oldest open user task of an element. Raises `NothingThere`."""
    for row in store.scan(UserTaskRow, {"element_id": element_id}, limit=1):
        return row
    there = [(row.element_id, row.assignee) for row in store.scan(UserTaskRow, {}, limit=MOST_LISTED)]
    raise NothingThere(f"Expected an open user task of {element_id!r}, but found {_listed(there)}")


def scope_key(store: Store, scope: int | str) -> int:
    """The key of the oldest active instance of an element; a key stays as it is. Raises `NothingThere`."""
    return scope if isinstance(scope, int) else find_element(store, scope).key


def definition_key(store: Store, process_instance_key: int, process_id: str, version: int) -> int:
    """The key of a version (-1: the latest) of a process; of an instance's own where none is named.

    Raises `Rejection` for an unknown instance, process or version.
    """
    row = store.get(ProcessInstanceRow, (process_instance_key,))
    if row is None:
        raise Rejection(
            RejectionType.NOT_FOUND,
            f"Expected a process instance with key '{process_instance_key}', but none was found",
        )
    name = process_id or row.bpmn_process_id
    refuse_unknown_process(store, name)
    by_version = {
        definition.version: definition.key
        for definition in store.scan(ProcessDefinition, {"bpmn_process_id": name})
    }
    latest = max(by_version)
    if version not in {-1, *by_version}:
        raise Rejection(
            RejectionType.NOT_FOUND,
            f"Expected a version of process '{name}', but found {version}; the latest is {latest}",
        )
    return by_version[latest if version == -1 else version]


def variables_of(store: Store, scope_key: int) -> dict[str, Any]:
    """The variables of one scope while it is active: of a process instance or of an element instance.

    Raises `Rejection` for any other.
    """
    if store.get(ElementRow, (scope_key,)) is None:
        raise Rejection(
            RejectionType.NOT_FOUND,
            "Expected the key of an active process instance or element instance, but found none with key "
            f"'{scope_key}'; `show` tells what scopes have held that have ended",
        )
    return values({row.name: row.value for row in store.scan(Variable, {"scope_key": scope_key})})


def recorded_end(store: Store, process_instance_key: int) -> EndedInstance | None:
    """How an instance has ended; None while it goes on. Raises `Rejection` for an unknown one."""
    row = store.get(ProcessInstanceRow, (process_instance_key,))
    if row is None:
        raise Rejection(
            RejectionType.NOT_FOUND,
            f"Expected a process instance with key '{process_instance_key}', but none was found",
        )
    if row.state == ACTIVE:
        return None
    root = process_instance(store, process_instance_key).root
    return EndedInstance(
        row.key,
        row.state,
        values({variable.name: variable.value_json.encode() for variable in root.variables}),
    )


def _listed(there: Sequence[object]) -> str:
    """The first of those that are there, and whether they are all."""
    return f"{list(there)!r}{' and perhaps more' if len(there) == MOST_LISTED else ''}"


def _all(page: Callable[[int], Page[Item]]) -> Iterator[Item]:
    key = 0
    while True:
        listed = page(key)
        yield from listed.items
        key = listed.next_page_key
        if not key:
            return
