"""Connections that read: borrowed for one call, then put back for whoever comes next, on whatever thread."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TypeVar

from counterflow.store.errors import DamagedError, DatabaseLostError
from counterflow.store.port import SearchTooLong, StoreError
from counterflow.store.sql.dialects import DatabaseConnection, DatabaseCursor, DatabaseKind
from counterflow.store.sql.statements import Parameters

Answer = TypeVar("Answer")
Found = Sequence[Sequence[object]]


class Readers:
    """Connections to read by: as many as there were readers at once, each with its prepared statements."""

    def __init__(self, dialect: DatabaseKind, path: Path) -> None:
        self._dialect = dialect
        self._path = path
        self._idle: list[DatabaseConnection] = []
        self._closed = False
        self._lost = ""

    def refuse(self, lost: DatabaseLostError) -> None:
        """From now on raise this: what could be read is not what callers mean."""
        self._lost = str(lost)

    def ask(self, question: Callable[[DatabaseCursor], Answer]) -> Answer:
        """What a question has to say, asked with a connection. Raises `StoreError`."""
        try:
            connection = self._borrow()
            try:
                return self._answer(connection, question)
            finally:
                self._give_back(connection)
        except self._dialect.errors as error:
            raise self._refused(error) from error

    def fetch(self, text: str, parameters: Parameters) -> Found:
        """The rows of one query. Raises `StoreError`."""
        return self.ask(lambda cursor: _fetch(cursor, text, parameters))

    def fetch_together(self, texts: Iterable[str], parameters: Parameters) -> list[Found]:
        """The rows of several queries with the same parameters, at one moment. Raises `StoreError`."""
        return self.ask(lambda cursor: self._in_one_transaction(cursor, texts, parameters))

    def fetch_within(self, queries: Iterable[tuple[str, Parameters]], seconds: float) -> list[Found]:
        """The rows of several queries, at one moment, within so long. Raises `SearchTooLong`."""
        try:
            return self.ask(lambda cursor: self._in_time(cursor, queries, seconds))
        except StoreError as error:
            if error.__cause__ is not None and self._dialect.is_overdue(error.__cause__):
                raise SearchTooLong(
                    f"What was searched for was not found within {seconds:g} s; narrow the filter, such as "
                    "by a key, a process or a time, or sort by the key"
                ) from None
            raise

    def close(self) -> None:
        """Close what is idle; what is borrowed closes when it comes back."""
        self._closed = True
        while self._idle:
            self._idle.pop().close()

    def _in_time(
        self, cursor: DatabaseCursor, queries: Iterable[tuple[str, Parameters]], seconds: float
    ) -> list[Found]:
        cursor.execute(self._dialect.begin_read)
        self._dialect.limit(cursor, seconds)
        try:
            return [_fetch(cursor, text, parameters) for text, parameters in queries]
        finally:
            self._dialect.limit(cursor, None)
            cursor.execute("ROLLBACK")

    def _in_one_transaction(
        self, cursor: DatabaseCursor, texts: Iterable[str], parameters: Parameters
    ) -> list[Found]:
        cursor.execute(self._dialect.begin_read)
        try:
            return [_fetch(cursor, text, parameters) for text in texts]
        finally:
            cursor.execute("ROLLBACK")  # nothing was written: this only ends the moment that all queries saw

    def _answer(self, connection: DatabaseConnection, question: Callable[[DatabaseCursor], Answer]) -> Answer:
        """One text that is none must not hide the rows beside it."""
        try:
            return question(connection.cursor())
        except self._dialect.errors as error:
            if not self._dialect.is_damage(error):
                raise
        self._dialect.read_any_text(connection, True)
        try:
            return question(connection.cursor())
        finally:
            self._dialect.read_any_text(connection, False)

    def _borrow(self) -> DatabaseConnection:
        if self._closed:
            raise StoreError("the store is closed; nothing was read")
        if self._lost:
            raise DatabaseLostError(self._lost)
        try:
            return self._idle.pop()
        except IndexError:
            return self._dialect.connect(self._path)

    def _give_back(self, connection: DatabaseConnection) -> None:
        self._idle.append(connection)
        if self._closed:
            self.close()

    def _refused(self, error: Exception) -> StoreError:
        said = f"the database said: {self._dialect.describe(error)}; nothing was read"
        return DamagedError(said) if self._dialect.is_damage(error) else StoreError(said)


def _fetch(cursor: DatabaseCursor, text: str, parameters: Parameters) -> Found:
    cursor.execute(text, parameters)
    return cursor.fetchall()
