"""A page of a list."""

from __future__ import annotations

from typing import Generic, TypeVar

import msgspec

Item = TypeVar("Item")


class Page(msgspec.Struct, Generic[Item], frozen=True):
    """Some of a list, newest first. `next_page_key` asks for what follows; 0: nothing does.

    `total` counts what there is from here on, if that was asked for; `total_is_at_least`: there may be more.
    """

    items: list[Item]
    next_page_key: int = 0
    total: int = 0
    total_is_at_least: bool = False
