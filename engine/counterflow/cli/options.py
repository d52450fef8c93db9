"""What many commands are told in the same words, and how they read it."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import typer

from counterflow.cli.address import choose_address
from counterflow.cli.exits import NOT_FOUND, USAGE, Failure
from counterflow.cli.remote import Remote

AddressOption = Annotated[
    str, typer.Option("--address", metavar="HOST:PORT", help="The server; else ZEEBE_ADDRESS, else the one on this machine.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print data as JSON.")]
LimitOption = Annotated[int, typer.Option("--limit", min=1, help="How many to list at most.")]
VariablesOption = Annotated[str, typer.Option("--variables", metavar="JSON", help="A JSON object, @FILE, or - for stdin.")]
InstanceArgument = Annotated[int, typer.Argument(metavar="KEY", help="The key of a process instance.")]

UNIT_MS: Mapping[str, int] = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
_DURATION = re.compile(rf"(\d{{1,12}}(?:\.\d{{1,9}})?)\s*({'|'.join(UNIT_MS)})?", re.ASCII)

address_of_all = [""]
"""What `counterflow --address … COMMAND` said, for commands that are told nothing themselves."""


def remote(address: str) -> Remote:
    """The server that a command is to call."""
    return Remote(choose_address(address or address_of_all[0], os.environ))


def read_object(text: str, what: str) -> str:
    """A JSON object given as text, as `@FILE`, or as `-` for stdin; as text. Raises `Failure` for anything else."""
    document = _source(text)
    try:
        found: Any = json.loads(document)
    except ValueError as error:
        raise Failure(USAGE, f'{what}: expected a JSON object such as {{"days": 3}}, but {shown(document)} is no JSON: {error}') from error
    if not isinstance(found, dict):
        raise Failure(USAGE, f'{what}: expected a JSON object such as {{"days": 3}}, but found {shown(document)}')
    return document


def read_duration_ms(text: str, what: str) -> int:
    """A length of time such as `30s`, `1.5h` or, in milliseconds, `500`. Raises `Failure` for anything else."""
    matched = _DURATION.fullmatch(text.strip())
    if matched is None:
        raise Failure(USAGE, f"{what}: expected a length of time such as 30s, 5m, 2h, 1d, or milliseconds, but found {shown(text)}")
    number, unit = matched.groups()
    return int(Decimal(number) * UNIT_MS[unit or "ms"])


def read_file(path: Path) -> bytes:
    """The content of a file that was named. Raises `Failure`."""
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise Failure(NOT_FOUND, f"{path}: expected a file, found nothing") from error
    except OSError as error:
        raise Failure(NOT_FOUND, f"{path}: expected a file that can be read: {error.strerror}") from error


def shown(text: str) -> str:
    """What was given, short enough for a message."""
    return repr(text if len(text) <= 60 else f"{text[:59]}…")


def interruptible(action: Callable[[], None]) -> None:
    """Do something until it ends or Ctrl-C ends it, which is a good end."""
    try:
        action()
    except KeyboardInterrupt:
        sys.stderr.write("\n")


def _source(text: str) -> str:
    if text == "-":
        return sys.stdin.read()
    if text.startswith("@"):
        return read_file(Path(text[1:])).decode("utf-8", errors="replace")
    return text
