"""What one value may be: each reader answers it, or raises `BadValue`, which tells what was expected."""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from counterflow.settings.settings import UNIX

Choice = TypeVar("Choice", bound=StrEnum)


class BadValue(Exception):
    """Why a value cannot be used: `expected …, found …`."""


def text(value: object) -> str:
    """Text that is not blank."""
    if not isinstance(value, str) or not value.strip():
        raise BadValue(f"expected text, found {value!r}")
    return value


def host(value: object) -> str:
    """A host, or `unix:PATH`, of which gRPC knows `unix:///PATH` as well."""
    name = text(value).strip()
    if not name.startswith(UNIX):
        return name
    path = name.removeprefix(UNIX)
    if path.startswith("//"):
        path = path[2:] if path.startswith("///") else ""
    if not path or path.endswith("/"):
        raise BadValue(f"expected the path of a socket, such as unix:/run/counterflow.sock, found {value!r}")
    return f"{UNIX}{path}"


def mode(value: object) -> str:
    """Permissions of a file, as `chmod` takes them: a number in TOML would be decimal."""
    if not isinstance(value, str) or not re.fullmatch(r"(0o?)?[0-7]{3}", value.strip()):
        raise BadValue(f'expected the permissions of a file in octal, such as "0660", found {value!r}')
    return value.strip()


def file(value: object) -> Path:
    """The path of a file that is there."""
    path = value if isinstance(value, Path) else Path(text(value))
    if not path.is_file():
        raise BadValue(f"expected a file, found {'a folder' if path.is_dir() else 'none'} at {path}")
    return path


def truth(value: object) -> bool:
    """A boolean, or a word for one in any case."""
    if isinstance(value, bool):
        return value
    words = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
    if not isinstance(value, str) or value.strip().lower() not in words:
        raise BadValue(f"expected true or false, found {value!r}")
    return words[value.strip().lower()]


def one_of(choices: type[Choice]) -> Callable[[object], Choice]:
    """A reader of one of these words, in any case."""

    def read(value: object) -> Choice:
        try:
            return choices(str(value).strip().lower())
        except ValueError:
            raise BadValue(f"expected one of {', '.join(choices)}, found {value!r}") from None

    return read


def port_or_off(value: object) -> int | None:
    """A port, 0 for any free one, or `off`."""
    if isinstance(value, str) and value.strip().lower() == "off":
        return None
    if value is None:
        return None
    try:
        return whole(0, 65_535)(value)
    except BadValue:
        raise BadValue(f"expected a port from 0 to 65535, or off, found {value!r}") from None


def whole(least: int, most: int) -> Callable[[object], int]:
    """A reader of whole numbers, or texts of them, from `least` to `most`."""

    def read(value: object) -> int:
        try:
            number = int(value) if isinstance(value, str) else value
        except ValueError:
            number = None
        if isinstance(number, bool) or not isinstance(number, int) or not least <= number <= most:
            raise BadValue(f"expected a whole number from {least} to {most}, found {value!r}")
        return number

    return read
