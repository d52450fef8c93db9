"""What an older version did not keep is filled in from the log.

That is what has become of elements, jobs, incidents and variables, and when those began that are there. Some
instances at a time are one transaction, so that a start which is broken off goes on where it stood.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Sequence
from typing import Final

from msgspec.structs import replace

from counterflow import kernel
from counterflow.kernel.ended import EndedElement, EndedIncident, EndedJob, EndedVariable, Unfilled
from counterflow.kernel.row import Row
from counterflow.kernel.rows import (
    ElementInstance,
    Job,
    Partition,
    ProcessInstance,
)
from counterflow.kernel.state.partition import State
from counterflow.kernel.state.source import EmptySource
from counterflow.kernel.vocabulary import BrokenInvariant, Damaged
from counterflow.store.errors import DamagedError
from counterflow.store.port import Batch, Store

logger = logging.getLogger("counterflow.partition")

AT_ONCE: Final = 200
TOLD_EVERY_S: Final = 5.0
ENDED: Final = (EndedElement, EndedJob, EndedIncident, EndedVariable)


def fill(store: Store) -> None:
    """Fill in what is missing; nothing where nothing is. Raises `StoreError`."""
    unfilled = store.get(Unfilled, (1,))
    if unfilled is None:
        return
    filled, said_at = 0, time.monotonic()
    while instances := store.scan(ProcessInstance, {}, after=(unfilled.behind_key,), limit=AT_ONCE):
        unfilled = replace(unfilled, behind_key=instances[-1].key)
        puts = _rows_of(store, instances)
        puts[Unfilled] = [unfilled]
        store.commit(Batch(puts, {}, []))
        filled += len(instances)
        if time.monotonic() - said_at > TOLD_EVERY_S:
            said_at = time.monotonic()
            logger.info("What has ended is filled in from the log: %s instances so far", filled)
    store.commit(Batch({}, {Unfilled: [(unfilled.id,)]}, []))
    logger.info("What has ended was filled in from the log: %s instances", filled)


def _rows_of(store: Store, instances: Iterable[ProcessInstance]) -> dict[type[Row], list[Row]]:
    puts: dict[type[Row], list[Row]] = {}
    for instance in instances:
        try:
            state = State(EmptySource(), Partition(1, 0, 0))
            kernel.replay(state, store.read_log(process_instance_key=instance.key))
        except (Damaged, DamagedError, BrokenInvariant, LookupError) as error:
            logger.warning(
                "Process instance %s is not filled in, since its log is damaged: %s", instance.key, error
            )
            continue
        changes = state.seal()
        for ended in ENDED:
            puts.setdefault(ended, []).extend(changes.puts.get(ended, ()))
        if instance.state == "active":
            puts.setdefault(ElementInstance, []).extend(_begun(store, changes.puts.get(ElementInstance, ())))
            puts.setdefault(Job, []).extend(_created(store, changes.puts.get(Job, ())))
    return {table: rows for table, rows in puts.items() if rows}


def _begun(store: Store, rows: Sequence[Row]) -> Iterable[ElementInstance]:
    for row in rows:
        element = store.get(ElementInstance, (row.key,)) if isinstance(row, ElementInstance) else None
        if isinstance(row, ElementInstance) and element is not None:
            yield replace(element, began_at_ms=row.began_at_ms)


def _created(store: Store, rows: Sequence[Row]) -> Iterable[Job]:
    for row in rows:
        job = store.get(Job, (row.key,)) if isinstance(row, Job) else None
        if isinstance(row, Job) and job is not None:
            yield replace(job, created_at_ms=row.created_at_ms)
