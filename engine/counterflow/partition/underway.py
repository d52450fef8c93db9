"""Which due thing, or page of work, is being carried out, known also to the process that starts after a kill.

What kills a server while it is carried out (by its memory, or since whoever watches over the server has lost
patience) would do so again after each restart, for it is due still. So what is due is written into a small
file beside the database, in memory that the operating system keeps when a process dies, and taken out again
when it is done: a microsecond for each, and nothing at all while nothing is due.

What a start finds there is judged by how long it had been at it. Had it held the server for `HELD_S`, which
the watchdog's thread writes down, it is set aside and not carried out again. Else the process may have been
killed just then by chance, or the thread had no way to say so: it is carried out once more, and set aside
when the process ends in the middle of the very same thing again. Once more is a while after the start: what
is due comes first when a server starts, so whoever kills it as it starts would meet the same thing each time.

A page of work that goes on comes again likewise; its moment is the place of its first errand.

    slots: [under way now] [was under way when a process before this one ended] …
    a slot: state, table, key, moment
"""

from __future__ import annotations

import mmap
import os
from pathlib import Path
from struct import Struct
from types import TracebackType
from typing import NamedTuple, Self

from counterflow.kernel.row import Row
from counterflow.kernel.rows import TABLES
from counterflow.kernel.state.windows import Due

_SLOT = Struct("<B3x20sqq")
_NOW = 0
_BEFORE = range(_SLOT.size, 65 * _SLOT.size, _SLOT.size)
"""Several: else two that kill a server in turn would each be forgotten for the other."""
_SIZE = 4096
_TABLES: dict[bytes, type[Row]] = {table.table.encode()[:20]: table for table in TABLES}
_NAMES = {table: name for name, table in _TABLES.items()}
NOTHING, BEGUN, HELD = range(3)
"""The state of a slot: HELD where what is in it has held the server for long, or is to be set aside."""


class _Slot(NamedTuple):
    state: int
    due: Due | None


_EMPTY = _Slot(NOTHING, None)


class Underway:
    """The marker of one database, for one process at a time; without a path it outlives nothing. Raises
    `OSError` where the file cannot be made.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._map = mmap.mmap(-1, _SIZE) if path is None else _mapped(path)
        now, before = _read(self._map, _NOW), self._before()
        if now.due is not None:
            again = next((at for at, slot in before.items() if slot.due == now.due), None)
            at = again or next((at for at, slot in before.items() if slot.due is None), _BEFORE[0])
            self._write(at, HELD if again or now.state == HELD else BEGUN, now.due)
        self._map[_NOW] = NOTHING
        self._interrupted = {
            slot.due: at
            for at, slot in self._before().items()
            if slot.due is not None and slot.state == BEGUN
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._map.close()

    @property
    def suspects(self) -> tuple[Due, ...]:
        """What is not to be carried out again, since a process has ended in the middle of it."""
        slots = self._before().values()
        return tuple(slot.due for slot in slots if slot.state == HELD and slot.due is not None)

    @property
    def interrupted(self) -> frozenset[Due]:
        """What a process has ended in the middle of once: it is carried out once more."""
        return frozenset(self._interrupted)

    def clear_suspect(self, due: Due) -> None:
        """It is set aside, or stands no longer."""
        for at, slot in self._before().items():
            if slot == (HELD, due):
                self._map[at] = NOTHING

    def begin(self, due: Due) -> None:
        """A due thing is being carried out."""
        self._write(_NOW, BEGUN, due)

    def end(self) -> None:
        """It is not any more."""
        self._map[_NOW] = NOTHING

    def carried_out(self, due: Due) -> None:
        """It did not end this process: it was interrupted by chance."""
        if self._interrupted and (at := self._interrupted.pop(due, None)):
            self._map[at] = NOTHING

    def held(self) -> None:
        """What is being carried out, if anything, holds the server. Called from the watchdog's thread;
        durable on return.
        """
        if self._map[_NOW] == BEGUN:
            self._map[_NOW] = HELD
            self._map.flush()

    def _before(self) -> dict[int, _Slot]:
        return {at: _read(self._map, at) for at in _BEFORE}

    def _write(self, where: int, state: int, due: Due) -> None:
        """The state last: what is half written when the process dies says nothing."""
        self._map[where] = NOTHING
        _SLOT.pack_into(self._map, where, NOTHING, _NAMES[due.table], due.key, due.due_ms)
        self._map[where] = state


def _mapped(path: Path) -> mmap.mmap:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        os.ftruncate(descriptor, _SIZE)
        return mmap.mmap(descriptor, _SIZE)
    finally:
        os.close(descriptor)


def _read(marker: mmap.mmap, where: int) -> _Slot:
    """What a slot says; nothing where that is not ours."""
    if marker[where] not in (BEGUN, HELD):
        return _EMPTY
    state, name, key, due_ms = _SLOT.unpack_from(marker, where)
    table = _TABLES.get(name.rstrip(b"\0"))
    return _EMPTY if table is None else _Slot(state, Due(due_ms, key, table))
