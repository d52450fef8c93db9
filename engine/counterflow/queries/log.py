"""Reading the log in portions, so that a long history is never in memory as a whole."""

from __future__ import annotations

from collections.abc import Iterator

from counterflow.kernel.rows import Partition
from counterflow.kernel.vocabulary import LogEntry
from counterflow.store.port import Store

PORTION = 500
FIRST_WINDOW, LARGEST_WINDOW = 64, 16_384
"""Positions of the log; an entry has one at least."""
FIRST_STEP_BACK = 64


def entries(store: Store, process_instance_key: int = 0, after: int = 0) -> Iterator[LogEntry]:
    """Log entries of an instance (0: of all) behind the position `after`, in order, to the log's end."""
    instance_key = process_instance_key or None
    while True:
        portion = store.read_log(process_instance_key=instance_key, after=after, limit=PORTION)
        yield from portion
        if len(portion) < PORTION:
            return
        after = portion[-1].position


def of_no_instance_from_end(store: Store) -> Iterator[LogEntry]:
    """Log entries that belong to no process instance, the latest first; a window of positions at a time."""
    before = 1 + last_position(store)
    window = FIRST_WINDOW
    while before > 0:
        after = max(before - window - 1, -1)
        for entry in reversed(store.read_log(process_instance_key=0, after=after, limit=window)):
            if entry.position < before:
                yield entry
        before, window = after + 1, min(4 * window, LARGEST_WINDOW)


def last_position(store: Store) -> int:
    """The position of the last event that was committed; 0 where there is none."""
    return max((partition.last_position for partition in store.scan(Partition, {})), default=0)


def start_of_entry_behind(store: Store, process_instance_key: int, position: int) -> int:
    """A position to read entries after, so that none with events behind `position` is missed.

    An entry stands at its first event and may reach beyond `position`: so one entry that begins at or before
    it is looked for, further back each time.
    """
    step = FIRST_STEP_BACK
    while step < position:
        first = store.read_log(
            process_instance_key=process_instance_key or None, after=position - step, limit=1
        )
        if first and first[0].position <= position:
            return position - step
        step *= 2
    return 0
