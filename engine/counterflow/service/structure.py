"""How JSON text is built, seen without reading it. Whoever reads it makes something of each part, and meets
what is nested too deep with a recursion error.
"""

from __future__ import annotations

from array import array
from itertools import accumulate, takewhile
from typing import Final, NamedTuple

_LEVELS: Final = bytes.maketrans(b"[{]}:", b"\x01\x01\xff\xff\x00")
"""One level down, as a signed byte one up, and none."""
_BRACKETS: Final = b"[]{}"
_NOT_BRACKETS: Final = bytes(set(range(256)) - set(_BRACKETS))
_NOT_STRUCTURE: Final = bytes(set(range(256)) - set(_BRACKETS) - {ord(":")})
_DEEPEST: Final = 255
"""What a byte can say."""


class Built(NamedTuple):
    """What there is in an object: its members, each as often as it stands there, and levels, 255 or fewer."""

    members: int
    levels: int


def is_too_deep(json: bytes, levels: int) -> bool:
    """Whether JSON text is nested deeper than so many levels; wide values are common and fine."""
    if json.count(b"[") + json.count(b"{") <= levels:
        return False
    brackets = _without_strings(json).translate(_LEVELS, _NOT_BRACKETS)
    return max(accumulate(array("b", brackets)), default=0) > levels


def built(json: bytes) -> Built:
    """How many members an object has, and how deep it goes, by one look. For text that is no object there are
    no members, and what is no JSON is looked at up to its fault, or a little further.
    """
    if json.lstrip()[:1] != b"{":
        return Built(0, 0)
    steps = array("b", _without_strings(json).translate(_LEVELS, _NOT_STRUCTURE))
    try:
        depths = bytes(accumulate(steps))
    except ValueError:
        depths = bytes(takewhile(range(_DEEPEST + 1).__contains__, accumulate(steps)))
    # On the first level are its own brace, a colon of each member, and the end of each value with brackets.
    return Built(max(0, depths.count(1) - 1 - depths.count(b"\x02\x01")), max(depths, default=0))


def _without_strings(json: bytes) -> bytes:
    """All that stands outside of strings. A backslash is in them alone, so escaped quotes go first."""
    if b"\\" in json:
        json = json.replace(b"\\\\", b"").replace(b'\\"', b"")
    return b"".join(json.split(b'"')[::2])
