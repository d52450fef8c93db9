"""stdout and stderr that take any text, so that none ends in a traceback. What their encoding has no
character for is told in others.
"""

from __future__ import annotations

import codecs
import errno
import io
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from typing import TextIO, cast

from counterflow.visible import spelled_out

SUBSTITUTES: Mapping[str, str] = {
    "✓": "+",
    "✗": "x",
    "●": "*",
    "○": "o",
    "◑": "%",
    "◌": "-",
    "↶": "<-",
    "→": "->",
    "…": "...",
    "⚠": "!",
    "█": "#",
    "↻": "again:",
    "⏱": "timer:",
    "✉": "message:",
    "△": "signal:",
    "≟": "condition:",
    "▦": "decision:",
    "⋈": "join:",
}
"""Signs of ours, in ASCII."""

ERRORS = "counterflow-substitute"


UNWRITABLE = frozenset({errno.EBADF, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.ENOSPC})
"""What writing to a stream fails with, where it is no pipe: closed, no room, no device."""


class NotThere(io.TextIOBase):
    """A stdout that the caller has closed: whoever writes to it is told as by the system."""

    def write(self, _: str) -> int:
        """Raise what the system raises."""
        raise OSError(errno.EBADF, os.strerror(errno.EBADF))


class Nobody(io.TextIOBase):
    """A stderr that the caller has closed: nobody hears what is said."""

    def write(self, text: str) -> int:
        """Do nothing."""
        return len(text)


def use_plain_streams() -> None:
    """Let stdout and stderr substitute what they cannot encode, and take the places of closed ones."""
    sys.stdout = sys.stdout or cast("TextIO", NotThere())
    sys.stderr = sys.stderr or cast("TextIO", Nobody())
    codecs.register_error(ERRORS, _substitute)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=ERRORS)


def is_unwritable(error: OSError) -> bool:
    """Whether an error says that a stream, rather than a file with a name, takes nothing."""
    return error.filename is None and error.errno in UNWRITABLE


def give_up_stdout() -> None:
    """Let what is still to be written to stdout go nowhere, so that the end of the process is silent."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def speaks_unicode() -> bool:
    """Whether stdout has every character."""
    return (getattr(sys.stdout, "encoding", None) or "utf-8").lower().replace("_", "-").startswith("utf")


def _substitute(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    characters = error.object[error.start : error.end]
    return "".join(
        SUBSTITUTES.get(character) or spelled_out(character) for character in characters
    ), error.end
