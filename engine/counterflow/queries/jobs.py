"""Work that is not done yet: from its rows, and from the log what these do not say."""

from __future__ import annotations

from counterflow.kernel import rows
from counterflow.kernel.vocabulary import Rejection, RejectionType
from counterflow.queries.instances import refuse_unknown_instance
from counterflow.queries.job_log import add_from_log
from counterflow.queries.paging import newest_first
from counterflow.queries.shapes import Job, Page
from counterflow.store.port import Store

OPEN_STATES = ("activatable", "activated", "backing_off", "failed", "error_thrown")


def list_jobs(
    store: Store,
    *,
    job_type: str = "",
    process_instance_key: int = 0,
    state: str = "",
    page_size: int = 0,
    page_key: int = 0,
) -> Page[Job]:
    """Jobs that are not over, newest first; what is left empty does not narrow.

    Raises `Rejection` for a state that no such job has, and for an unknown instance.
    """
    if state and state not in OPEN_STATES:
        raise Rejection(
            RejectionType.INVALID_ARGUMENT,
            f"Expected a state of jobs that are not over ({', '.join(OPEN_STATES)}), but found '{state}'",
        )
    columns: dict[str, int | str | None] = {
        "type": job_type,
        "process_instance_key": process_instance_key,
        "state": state,
    }
    where = {column: value for column, value in columns.items() if value}
    page = newest_first(store, rows.Job, where, page_size=page_size, page_key=page_key)
    if not page.items:
        refuse_unknown_instance(store, process_instance_key)
    process_ids = {key: _process_id(store, key) for key in {row.process_instance_key for row in page.items}}
    jobs = [_shape(row, process_ids[row.process_instance_key]) for row in page.items]
    add_from_log(store, jobs)
    return Page(jobs, page.next_page_key)


def _shape(row: rows.Job, process_id: str) -> Job:
    return Job(
        key=row.key,
        element_instance_key=row.element_instance_key,
        element_id=row.element_id,
        type=row.type,
        retries=row.retries,
        state=row.state,
        worker=row.worker,
        due_at_ms=row.due_ms,
        error_code=row.error_code or "",
        error_message=row.error_message or "",
        process_instance_key=row.process_instance_key,
        bpmn_process_id=process_id,
        listener_event_type=row.listener_event_type,
    )


def _process_id(store: Store, process_instance_key: int) -> str:
    instance = store.get(rows.ProcessInstance, (process_instance_key,))
    return instance.bpmn_process_id if instance is not None else ""
