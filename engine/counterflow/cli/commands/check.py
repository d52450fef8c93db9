"""The command that reads a database through, beside a server or without one."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from counterflow.cli.exits import FAILED, USAGE, Failure
from counterflow.cli.options import JsonOption, shown
from counterflow.cli.output import count, give, give_json, say

if TYPE_CHECKING:
    from counterflow.queries.check import CheckReport

URL_BEGINS = re.compile(r"[A-Za-z][A-Za-z0-9+]+:")
"""A file whose name begins so is named as ./FILE."""
TOLD_EVERY = 100_000


def check(
    file: Annotated[
        str,
        typer.Argument(metavar="FILE", help="The file of a database, or its URL.", show_default=False),
    ] = "",
    database: Annotated[
        str,
        typer.Option("--database", metavar="URL", help="In place of FILE; else what `serve` would use."),
    ] = "",
    deep: Annotated[
        bool, typer.Option("--deep", help="Hold indexes to tables too, and fold every instance from its log.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Read a database through, and say what is damaged.

    Every row and every entry of the log is held to its checksum, what tells how far it had come is compared,
    and a sample of instances is folded from the log. Nothing is changed, and a server may be at work. Exit
    code 1 where something is damaged.
    """
    if file and database:
        raise Failure(USAGE, "Expected one database, but found FILE and --database: name it once")
    report = _report(file or database or _settings_url(), is_deep=deep)
    if as_json:
        give_json(
            {
                "rows": report.rows,
                "entries": report.entries,
                "replayed": report.replayed,
                "unchecked": report.unchecked,
                "damage": report.damage,
            }
        )
    else:
        for said in report.damage:
            give(said)
    _say_what_was_read(report)
    if report.damage:
        raise Failure(FAILED, f"{count(len(report.damage), 'thing')} found that should not be")


def _settings_url() -> str:
    from counterflow.settings import SettingsError, read_settings  # noqa: PLC0415 - costs what --help does not pay

    try:
        return read_settings({}, os.environ, None).database
    except SettingsError as error:
        raise Failure(USAGE, str(error)) from error


def _report(named: str, *, is_deep: bool) -> CheckReport:
    from counterflow.queries.check import check as check_database  # noqa: PLC0415 - costs what --help does not pay
    from counterflow.store.port import StoreError  # noqa: PLC0415 - as above
    from counterflow.store.sql.sqlite_file import open_to_read  # noqa: PLC0415 - as above

    file = _file(named)
    try:
        store = open_to_read(file)
    except StoreError as error:
        raise Failure(FAILED, str(error)) from error
    try:
        return check_database(store, file.resolve(), _report_progress, is_deep=is_deep)
    finally:
        store.close()


def _file(named: str) -> Path:
    """A file as it is typed, or by its URL. Raises `Failure`."""
    from counterflow.store.errors import UnsupportedDatabaseError  # noqa: PLC0415 - costs what --help does not pay
    from counterflow.store.open import file_of, masked  # noqa: PLC0415 - as above

    if not URL_BEGINS.match(named):
        return Path(named)
    try:
        return file_of(named)
    except UnsupportedDatabaseError:
        raise Failure(
            USAGE,
            f"Expected a file, or sqlite:///FILE, found {shown(masked(named))}: only a file can be checked",
        ) from None


def _report_progress(what: str, number: int) -> None:
    if number % TOLD_EVERY == 0:
        say(f"{what}: {number:,} read")


def _say_what_was_read(report: CheckReport) -> None:
    say(
        f"{report.rows:,} rows and {report.entries:,} entries of the log read, {report.replayed:,} "
        "instances folded "
        "from their log"
    )
    if report.unchecked:
        say(
            f"{report.unchecked:,} of them were written before there were checksums, and get them "
            "when next written"
        )
    if not report.damage:
        is_empty = not (report.rows or report.entries)
        say("The database is empty: nothing was ever written to it." if is_empty else "Nothing is damaged.")
