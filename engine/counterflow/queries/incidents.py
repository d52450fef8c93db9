"""What waits for a person: open incidents, straight from their rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from counterflow.kernel import rows
from counterflow.queries.instances import refuse_unknown_instance
from counterflow.queries.paging import newest_first, page_of
from counterflow.queries.remedies import remedy_for
from counterflow.queries.shapes import Incident, Page
from counterflow.store.port import Store


def list_incidents(
    store: Store,
    *,
    process_instance_key: int = 0,
    with_called: bool = False,
    page_size: int = 0,
    page_key: int = 0,
) -> Page[Incident]:
    """The open incidents of one instance (0: of all), newest first. Raises `Rejection` for an unknown one.

    `with_called`: those of the instances that it has called as well, and of those that these have called.
    """
    if process_instance_key and with_called:
        page = page_of(
            _of_instances(store, _with_called(store, process_instance_key), page_key), page_size=page_size
        )
    else:
        where = {"process_instance_key": process_instance_key} if process_instance_key else {}
        page = newest_first(store, rows.Incident, where, page_size=page_size, page_key=page_key)
    if not page.items:
        refuse_unknown_instance(store, process_instance_key)
    return Page(shapes_of(store, page.items), page.next_page_key)


def shapes_of(store: Store, incidents: Iterable[rows.Incident]) -> list[Incident]:
    """The rows of open incidents, in their order, with the processes that they are in and their remedies."""
    listed = list(incidents)
    process_ids = {key: _process_id(store, key) for key in {row.process_instance_key for row in listed}}
    return [_shape(row, process_ids[row.process_instance_key]) for row in listed]


def of_called(store: Store, process_instance_key: int) -> Iterator[rows.Incident]:
    """The open incidents of an instance, and of all that its calls wait for, newest first."""
    return _of_instances(store, _with_called(store, process_instance_key), 0)


def _with_called(store: Store, process_instance_key: int) -> Iterator[int]:
    """An instance, and all that its calls wait for."""
    waiting = [process_instance_key]
    while waiting:
        key = waiting.pop()
        yield key
        elements = store.scan(rows.ElementInstance, {"process_instance_key": key})
        waiting += [element.called_instance_key for element in elements if element.called_instance_key]


def _of_instances(store: Store, instance_keys: Iterable[int], page_key: int) -> Iterator[rows.Incident]:
    incidents = (
        incident
        for key in instance_keys
        for incident in store.scan(rows.Incident, {"process_instance_key": key})
    )
    yield from sorted(
        (one for one in incidents if not page_key or one.key < page_key), key=lambda one: -one.key
    )


def _shape(row: rows.Incident, process_id: str) -> Incident:
    return Incident(
        key=row.key,
        process_instance_key=row.process_instance_key,
        bpmn_process_id=process_id,
        element_id=row.element_id,
        element_instance_key=row.element_instance_key,
        job_key=row.job_key,
        error_type=row.error_type,
        message=row.message,
        remedy=remedy_for(row.error_type, row.job_key),
        created_at_ms=row.created_at_ms,
    )


def _process_id(store: Store, process_instance_key: int) -> str:
    instance = store.get(rows.ProcessInstance, (process_instance_key,))
    return instance.bpmn_process_id if instance is not None else ""
