"""`python -m tests.compatibility` writes today's golden database, `schema-….sql`, unless it is there.

Done once for every schema, by the last version that has it, before a migration leads on from it. Never done
again: what is written is how that version wrote.
"""

from __future__ import annotations

import sqlite3
import tempfile
from pathlib import Path

from counterflow.store.open import open_store
from counterflow.store.sql.dialects import SQLITE
from counterflow.store.sql.migrating import migrate
from counterflow.store.sql.schema import HEAD
from counterflow.testing import Engine
from tests.compatibility.story import begin

FOLDER = Path(__file__).parent


def write() -> None:
    """Tell the story on SQLite, and write the database down as SQL. Raises `FileExistsError`."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "golden.db"
        migrate(SQLITE, path)  # as its tables are made where a database has come a long way
        store = open_store(f"sqlite:///{path}")
        begin(Engine(store))
        store.close()
        connection = sqlite3.connect(path)
        lines = list(connection.iterdump())
        connection.close()
    with (FOLDER / f"schema-{HEAD}.sql").open("x") as file:
        file.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    write()
