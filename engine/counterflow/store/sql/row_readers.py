"""What was read made into rows again, each held to its checksum."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from typing import Any, Generic, TypeVar

import msgspec

from counterflow.store.sql.checksums import Checksums

logger = logging.getLogger("counterflow.store")

Record = TypeVar("Record", bound=msgspec.Struct)


class RowReader(Generic[Record]):
    """Makes structs of the values of one table. `is_checked`: no row of it is without a checksum."""

    def __init__(self, table: str, struct: type[Record], key: tuple[str, ...], *, is_checked: bool) -> None:
        names = struct.__struct_fields__
        self.table = table
        self.checksums = Checksums(table, len(names))
        self._make = struct
        self._key = [names.index(name) for name in key]
        self._is_checked = is_checked
        self.known_broken: dict[str, Record] = {}
        """The rows that were left out of answers, by their names."""
        # SQLite keeps booleans as 0 and 1.
        self._flags = [
            index for index, field in enumerate(msgspec.structs.fields(struct)) if field.type is bool
        ]

    def rows(self, fetched: Iterable[Sequence[Any]], broken: list[Record]) -> list[Record]:
        """The rows that are what was written, in their order; the others, as found, join `broken`."""
        make, is_whole, flags = self._make, self.checksums.is_whole, self._flags
        rows: list[Record] = []
        for *values, checksum in fetched:
            for index in flags:
                values[index] = bool(values[index])
            if is_whole(values, checksum) and (checksum is not None or not self._is_checked):
                rows.append(make(*values))
            else:
                broken.append(make(*values))
        return rows

    def name(self, row: Record) -> str:
        """A row by its table and its key, as they were found."""
        values = msgspec.structs.astuple(row)
        return f"{self.table} {', '.join(repr(values[index])[:100] for index in self._key)}"

    def left_out(self, broken: Iterable[Record]) -> None:
        """Log, once each, that rows are left out of an answer."""
        for row in broken:
            name = self.name(row)
            if name not in self.known_broken:
                self.known_broken[name] = row
                logger.error(
                    "%s is not as it was written and is left out; `counterflow check` says what else "
                    "is damaged",
                    name,
                )
