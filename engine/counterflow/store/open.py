"""From a URL to a store: the one place that knows which stores there are."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import parse_qs, unquote

from counterflow.store.errors import UnsupportedDatabaseError
from counterflow.store.memory import MemoryStore
from counterflow.store.port import Store
from counterflow.store.sql.sqlite_file import open_sqlite

IN_MEMORY = "memory:"
"""In the place of a URL: nothing is kept."""
EXPECTED = "expected sqlite:///FILE or memory:"
URL = re.compile(
    r"(?P<driver>[\w+]+)://(?P<host>[^/?]*)(?:/(?P<file>[^?]*))?(?:\?(?P<options>.*))?", re.DOTALL
)
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


def file_of(url: str) -> Path:
    """The file that a URL of SQLite names. Raises `UnsupportedDatabaseError`."""
    parts = URL.fullmatch(url)
    if parts is None:
        raise UnsupportedDatabaseError(f"{masked(url)!r} is not the URL of a database: {EXPECTED}")
    driver, file, options = (
        parts["driver"],
        unquote(parts["file"] or "", errors="surrogateescape"),
        parse_qs(parts["options"] or "", True),
    )
    if driver.partition("+")[0] == "postgresql":
        raise UnsupportedDatabaseError(
            f"PostgreSQL comes in a later version; this one keeps its data in SQLite: {EXPECTED}"
        )
    if driver != "sqlite":
        raise UnsupportedDatabaseError(f"{driver} is not a database that Counterflow uses: {EXPECTED}")
    if file in {"", ":memory:"} or parts["host"]:
        raise UnsupportedDatabaseError(
            "sqlite:// without a file keeps nothing: expected sqlite:///FILE, or memory: to keep nothing on "
            "purpose"
        )
    if options:
        unknown = ", ".join(name if name.isidentifier() else repr(name) for name in options)
        raise UnsupportedDatabaseError(
            f"{unknown} is an option that Counterflow does not know: expected sqlite:///FILE alone"
        )
    path = Path(file)
    if "\0" in file or not path.name:
        raise UnsupportedDatabaseError(f"{masked(url)!r} names nothing that could be a file: {EXPECTED}")
    return path


def file_beside(url: str, suffix: str) -> Path | None:
    """The path of a small file that belongs to the database at this address; None where none is kept.
    `open_store` has opened that.
    """
    if url == IN_MEMORY:
        return None
    path = file_of(url).resolve()
    return path.with_name(path.name + suffix)


def open_store(url: str, *, accepts_loss: bool = False, takes_over: bool = False) -> Store:
    """Open the store that `url` names, create or migrate it if need be.

    `sqlite:///relative/file`, `sqlite:////absolute/file` or `memory:`. `accepts_loss`: also where something
    that was acknowledged is not in it. `takes_over`: also while another server writes to it, which then
    cannot any more. Raises the refusals of `errors.py`.
    """
    if url == IN_MEMORY:
        return MemoryStore()
    return open_sqlite(file_of(url), accepts_loss=accepts_loss, takes_over=takes_over)
