"""What the questions of the store exam are made of: rows of any table, batches, log entries."""

from __future__ import annotations

from typing import Any, TypeVar, get_type_hints

from counterflow.kernel.row import Row
from counterflow.kernel.rows import Partition, Variable
from counterflow.kernel.vocabulary import LogEntry
from counterflow.store.port import Batch, Key

RowType = TypeVar("RowType", bound=Row)


def batch(
    *rows: Row, deletes: dict[type[Row], list[Key]] | None = None, log: list[LogEntry] | None = None
) -> Batch:
    """A batch that puts these rows."""
    puts: dict[type[Row], list[Row]] = {}
    for row in rows:
        puts.setdefault(type(row), []).append(row)
    return Batch(puts, deletes or {}, log or [])


def counted(position: int, *rows: Row) -> Batch:
    """A batch that puts these rows, with an entry at a position of the log, and counters that say so."""
    return batch(Partition(1, position, position), *rows, log=[entry(position)])


def entry(position: int, instance: int = 1, *, events: bytes = b"\x90") -> LogEntry:
    """A log entry of one event."""
    return LogEntry(position, instance, 1_790_000_000_000, "complete_job", 1, events)


def sample(table: type[RowType], number: int = 1, **changes: Any) -> RowType:
    """A row of any table: every column filled with something of its type that tells `number`."""
    made: dict[str, object] = {
        "int": number,
        "str": f"text {number}",
        "bytes": b"\x00\xff%d" % number,
        "bool": number % 2 == 1,
    }
    hints = {
        name: str(getattr(hint, "__name__", hint)).split(" ")[0]
        for name, hint in get_type_hints(table).items()
    }
    values = {name: made[hints[name]] for name in table.__struct_fields__}
    return table(**{**values, **changes})


def variable(name: str, *, scope: int = 1, instance: int = 1, value: bytes = b"1") -> Variable:
    """A variable, of the instance's own scope unless told otherwise."""
    return Variable(scope, name, instance, value)
