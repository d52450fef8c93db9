"""Which instances were set aside after a fault of ours, and why."""

from __future__ import annotations

from counterflow.kernel.rows import ProcessInstance, Quarantine
from counterflow.queries.paging import newest_first
from counterflow.queries.shapes import Page, QuarantinedInstance
from counterflow.store.errors import DamagedError
from counterflow.store.port import Store


def list_quarantined(store: Store, *, page_size: int = 0, page_key: int = 0) -> Page[QuarantinedInstance]:
    """Quarantined instances, the latest started first. Raises `Rejection`."""
    page = newest_first(store, Quarantine, {}, page_size=page_size, page_key=page_key)
    return Page([_shape(store, row) for row in page.items], page.next_page_key)


def _shape(store: Store, row: Quarantine) -> QuarantinedInstance:
    try:
        instance = store.get(ProcessInstance, (row.process_instance_key,))
    except DamagedError:
        instance = None
    return QuarantinedInstance(
        process_instance_key=row.process_instance_key,
        bpmn_process_id=instance.bpmn_process_id if instance is not None else "",
        version=instance.version if instance is not None else 0,
        reason=row.reason,
        quarantined_at_ms=row.since_ms,
    )
