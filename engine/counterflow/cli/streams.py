"""stdout and stderr that take any text: what their encoding has no character for is told in others, and never
ends in a traceback.
"""

from __future__ import annotations

import codecs
import io
import sys
from collections.abc import Mapping

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


def use_plain_streams() -> None:
    """Let stdout and stderr substitute what they cannot encode."""
    codecs.register_error(ERRORS, _substitute)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=ERRORS)


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
