"""The right to write, as the database itself keeps it: one row that every transaction checks. Each brings it
up to date.

Whoever opens the database writes the next epoch into it. A transaction of somebody who holds an earlier one,
or who meets another number of commits than it has made, finds no row to bring up to date, and is refused: so
there is never a second writer, whatever became of the locks. The row also says how far the log has come, a
second time beside the counters of the partition.
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec.structs import replace

from counterflow.kernel.rows import Partition
from counterflow.store.errors import DatabaseLostError
from counterflow.store.port import Batch
from counterflow.store.sql.checksums import Checksums


class TenureRow(msgspec.Struct, frozen=True, gc=False):
    """Who writes (`epoch`), how many transactions have been written, and what the last one came to.

    `log_end` is where its last entry ends: before `last_position` only where the loss of what followed was
    accepted. `absent_positions` counts positions up to the last one that no entry of the log has: those of
    superseded entries, and those whose loss was accepted. `is_checked`: no version without checksums has
    written here.
    """

    id: int
    database_id: str
    epoch: int
    commits: int
    last_key: int
    last_position: int
    log_end: int
    absent_positions: int
    is_checked: bool


CHECKSUMS = Checksums("tenure", len(TenureRow.__struct_fields__))
READ = "SELECT * FROM tenure WHERE id = 1"
_RENEW = (
    "UPDATE tenure SET epoch = ?, commits = ?, last_key = ?, last_position = ?, log_end = ?, "
    "absent_positions = ?, "
    "is_checked = ?, row_checksum = ? WHERE id = 1 AND database_id = ? AND epoch = ? AND commits = ?"
)


class Tenure:
    """One server's time with a database, from the epoch that it has written. Transactions are made one after
    the other: `renew` in each, then `committed` or `rolled_back`.
    """

    def __init__(self, row: TenureRow) -> None:
        self.row = row
        """As the last commit has left it."""
        self._next = row

    def renew(self, cursor: Any, batch: Batch) -> None:
        """Check the row in a batch's transaction, and bring it up to date. Raises `DatabaseLostError`."""
        self._next = _after(self.row, batch)
        if not write_over(cursor, self.row, self._next):
            self.check(cursor)
            raise DatabaseLostError("another program has written to it")

    def committed(self) -> TenureRow:
        """The transaction is durable; answers the row that it has left."""
        self.row = self._next
        return self.row

    def rolled_back(self) -> None:
        """Nothing of the transaction is written."""
        self._next = self.row

    def check(self, cursor: Any) -> None:
        """Raises `DatabaseLostError` where the database is no longer ours to write to."""
        cursor.execute(READ)
        epochs = [(row[1], row[2]) for row in cursor.fetchall()]
        if [database_id for database_id, _ in epochs] != [self.row.database_id]:
            raise DatabaseLostError("another database was put in its place while this server ran")
        if epochs[0][1] != self.row.epoch:
            raise DatabaseLostError(
                f"another server has taken it over: expected epoch {self.row.epoch}, which this one holds, "
                f"found epoch {epochs[0][1]}"
            )


def write_over(cursor: Any, before: TenureRow, after: TenureRow) -> bool:
    """Put one row in the place of another, in a transaction that is open; answers whether that was there."""
    ((_, _, *values),) = CHECKSUMS.with_checksum([after])
    cursor.execute(_RENEW, (*values, before.database_id, before.epoch, before.commits))
    return bool(cursor.rowcount == 1)


def _after(before: TenureRow, batch: Batch) -> TenureRow:
    counters: Any = batch.puts.get(Partition)
    last_key = counters[-1].last_key if counters else before.last_key
    last = batch.log[-1] if batch.log else None
    end = last.position + last.event_count - 1 if last is not None else None
    return replace(
        before,
        commits=before.commits + 1,
        last_key=last_key,
        last_position=before.last_position if end is None else end,
        log_end=before.log_end if end is None else end,
        absent_positions=before.absent_positions + len(batch.superseded),
    )
