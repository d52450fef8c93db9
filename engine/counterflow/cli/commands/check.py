"""The command that reads a database through, beside a server or without one."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from counterflow.cli.exits import FAILED, USAGE, Failure
from counterflow.cli.options import JsonOption
from counterflow.cli.output import count, give, give_json, say

if TYPE_CHECKING:
    from counterflow.queries.check import CheckReport

TOLD_EVERY = 100_000


def check(
    database: Annotated[
        str,
        typer.Option("--database", metavar="URL", help="Where data is kept; else what `serve` would use."),
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
    report = _report(database or _settings_url(), is_deep=deep)
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
        return read_settings({}, os.environ, None).database_url
    except SettingsError as error:
        raise Failure(USAGE, str(error)) from error


def _report(url: str, *, is_deep: bool) -> CheckReport:
    from sqlalchemy import make_url  # noqa: PLC0415 - costs what --help does not pay
    from sqlalchemy.exc import ArgumentError  # noqa: PLC0415 - as above

    from counterflow.queries.check import check as check_database  # noqa: PLC0415 - as above
    from counterflow.store.port import StoreError  # noqa: PLC0415 - as above
    from counterflow.store.sql.sqlite_file import open_to_read  # noqa: PLC0415 - as above

    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise Failure(USAGE, "Expected sqlite:///FILE after --database") from error
    if parsed.drivername != "sqlite" or not parsed.database:
        raise Failure(USAGE, "Expected sqlite:///FILE after --database: only a file can be checked")
    try:
        store = open_to_read(parsed)
    except StoreError as error:
        raise Failure(FAILED, str(error)) from error
    try:
        return check_database(store, Path(parsed.database).resolve(), _tell, is_deep=is_deep)
    finally:
        store.close()


def _tell(what: str, number: int) -> None:
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
