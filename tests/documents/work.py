"""How much is done, without a clock: whether a document twice as large takes twice the work, or four times."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType


def work_of(doing: Callable[..., object], *arguments: object) -> int:
    """How many functions and generators of Python are entered meanwhile."""
    entered = 0

    def count(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal entered
        entered += event == "call"

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        doing(*arguments)
    finally:
        sys.setprofile(before)
    return entered
