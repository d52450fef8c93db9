"""From a URL to a store: the one place that knows which stores there are."""

from __future__ import annotations

import re
from pathlib import Path

from counterflow.store.errors import UnsupportedDatabaseError
from counterflow.store.memory import MemoryStore
from counterflow.store.port import Store

IN_MEMORY = "memory:"
"""In the place of a URL: nothing is kept."""
EXPECTED = "expected sqlite:///FILE or memory:"
PASSWORD = re.compile(r"(//[^/:@]*:).*@")
WITHOUT_SLASHES = re.compile(r"^([^/:@]*:)(?!//).*@")
"""A URL that is written wrongly is told as well, and may hold a password all the same."""
PASSWORD_OPTION = re.compile(r"([?&]\w*password=)[^&]*", re.IGNORECASE)


def masked(url: str) -> str:
    """A URL as it may be shown: without the password in it."""
    return PASSWORD_OPTION.sub(r"\1***", WITHOUT_SLASHES.sub(r"\1***@", PASSWORD.sub(r"\1***@", url)))


def whereabouts(url: str) -> str:
    """Where a database keeps its data, in words: `memory alone`, or the URL as it may be shown."""
    return "memory alone" if url == IN_MEMORY else masked(url)


def file_beside(url: str, suffix: str) -> Path | None:
    """The path of a small file that belongs to the database which `open_store` has opened; None where that
    keeps nothing.
    """
    if url == IN_MEMORY:
        return None
    from sqlalchemy import make_url  # noqa: PLC0415 - a store in memory needs no database

    path = Path(make_url(url).database or "").resolve()
    return path.with_name(path.name + suffix)


def open_store(url: str, *, accepts_loss: bool = False, takes_over: bool = False) -> Store:
    """Open the store that `url` names, create or migrate it if need be.

    `sqlite:///relative/file`, `sqlite:////absolute/file` or `memory:`. `accepts_loss`: also where something
    that was acknowledged is not in it. `takes_over`: also while another server writes to it, which then
    cannot any more. Raises the refusals of `errors.py`.
    """
    if url == IN_MEMORY:
        return MemoryStore()
    # Imported here: a store in memory needs no database, and should not wait a fifth of a second for one.
    from sqlalchemy import make_url  # noqa: PLC0415
    from sqlalchemy.exc import ArgumentError  # noqa: PLC0415

    from counterflow.store.sql.sqlite_file import open_sqlite  # noqa: PLC0415

    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise UnsupportedDatabaseError(f"{masked(url)!r} is not the URL of a database: {EXPECTED}") from error
    if parsed.drivername == "sqlite":
        return open_sqlite(parsed, accepts_loss=accepts_loss, takes_over=takes_over)
    if parsed.get_backend_name() == "postgresql":
        raise UnsupportedDatabaseError(
            f"PostgreSQL comes in a later version; this one keeps its data in SQLite: {EXPECTED}"
        )
    raise UnsupportedDatabaseError(f"{parsed.drivername} is not a database that Counterflow uses: {EXPECTED}")
