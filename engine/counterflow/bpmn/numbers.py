"""Whole numbers as a model writes them, bounded by what they have to fit into: an int32 of the wire."""

from __future__ import annotations

import re
from typing import Final

MOST: Final = 2**31 - 1

_WHOLE: Final = re.compile(r"0*(\d{1,10})", re.ASCII)


def whole_number(text: str) -> int | None:
    """The number, from 0 to `MOST`; None where the text is none, or a larger one."""
    match = _WHOLE.fullmatch(text)
    number = int(match[1]) if match is not None else MOST + 1
    return number if number <= MOST else None
