"""A database in which the story was told, to be damaged."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from counterflow.store.open import open_store
from counterflow.testing import Engine
from tests.compatibility.story import begin


def told_in(folder: Path) -> Path:
    """A database of a real run, closed."""
    path = folder / "a.db"
    store = open_store(f"sqlite:///{path}")
    begin(Engine(store))
    store.close()
    return path


def copied_to(folder: Path, path: Path) -> Path:
    """A copy of a database, with what stands beside it."""
    for each in path.parent.glob(f"{path.name}*"):
        shutil.copyfile(each, folder / each.name)
    return folder / path.name


def run(path: Path, statement: str, *parameters: Any) -> None:
    """Change something behind everybody's back."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(statement, parameters)
