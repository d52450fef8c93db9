"""Whether a database is what was written to it: all of it read, and instances folded from their log. Folded
once more, they are compared.

Nothing is changed, and a server may be at work beside it.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from counterflow import kernel
from counterflow.kernel.row import Row
from counterflow.kernel.rows import INSTANCE_TABLES, TABLES, Partition, ProcessInstance, key_of
from counterflow.kernel.state.partition import State
from counterflow.kernel.state.source import EmptySource
from counterflow.kernel.vocabulary import BrokenInvariant, DamagedInstance, LogEntry
from counterflow.store.errors import DamagedError
from counterflow.store.port import Key, StoreError
from counterflow.store.sql.agreement import look, missing
from counterflow.store.sql.commit_mark import read_mark
from counterflow.store.sql.store import SqlStore
from counterflow.store.sql.tenure import TenureRow

AT_ONCE = 1_000
SAMPLE = 200
TRIES = 3
"""Beside a server an instance may go on between the reading of its log and of its rows."""

Progress = Callable[[str, int], None]
"""Told what is being read, and how much of it has been."""


class CheckReport(msgspec.Struct):
    """What was read, and everything found damaged, a sentence each. `unchecked` counts rows and entries that
    were written before there were checksums.
    """

    rows: int = 0
    entries: int = 0
    replayed: int = 0
    unchecked: int = 0
    damage: list[str] = []


def check(store: SqlStore, database: Path, progress: Progress, *, is_deep: bool) -> CheckReport:
    """Read everything.

    `is_deep`: hold indexes to their tables as well, and fold every instance instead of a sample.
    """
    report = CheckReport()
    report.damage += _standing(store, database)
    report.damage += _pages(store, is_deep=is_deep)
    for table in TABLES:
        _read_table(store, table, report, progress)
    _read_log(store, report, progress)
    _replay(store, report, progress, is_deep=is_deep)
    report.unchecked = sum(
        _unchecked(store, table) for table in (*(one.table for one in TABLES), "event_log")
    )
    return report


def _standing(store: SqlStore, database: Path) -> list[str]:
    """The mark is read first: a server beside goes on meanwhile."""
    mark = read_mark(database)
    try:
        return list(missing(store.ask(look), mark))
    except StoreError as error:
        return [str(error)]


def _pages(store: SqlStore, *, is_deep: bool) -> list[str]:
    """What SQLite says of its own pages."""
    pragma = "PRAGMA integrity_check" if is_deep else "PRAGMA quick_check"

    def ask(cursor: Any) -> list[str]:
        cursor.execute(pragma)
        return [str(said) for (said,) in cursor.fetchall()]

    try:
        return [f"the database says: {said}" for said in store.ask(ask) if said != "ok"]
    except StoreError as error:
        return [str(error)]


def _read_table(store: SqlStore, table: type[Row], report: CheckReport, progress: Progress) -> None:
    after: Key | None = None
    count = 0
    try:
        while rows := store.scan(table, {}, after=after, limit=AT_ONCE):
            after = key_of(rows[-1])
            count += len(rows)
            progress(table.table, count)
    except StoreError as error:
        report.damage.append(f"table {table.table}: {error}")
    report.rows += count
    report.damage += (f"{store.name_of(row)} is not as it was written" for row in store.left_out(table))


def _read_log(store: SqlStore, report: CheckReport, progress: Progress) -> None:
    try:
        before = store.ask(look).tenure
        events, broken_before = 0, len(report.damage)
        for entries, broken in _portions(store):
            report.damage += (
                f"entry {entry.position} of the log is not as it was written" for entry in broken
            )
            report.entries += len(entries)
            events += sum(
                entry.event_count for entry in entries if before and entry.position <= before.log_end
            )
            progress("event_log", report.entries)
        if before == store.ask(look).tenure and before and len(report.damage) == broken_before:
            report.damage += _lost_entries(before, events)
    except StoreError as error:
        report.damage.append(f"the log: {error}")


def _portions(store: SqlStore) -> Iterator[tuple[list[LogEntry], list[LogEntry]]]:
    after = 0
    while True:
        entries, broken = store.log_as_found(after, AT_ONCE)
        if not entries and not broken:
            return
        after = max(entry.position for entry in (*entries, *broken))
        yield entries, broken


def _lost_entries(tenure: TenureRow, events: int) -> Iterator[str]:
    """Every position up to the end has an event, or is counted as one that has none."""
    missing_events = tenure.last_position - events - tenure.absent_positions
    if missing_events:
        yield (
            f"{missing_events} events of the log are missing: up to position {tenure.last_position} "
            "it tells of "
            f"{events}, and {tenure.absent_positions} were taken out"
        )


def _replay(store: SqlStore, report: CheckReport, progress: Progress, *, is_deep: bool) -> None:
    keys = [row.key for row in store.scan(ProcessInstance, {})]
    if not is_deep and len(keys) > SAMPLE:
        keys = sorted(random.Random(SAMPLE).sample(keys, SAMPLE))  # noqa: S311 - a sample, the same each time
    for key in keys:
        if said := _differs(store, key):
            report.damage.append(said)
        report.replayed += 1
        progress("instances folded", report.replayed)


def _differs(store: SqlStore, key: int) -> str:
    """What is wrong with an instance; empty where its log gives its rows."""
    said = ""
    for _ in range(TRIES):
        try:
            said = _compared(store, key)
        except (DamagedInstance, DamagedError, BrokenInvariant, KeyError) as error:
            return (
                f"process instance {key}: {error}" if not isinstance(error, DamagedInstance) else str(error)
            )
        if not said:
            break
    return said


def _compared(store: SqlStore, key: int) -> str:
    state = State(EmptySource(), Partition(1, 0, 0))
    kernel.replay(state, store.read_log(process_instance_key=key))
    folded = state.instances.get(key)
    there = store.load_instance(key)
    for table in INSTANCE_TABLES:
        folded_rows = {} if folded is None else {key_of(row): row for row in folded.rows[table].values()}
        if folded_rows != {key_of(row): row for row in there[table]}:
            return f"process instance {key}: its log gives other rows of {table.table} than there are"
    return ""


def _unchecked(store: SqlStore, table: str) -> int:
    def ask(cursor: Any) -> int:
        cursor.execute(f'SELECT COUNT(*) FROM "{table}" WHERE row_checksum IS NULL')  # noqa: S608 - a name of ours
        return int(cursor.fetchall()[0][0])

    try:
        return store.ask(ask)
    except StoreError:
        return 0
