"""What many commands are told in the same words, and how they read it."""

from __future__ import annotations

import os
import re
import shlex
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer

from counterflow.cli.address import choose_address
from counterflow.cli.exits import NOT_FOUND, USAGE, Failure
from counterflow.cli.output import json_data
from counterflow.cli.remote import Remote


def _or_as_said_before(context: typer.Context, address: str) -> str:
    """The address that a command was told, else what stands before the command."""
    return address or str(context.find_root().params.get("address") or "")


AddressOption = Annotated[
    str,
    typer.Option(
        "--address",
        metavar="HOST:PORT",
        help="The server, or https://HOST:PORT, or unix:PATH; else ZEEBE_ADDRESS, else this machine's.",
        callback=_or_as_said_before,
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print data as JSON.")]
LimitOption = Annotated[int, typer.Option("--limit", metavar="N", min=1, help="How many to list at most.")]
VariablesOption = Annotated[
    str, typer.Option("--variables", metavar="JSON", help="A JSON object, @FILE, or - for stdin.")
]
InstanceArgument = Annotated[int, typer.Argument(metavar="KEY", help="The key of a process instance.")]

UNIT_MS: Mapping[str, int] = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
LARGEST_KEY = 2**63 - 1
LONGEST_KEY = len(str(-LARGEST_KEY))
BYTE_ORDER_MARK = "\ufeff"
"""What some editors put before a text, and JSON does not know (RFC 8259, 8.1)."""
_DURATION = re.compile(rf"(\d{{1,12}}(?:\.\d{{1,9}})?)\s*({'|'.join(UNIT_MS)})?", re.ASCII)


def remote(address: str) -> Remote:
    """The server at this address; empty: at the one that the environment names, else on this machine.

    Raises `Failure`.
    """
    return Remote(choose_address(address, os.environ))


def own_program(address: str) -> str:
    """How a command line begins that is to be pasted and go to the same server. It is the program, and the
    address where one was said.
    """
    return f"counterflow --address {shlex.quote(address)}" if address else "counterflow"


def read_object(text: str, what: str) -> str:
    """A JSON object given as text, as `@FILE`, or as `-` for stdin; as text.

    Raises `Failure` for anything else.
    """
    document = in_utf_8(_source(text), what)
    try:
        data = json_data(document)
    except ValueError as error:
        raise Failure(
            USAGE,
            f'{what}: expected a JSON object such as {{"days": 3}}, but {shown(document)} is no JSON: '
            f"{error}",
        ) from error
    if not isinstance(data, dict):
        raise Failure(
            USAGE, f'{what}: expected a JSON object such as {{"days": 3}}, but found {shown(document)}'
        )
    return document


def in_utf_8(text: str, what: str) -> str:
    """The same text.

    Raises `Failure` where it holds bytes that were no UTF-8 on the command line or on stdin.
    """
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise Failure(
            USAGE, f"{what}: expected text in UTF-8, but found {shown(text[error.start :])}"
        ) from None
    return text


def read_duration_ms(text: str, what: str) -> int:
    """A length of time such as `30s`, `1.5h` or, in milliseconds, `500`.

    Raises `Failure` for anything else.
    """
    matched = _DURATION.fullmatch(text.strip())
    if matched is None:
        raise Failure(
            USAGE,
            f"{what}: expected a length of time such as 30s, 5m, 2h, 1d, or milliseconds, but found "
            f"{shown(text)}",
        )
    number, unit = matched.groups()
    return int(Decimal(number) * UNIT_MS[unit or "ms"])


def read_moment_ms(text: str, what: str, now_ms: int) -> int:
    """A moment: ISO 8601, in UTC where it names no zone, or how long ago, such as `2h`.

    Raises `Failure` for anything else.
    """
    if _DURATION.fullmatch(text.strip()):
        return now_ms - read_duration_ms(text, what)
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise Failure(
            USAGE,
            f"{what}: expected a moment such as 2026-11-30T08:00 (UTC), or how long ago, such as 2h, but "
            f"found {shown(text)}",
        ) from None
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1_000)


def read_keys(words: Sequence[str]) -> list[int]:
    """Keys, each once; `-` stands for those on stdin, between spaces, commas or ends of lines.

    Raises `Failure`.
    """
    texts = [
        text
        for word in words
        for text in (re.split(r"[\s,]+", _stdin().strip()) if word == "-" else [word])
        if text
    ]
    for text in texts:
        if not re.fullmatch(r"-?[0-9]+", text):
            raise Failure(
                USAGE,
                f"KEY: expected the key of a process instance, which is a number, but found {shown(text)}",
            )
        if len(text) > LONGEST_KEY or abs(int(text)) > LARGEST_KEY:
            raise Failure(
                USAGE,
                f"KEY: expected the key of a process instance, at most {LARGEST_KEY}, but found "
                f"{shown(text)}",
            )
    return list(dict.fromkeys(map(int, texts)))


def read_file(path: Path) -> bytes:
    """The content of a file that was named. Raises `Failure`."""
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise Failure(NOT_FOUND, f"{path}: expected a file, found nothing") from error
    except OSError as error:
        raise Failure(NOT_FOUND, f"{path}: expected a file that can be read: {error.strerror}") from error


def shown(text: str) -> str:
    """The text in quotes, short enough for a message."""
    return repr(text if len(text) <= 60 else f"{text[:59]}…")


def interruptible(action: Callable[[], None]) -> None:
    """Do something until it ends or Ctrl-C ends it, which is a good end."""
    try:
        action()
    except KeyboardInterrupt:
        sys.stderr.write("\n")


def _source(text: str) -> str:
    if text == "-":
        return _stdin().removeprefix(BYTE_ORDER_MARK)
    if text.startswith("@"):
        return _text_of(Path(text[1:])).removeprefix(BYTE_ORDER_MARK)
    return text


def _stdin() -> str:
    try:
        return sys.stdin.read()
    except UnicodeDecodeError as error:
        raise Failure(
            USAGE, f"stdin: expected text in UTF-8, but byte {error.start} is none; save it in that encoding"
        ) from error


def _text_of(path: Path) -> str:
    try:
        return read_file(path).decode()
    except UnicodeDecodeError as error:
        raise Failure(
            USAGE,
            f"{path}: expected text in UTF-8, but byte {error.start} is none; save the file in that encoding",
        ) from error
