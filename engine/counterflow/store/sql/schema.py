"""Brings a database to the schema of this program when it is opened, or says why it cannot.

A server that starts on an up-to-date database asks for one row and goes on; Alembic is imported only when
there is something to do. The first step and all later ones run in one transaction, so a crash leaves the
schema as it was.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import URL, Connection, NullPool, create_engine, inspect

from counterflow.store.errors import DatabaseTooNewError, ForeignDatabaseError, UnsupportedDatabaseError
from counterflow.store.sql.dialects import DatabaseKind
from counterflow.version import __version__

HEAD = "0010"
"""The last step in `migrations/versions`."""

MIGRATIONS = Path(__file__).parent / "migrations"


def bring_up_to_date(dialect: DatabaseKind, url: URL) -> None:
    """Migrate the database at `url` to `HEAD`.

    Raises `DatabaseTooNewError`, `ForeignDatabaseError`, or the driver's error.
    """
    if is_current(dialect, url):
        return
    engine = create_engine(url, creator=lambda: dialect.connect(url), poolclass=NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql(dialect.begin_write)
        _refuse_foreign(url, connection)
        _migrate(url, connection)


def is_current(dialect: DatabaseKind, url: URL) -> bool:
    """Whether the one row that Alembic keeps says so.

    Where it cannot be read, migrating finds out why and says it better.
    """
    connection = dialect.connect(url)
    try:
        cursor = connection.cursor()
        cursor.execute("SELECT version_num FROM alembic_version")
        return cursor.fetchall() == [(HEAD,)]
    except dialect.errors:
        return False
    finally:
        connection.close()


def refuse_to_read(dialect: DatabaseKind, url: URL) -> None:
    """Say why a database that is not current cannot be read as it is.

    Raises `ForeignDatabaseError`, `DatabaseTooNewError`, `UnsupportedDatabaseError`, or the driver's error.
    """
    engine = create_engine(url, creator=lambda: dialect.connect(url), poolclass=NullPool)
    with engine.connect() as connection:
        if not inspect(connection).get_table_names():
            raise ForeignDatabaseError(
                f"{url.database} is empty: expected a database that Counterflow made; name another file, or "
                "begin `counterflow serve` on it once"
            )
        _refuse_foreign(url, connection)
        _refuse_newer(url, connection)
    raise UnsupportedDatabaseError(
        f"{url.database} has the schema of an older version: expected {HEAD}; begin `counterflow serve` on "
        "it once, which migrates it"
    )


def _refuse_foreign(url: URL, connection: Connection) -> None:
    tables = inspect(connection).get_table_names()
    if tables and not {"alembic_version", "event_log"} <= set(tables):
        raise ForeignDatabaseError(
            f"{url.database} holds tables that are not Counterflow's: {', '.join(tables[:3])}. "
            "Expected an empty or missing file, or a database that Counterflow made; name another file."
        )


def _refuse_newer(url: URL, connection: Connection) -> None:
    from alembic.migration import MigrationContext  # noqa: PLC0415 - a tenth of a second that a start on a current database does not pay
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    known = {step.revision for step in ScriptDirectory(str(MIGRATIONS)).walk_revisions()}
    revision = MigrationContext.configure(connection).get_current_revision()
    if revision is not None and revision not in known:
        raise DatabaseTooNewError(
            f"{url.database} has schema {revision}; Counterflow {__version__} knows schemas up to {HEAD}. "
            "Start the version that wrote it, or a later one; nothing was changed."
        )


def _migrate(url: URL, connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415 - a tenth of a second that a start on a current database does not pay
    from alembic.config import Config  # noqa: PLC0415

    _refuse_newer(url, connection)
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    command.upgrade(config, "head")
