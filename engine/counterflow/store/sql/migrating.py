"""What becomes of a database that is not of this version: steps bring it there, or a refusal says why not.
The steps are Alembic's. The steps run in one transaction, so a crash leaves the schema as it was.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, NullPool, create_engine
from sqlalchemy.exc import DBAPIError

from counterflow.store.errors import DatabaseTooNewError, ForeignDatabaseError, UnsupportedDatabaseError
from counterflow.store.sql.dialects import DatabaseKind
from counterflow.store.sql.schema import HEAD
from counterflow.version import __version__

MIGRATIONS = Path(__file__).parent / "migrations"


def migrate(dialect: DatabaseKind, path: Path) -> None:
    """Migrate the database at `path`, which is one of ours, to `HEAD`. Raises the driver's error."""
    with _connected(dialect, path) as connection, connection.begin():
        connection.exec_driver_sql(dialect.begin_write)
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
        command.upgrade(config, "head")


def refuse_others(dialect: DatabaseKind, path: Path) -> None:
    """Say why a database is not one that this program can bring up to date.

    Raises `ForeignDatabaseError`, `DatabaseTooNewError`, or the driver's error.
    """
    with _connected(dialect, path) as connection:
        _refuse_foreign(dialect, path, connection)
        _refuse_newer(path, connection)


def refuse_to_read(dialect: DatabaseKind, path: Path) -> None:
    """Say why a database that is not current cannot be read as it is.

    Raises `ForeignDatabaseError`, `DatabaseTooNewError`, `UnsupportedDatabaseError`, or the driver's error.
    """
    with _connected(dialect, path) as connection:
        if not _names(dialect, connection):
            raise ForeignDatabaseError(
                f"{path} is empty: expected a database that Counterflow made; name another file, or "
                "begin `counterflow serve` on it once"
            )
    refuse_others(dialect, path)
    raise UnsupportedDatabaseError(
        f"{path} has the schema of an older version: expected {HEAD}; begin `counterflow serve` on "
        "it once, which migrates it"
    )


@contextmanager
def _connected(dialect: DatabaseKind, path: Path) -> Iterator[Connection]:
    engine = create_engine(dialect.sqlalchemy_url, creator=lambda: dialect.connect(path), poolclass=NullPool)
    try:
        with engine.connect() as connection:
            yield connection
    except DBAPIError as error:
        raise error.orig or error from error


def _names(dialect: DatabaseKind, connection: Connection) -> list[str]:
    return [name for (name,) in connection.exec_driver_sql(dialect.table_names)]


def _refuse_foreign(dialect: DatabaseKind, path: Path, connection: Connection) -> None:
    tables = _names(dialect, connection)
    if tables and not {"alembic_version", "event_log"} <= set(tables):
        raise ForeignDatabaseError(
            f"{path} holds tables that are not Counterflow's: {', '.join(tables[:3])}. "
            "Expected an empty or missing file, or a database that Counterflow made; name another file."
        )


def _refuse_newer(path: Path, connection: Connection) -> None:
    known = {step.revision for step in ScriptDirectory(str(MIGRATIONS)).walk_revisions()}
    revision = MigrationContext.configure(connection).get_current_revision()
    if revision is not None and revision not in known:
        raise DatabaseTooNewError(
            f"{path} has schema {revision}; Counterflow {__version__} knows schemas up to {HEAD}. "
            "Start the version that wrote it, or a later one; nothing was changed."
        )
