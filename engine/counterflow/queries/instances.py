"""Process instances: a list of them from their rows, and one as a tree folded from its log."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from counterflow.kernel import rows
from counterflow.kernel.row import lines_of
from counterflow.kernel.suspended import Suspension
from counterflow.kernel.vocabulary import Rejection, RejectionType
from counterflow.queries.instance_filter import EVERY_INSTANCE, InstanceFilter
from counterflow.queries.paging import page_of, rows_from_end
from counterflow.queries.shapes import InstanceTree, Page, ProcessInstance
from counterflow.queries.story.fold import story_of
from counterflow.queries.story.story import Story
from counterflow.queries.story.waits import add_joins
from counterflow.store.port import Store

DEFAULT_ELEMENT_LIMIT = 1_000


def list_process_instances(
    store: Store,
    instances: InstanceFilter = EVERY_INSTANCE,
    *,
    page_size: int = 0,
    page_key: int = 0,
    count: bool = False,
) -> Page[ProcessInstance]:
    """Instances, newest first; `count` asks how many there are from here on.

    Raises `Rejection` for a filter that makes no sense.
    """
    sieve = instances.sieve(store)
    if instances.with_incidents:
        candidates = _with_incidents(store, instances, page_key)
    else:
        candidates = rows_from_end(store, rows.ProcessInstance, instances.where(), page_key)
    page = page_of(candidates, sieve, page_size=page_size, count=count)
    return Page(_shapes(store, page.items), page.next_page_key, page.total, page.total_is_at_least)


def _with_incidents(store: Store, instances: InstanceFilter, page_key: int) -> Iterator[rows.ProcessInstance]:
    """Those that have an open incident, found from there: incidents are few, however many instances run."""
    where = instances.where()
    for key in sorted(
        {incident.process_instance_key for incident in store.scan(rows.Incident, {})}, reverse=True
    ):
        row = store.get(rows.ProcessInstance, (key,)) if not page_key or key < page_key else None
        if row is not None and all(getattr(row, column) == value for column, value in where.items()):
            yield row


def process_instance(
    store: Store, key: int, *, active_only: bool = False, element_limit: int = 0
) -> InstanceTree:
    """One instance and everything in it, running or ended.

    `active_only` leaves out element instances that have ended; beyond `element_limit` (0: 1000) the ended
    ones are left out first, oldest first. Raises `Rejection` for a negative limit and for an unknown key.
    """
    if element_limit < 0:
        raise Rejection(
            RejectionType.INVALID_ARGUMENT,
            f"Expected a limit of 0 or more elements, but found {element_limit}",
        )
    story = story_of(store, key)
    for element in story.elements.values():
        element.variables = story.variables_of(element.key)
    add_joins(story)
    left_out = _prune(story, active_only, element_limit or DEFAULT_ELEMENT_LIMIT)
    return InstanceTree(
        process_instance=_header(story),
        root=story.root,
        undo_records=list(story.undo_records.values()),
        flows_taken=story.flows_taken,
        caught_errors=story.caught_errors,
        correlated_messages=story.correlated_messages,
        received_signals=story.received_signals,
        thrown_signals=story.thrown_signals,
        thrown_escalations=story.thrown_escalations,
        quarantine_reason=story.quarantine_reason,
        elements_left_out=left_out,
    )


def refuse_unknown_instance(store: Store, key: int) -> None:
    """Raises `Rejection` for a key that is no process instance's (0: of none)."""
    if key and store.get(rows.ProcessInstance, (key,)) is None:
        raise Rejection(
            RejectionType.NOT_FOUND,
            f"Expected to find a process instance with key '{key}', but none was found",
        )


def _header(story: Story) -> ProcessInstance:
    created, root = story.created, story.root
    return ProcessInstance(
        key=created.key,
        bpmn_process_id=story.bpmn_process_id,
        version=story.version,
        definition_key=story.definition_key,
        state=root.state if root.ended_position else "active",
        started_at_ms=story.started_at_ms,
        ended_at_ms=root.ended_at_ms,
        parent_process_instance_key=created.parent_instance_key,
        incident_count=sum(incident.state == "open" for incident in story.incidents.values()),
        quarantined=bool(story.quarantine_reason),
        suspended_at_ms=None if root.ended_position else story.suspended_at_ms,
        tags=lines_of(created.tags),
        business_id=created.business_id or "",
    )


def _prune(story: Story, active_only: bool, limit: int) -> int:
    """Take away what is not to be shown.

    Children end before their parents and begin after them, so leaves always go first.
    """
    inner = [element for element in story.elements.values() if element.scope_key]
    ended = sorted(
        (element for element in inner if element.ended_position),
        key=lambda element: (element.ended_position, -element.key),
    )
    running = sorted(
        (element for element in inner if not element.ended_position), key=lambda element: -element.key
    )
    surplus = max(len(story.elements) - limit, len(ended) if active_only else 0)
    gone = {element.key for element in [*ended, *running][:surplus]}
    if gone:
        for element in story.elements.values():
            element.children = [child for child in element.children if child.key not in gone]
    return len(gone)


def _shapes(store: Store, page: Sequence[rows.ProcessInstance]) -> list[ProcessInstance]:
    """The rows of a page with what is beside them, which the store is asked for once for all of them."""
    of_active = {"process_instance_key": frozenset(row.key for row in page if row.state == "active")}
    incidents = Counter(incident.process_instance_key for incident in store.scan(rows.Incident, of_active))
    quarantined = {row.process_instance_key for row in store.scan(rows.Quarantine, of_active)}
    suspended = {row.process_instance_key: row.since_ms for row in store.scan(Suspension, of_active)}
    return [
        replace(
            _shape(row, incidents[row.key], row.key in quarantined), suspended_at_ms=suspended.get(row.key)
        )
        for row in page
    ]


def _shape(row: rows.ProcessInstance, incident_count: int, quarantined: bool) -> ProcessInstance:
    return ProcessInstance(
        key=row.key,
        bpmn_process_id=row.bpmn_process_id,
        version=row.version,
        definition_key=row.definition_key,
        state=row.state,
        started_at_ms=row.started_at_ms,
        ended_at_ms=row.ended_at_ms,
        parent_process_instance_key=row.parent_instance_key,
        incident_count=incident_count,
        quarantined=quarantined,
        tags=lines_of(row.tags),
        business_id=row.business_id or "",
    )
