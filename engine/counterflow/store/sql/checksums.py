"""What tells a row that was read from the one that was written: a checksum over all of its columns.

CRC-32 (ISO 3309) over the values as msgpack, begun with the name of the table: so a row in another's place is
noticed as well. Above it stands how many columns it is over: a later version adds fields to the end of a row,
and what was written before them is held to the columns that there were then. A row without a checksum was
written by a version that had none; a database that no such version wrote to has no such row.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from zlib import crc32

import msgspec
from msgspec.structs import astuple

COLUMNS_FROM_BIT = 32
LOW_BITS = (1 << COLUMNS_FROM_BIT) - 1

_encode = msgspec.msgpack.Encoder().encode


class Checksums:
    """The checksums of one table, whose rows have so many columns."""

    def __init__(self, table: str, columns: int) -> None:
        self._seed = crc32(table.encode())
        self._over_all = columns << COLUMNS_FROM_BIT

    def with_checksum(self, rows: Iterable[msgspec.Struct]) -> list[tuple[Any, ...]]:
        """The values of rows, each with its checksum behind them. Raises `OverflowError` and
        `UnicodeEncodeError` for what no database could hold.
        """
        seed, over_all = self._seed, self._over_all
        return [(*(values := astuple(row)), over_all | crc32(_encode(values), seed)) for row in rows]

    def is_whole(self, values: Sequence[Any], checksum: Any) -> bool:
        """Whether values are those that a checksum was made of; true where there is none."""
        try:
            if checksum is None or checksum == self._over_all | crc32(_encode(values), self._seed):
                return True
            columns = checksum >> COLUMNS_FROM_BIT if isinstance(checksum, int) else 0
            return 0 < columns < len(values) and checksum & LOW_BITS == crc32(
                _encode(values[:columns]), self._seed
            )
        except UnicodeEncodeError:  # a text that is none
            return False
