"""Log lines that no text from elsewhere can break out of.

What is logged holds names of a model, messages of a server, errors of handlers. A terminal obeys what it is
sent, so whatever it would obey or hide (ECMA-48 sequences, C1, overrides of the writing direction, characters
without width) is spelled out.
"""

from __future__ import annotations

import logging
import re

HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)


class LineFormatter(logging.Formatter):
    """One line a record; a traceback follows indented, so that no line of it looks like a record."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the name is logging's
        """The record's line."""
        return visible(super().formatMessage(record)).replace("\n", "\\n")

    def formatException(self, ei: object) -> str:  # noqa: N802 - the name is logging's
        """The traceback below it."""
        lines = visible(super().formatException(ei)).split("\n")  # type: ignore[arg-type] # logging's own type is private to its stub
        return "\n".join(f"  {line}" for line in lines)


def visible(text: str) -> str:
    """The text with what a terminal would obey or hide spelled out, such as `\\x1b`."""
    return HIDDEN.sub(lambda hidden: ascii(hidden[0])[1:-1], text)


class Visible(logging.Filter):
    """A filter that spells a record's text out before any handler has it.

    So it does where the program that works has a log of its own, too.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Lets every record pass."""
        record.msg, record.args = visible(record.getMessage()).replace("\n", "\\n"), ()
        return True


logging.getLogger("counterflow_worker").addFilter(Visible())
