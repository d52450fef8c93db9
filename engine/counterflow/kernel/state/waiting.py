"""What waits, across instances, where memory does not hold all of it.

How the store is asked for the rest, and what is put away.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from typing import Any, TypeVar

from counterflow.kernel.row import Row
from counterflow.kernel.rows import (
    Job,
    Message,
    MessageCorrelation,
    MessageSubscription,
    StartLock,
    StartTimer,
    Timer,
    as_key,
)
from counterflow.kernel.state.indexes import ACTIVATABLE, Indexes
from counterflow.kernel.state.instance import InstanceState
from counterflow.kernel.state.source import CacheLimits, Source
from counterflow.kernel.state.windows import BEFORE_ALL, PAGE, Due, DuePage, KeyPage, Moment
from counterflow.kernel.vocabulary import Damaged

RowType = TypeVar("RowType", bound=Row)

DUE_IN_STORE = (Job, Timer, Message)
"""What comes due and need not all be in memory."""
ASKED_OF_THE_STORE = frozenset({*DUE_IN_STORE, MessageCorrelation, MessageSubscription, StartLock})
"""Tables that are known at start and need not all be in memory."""
MOST_TYPES = 1_000
"""Of jobs, that are remembered."""
LEAST_READY = 64
"""Jobs of each type that are at hand, however many types there are."""


class Waiting(Indexes):
    """Indexes over what is in memory, and over the store's where that has more."""

    def __init__(self, source: Source) -> None:
        super().__init__()
        self.source = source
        self.instances: OrderedDict[int, InstanceState] = OrderedDict()
        self.owners: dict[int, int] = {}
        """The process instance of each owned row in memory, by the row's key."""
        self.cursors: dict[tuple[str, str, str], int] = {}
        """By process, name and correlation key: up to which message all have reached the process."""

    def row(self, table: type[RowType], key: Any) -> RowType | None:
        """The row at a place in a table that is at home both in store and memory; None if there is none."""
        laid = self.laid[table]
        kept: RowType | None = laid.rows.get(key)
        if kept is not None or laid.is_known(key):
            return kept
        try:
            return self.source.get(table, as_key(key))
        except Damaged:  # as at the start: a damaged row waits for no one
            return None

    def is_whole(self, *tables: type[Row]) -> bool:
        """Whether all rows of these tables are in memory."""
        return all(self.laid[table].is_whole for table in tables)

    def know_only(self, tables: Iterable[type[Row]]) -> None:
        """Of these tables the store has more than is going to be admitted."""
        for table in tables:
            if table in self.laid:
                self.laid[table].is_whole = False
            if table in DUE_IN_STORE:
                self.due.horizon = BEFORE_ALL
            if table is Job:
                self.ready.are_all_known = False

    def release_waiting(self, committed_batch: int, caches: CacheLimits) -> None:
        """Put away what is safe on disk and has no room."""
        for laid in self.laid.values():
            laid.release(committed_batch, caches.waiting, caches.message_bytes)
        self.due.release(committed_batch, max(caches.waiting, 1), self._unsaved)
        entered, self.entered_types = self.entered_types, {}
        most = max(caches.waiting // max(len(self.ready), 1), LEAST_READY)
        for job_type in entered:
            queue = self.ready[job_type]
            queue.release(committed_batch, most, self._unsaved)
            if not queue.is_settled:
                self.entered_types[job_type] = None
        if len(self.ready) > MOST_TYPES:
            self._forget_types()

    def _forget_types(self) -> None:
        """Let go of types without jobs, and of those whose jobs the store can tell."""
        for job_type, queue in list(self.ready.items()):
            if queue.is_idle and (queue.horizon is None or not self.ready.are_all_known):
                del self.ready[job_type]
        if len(self.ready) > MOST_TYPES:
            self.ready.are_all_known = False
            for job_type, queue in list(self.ready.items()):
                if job_type not in self.entered_types and queue.is_saved(self._unsaved):
                    del self.ready[job_type]

    def _unsaved(self, table: type[Row] | None, key: int) -> int | None:
        """The batch that brings a row into the store; None where it is there."""
        if table is not None and table in self.laid:
            return self.laid[table].batch_of(key)
        instance = self.instances.get(self.owners.get(key, 0))
        return instance.last_batch if instance is not None else None

    # -- what the store says of those that wait, as it is now -----------------------------------------------

    def _read_ready(self, job_type: str, horizon: int) -> KeyPage:
        entries = self.source.walk(Job, "ready", (job_type, ACTIVATABLE), after=(horizon,), limit=PAGE)
        keys = [key for key, owner in entries if self._stands(Job, key, owner)]
        return KeyPage(keys, entries[-1][0] if len(entries) == PAGE else None)

    def _read_due(self, horizon: Moment) -> DuePage:
        pages = {
            table: self.source.walk(table, "due", (), after=horizon, limit=PAGE) for table in DUE_IN_STORE
        }
        cut = min((tuple(page[-1][:2]) for page in pages.values() if len(page) == PAGE), default=None)
        due = [
            Due(entry[0], entry[1], table)
            for table, page in pages.items()
            for entry in page
            if (cut is None or entry[:2] <= cut) and self._stands_at(table, *entry)
        ]
        starts = [Due(row.due_ms, row.key, StartTimer) for row in self.shared[StartTimer].values()]
        due += [start for start in starts if start[:2] > horizon and (cut is None or start[:2] <= cut)]
        return DuePage(due, cut)

    def _stands_at(self, table: type[Row], due_ms: int, key: int, owner: int = 0) -> bool:
        if not owner:
            return key not in self.laid[table].gone
        return self._stands(table, key, owner, due_ms)

    def _stands(self, table: type[Row], key: int, owner: int, due_ms: int = 0) -> bool:
        """Whether a row of the store stands so still, and its instance is not set aside."""
        if owner in self.set_aside:
            return False
        instance = self.instances.get(owner)
        if instance is None:
            return True
        row = instance.rows[table].get(key)
        return row is not None and (row.due_ms == due_ms if due_ms else row.state == ACTIVATABLE)
