"""Text from elsewhere (a model, a job, a message, another program's error) as a person may be shown it.

A terminal obeys what it is sent: sequences that begin with ESC (ECMA-48) clear it, hide text or type for the
person who looks; the same commands exist as single characters in C1; overrides of the writing direction
(Unicode UAX #9) and characters without width make a text read as another one. Here they are spelled out
instead. JSON that programs read is spelled out in JSON's own way, and so is still exact.
"""

from __future__ import annotations

import logging
import re

HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 without tab and line feed, DEL, C1
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # directions
    # without width, and ends of lines that are not seen as such
    "\u180e\u200b\u2028\u2029\u2060-\u2065\u206a-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"  # halves of characters, and tags
)
BEYOND_ASCII = re.compile("[^\x00-\x7e]")
LINE_ENDS = str.maketrans({"\n": "\\n", "\t": "\\t"})


def visible(text: str) -> str:
    """The text with every character spelled out that a terminal would obey or hide, such as `\\x1b`. Lines
    and tabs stay.
    """
    return HIDDEN.sub(lambda match: spelled_out(match[0]), text)


def visible_line(text: str) -> str:
    """The same on one line, so that nothing can pretend to be a line of its own."""
    return visible(text).translate(LINE_ENDS)


def spelled_out(character: str) -> str:
    """A character as Python writes it."""
    return ascii(character)[1:-1]


def visible_json(text: str, *, only_ascii: bool = False) -> str:
    """JSON text that means the same, with those characters (or all beyond ASCII) escaped. The escapes are
    JSON's (RFC 8259, 7).
    """
    return (BEYOND_ASCII if only_ascii else HIDDEN).sub(lambda match: _escaped(match[0]), text)


def visible_xml(text: str, *, only_ascii: bool = False) -> str:
    """XML text that means the same, with those characters (or all beyond ASCII) as references. These are
    character references (XML 1.0, 4.1).
    """
    return (BEYOND_ASCII if only_ascii else HIDDEN).sub(lambda match: f"&#{ord(match[0])};", text)


def _escaped(character: str) -> str:
    units = character.encode("utf-16-be", errors="surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))


class LineFormatter(logging.Formatter):
    """One line a record whatever is in it; what an exception says follows indented. So no line of it looks
    like a record.
    """

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the name is logging's
        """The record's line."""
        return visible_line(super().formatMessage(record))

    def formatException(self, ei: object) -> str:  # noqa: N802 - the name is logging's
        """The traceback below it."""
        return _indented(super().formatException(ei))  # type: ignore[arg-type] # logging's own type is private to its stub

    def formatStack(self, stack_info: str) -> str:  # noqa: N802 - the name is logging's
        """Where it was logged from, if that is asked for."""
        return _indented(super().formatStack(stack_info))


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in visible(text).split("\n"))
