"""Whether a database holds all that was acknowledged, asked before anybody writes to it again.

Four things say how far it had come: the end of its log, the counters of the partition, the row that every
transaction brings up to date, and the last commit kept beside it. SQLite goes on without a word from the last
transaction that it can read; so where these do not agree, something is missing.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import msgspec
from msgspec.structs import astuple, replace

from counterflow.kernel.rows import Partition
from counterflow.store.errors import CommitsMissingError
from counterflow.store.sql.checksums import Checksums
from counterflow.store.sql.commit_mark import LastCommit
from counterflow.store.sql.tenure import CHECKSUMS, READ, Tenure, TenureRow, write_over

logger = logging.getLogger("counterflow.store")

REMEDY = (
    "Put back what is missing (the file with -wal at its end belongs to the database), or a copy "
    "that has it; or "
    "start with --accept-loss to go on without it"
)
COUNTERS = Checksums("partition", len(Partition.__struct_fields__))
LOG_END = "SELECT position + event_count - 1 FROM event_log ORDER BY position DESC LIMIT 1"
ADD = "INSERT INTO tenure VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)"
PUT_COUNTERS = (
    "INSERT INTO partition (id, last_key, last_position, row_checksum) VALUES (?, ?, ?, ?) ON "
    "CONFLICT (id) DO UPDATE "
    "SET last_key = excluded.last_key, last_position = excluded.last_position, row_checksum = "
    "excluded.row_checksum"
)


class Standing(msgspec.Struct, frozen=True):
    """What a database says of how far it has come. None: it does not say, or not what was written."""

    tenure: TenureRow | None
    counters: Partition | None
    log_end: int


def look(cursor: Any) -> Standing:
    """What the database says, in the transaction that is open, if any."""
    cursor.execute(READ)
    rows = [row for row in cursor.fetchall() if CHECKSUMS.is_whole(_as_written(row), row[-1])]
    cursor.execute("SELECT id, last_key, last_position, row_checksum FROM partition ORDER BY id LIMIT 1")
    counters = [row for row in cursor.fetchall() if COUNTERS.is_whole(row[:-1], row[-1])]
    cursor.execute(LOG_END)
    ends = cursor.fetchall()
    return Standing(
        TenureRow(*_as_written(rows[0])) if rows else None,
        Partition(*counters[0][:-1]) if counters else None,
        ends[0][0] if ends else 0,
    )


def _as_written(row: Any) -> list[Any]:
    """Booleans are kept as 0 and 1."""
    return [*row[:-2], bool(row[-2])]


def missing(standing: Standing, mark: LastCommit | None) -> Iterator[str]:
    """What does not agree, a clause each."""
    tenure = standing.tenure
    if tenure is None:
        yield "the row that says how far it had come is damaged"
        return
    if mark is not None:
        yield from _behind_mark(tenure, mark)
    if standing.log_end != tenure.log_end:
        yield (
            f"its log ends at position {standing.log_end}, and its last commit says {tenure.log_end}: "
            f"{abs(tenure.log_end - standing.log_end)} events are missing"
        )
    yield from _counters(standing.counters, tenure)


def _behind_mark(tenure: TenureRow, mark: LastCommit) -> Iterator[str]:
    if mark.database_id != tenure.database_id:
        yield (
            f"it is another database than the one to which {mark.commits} commits were made under "
            "this name, to "
            f"position {mark.last_position} of the log"
        )
    elif mark.commits > tenure.commits:
        yield (
            f"commit {mark.commits} was acknowledged, to position {mark.last_position} of the log, "
            "and it ends "
            f"with commit {tenure.commits}, at position {tenure.last_position}: "
            f"{mark.commits - tenure.commits} commits with "
            f"{mark.last_position - tenure.last_position} events are "
            "missing"
        )


def _counters(counters: Partition | None, tenure: TenureRow) -> Iterator[str]:
    if counters is None:
        if tenure.last_position:
            yield "the counters of the partition are damaged or missing"
    elif (counters.last_key, counters.last_position) != (tenure.last_key, tenure.last_position):
        yield (
            f"its counters say key {counters.last_key} and position {counters.last_position}, and "
            "its last commit "
            f"key {tenure.last_key} and position {tenure.last_position}"
        )


def begin_tenure(cursor: Any, name: str, mark: LastCommit | None, *, accepts_loss: bool) -> Tenure:
    """Write the next epoch, in the transaction that is open, if nothing is missing or its loss is accepted.

    Raises `CommitsMissingError`.
    """
    standing = look(cursor)
    clauses = list(missing(standing, mark))
    if not clauses and standing.tenure is not None:
        return _begin(cursor, standing.tenure, standing.tenure)
    reason = f"{name} does not hold all that was acknowledged: {'; '.join(clauses)}"
    if not accepts_loss:
        raise CommitsMissingError(f"{reason}. {REMEDY}.")
    logger.warning("%s; going on without it, as --accept-loss says", reason)
    return _begin_without(cursor, standing, mark)


def _begin_without(cursor: Any, standing: Standing, mark: LastCommit | None) -> Tenure:
    """No key and no position that may have been given is given again: workers may still hold what is lost."""
    marks = [one for one in (standing.tenure, standing.counters, mark) if one is not None]
    last_key = max((one.last_key for one in marks), default=0)
    last_position = max(standing.log_end, *(one.last_position for one in marks), 0)
    cursor.execute("SELECT COALESCE(SUM(event_count), 0) FROM event_log")
    ((there,),) = cursor.fetchall()
    before = standing.tenure or _as_far_as_it_says(cursor)
    ((*values, checksum),) = COUNTERS.with_checksum([Partition(1, last_key, last_position)])
    cursor.execute(PUT_COUNTERS, (*values, checksum))
    return _begin(
        cursor,
        before,
        replace(
            before,
            last_key=last_key,
            last_position=last_position,
            log_end=standing.log_end,
            absent_positions=last_position - there,
        ),
    )


def _as_far_as_it_says(cursor: Any) -> TenureRow:
    """Of a row that is damaged only who writes is needed, of one that is gone not even that."""
    cursor.execute("SELECT database_id, epoch, commits FROM tenure WHERE id = 1")
    rows = cursor.fetchall()
    database_id, epoch, commits = rows[0] if rows else (uuid4().hex, 0, 0)
    row = TenureRow(1, database_id, epoch, commits, 0, 0, 0, 0, is_checked=False)
    if not rows:
        cursor.execute(ADD, astuple(row))
    return row


def _begin(cursor: Any, before: TenureRow, now: TenureRow) -> Tenure:
    after = replace(now, epoch=now.epoch + 1, commits=now.commits + 1)
    if not write_over(cursor, before, after):
        raise CommitsMissingError(
            "the row that says how far the database had come cannot be brought up to date"
        )
    return Tenure(after)
