"""What is answered for what is not there: empty pages, and requests that are not looked into."""

from __future__ import annotations

import msgspec

from counterflow.edge.rest.shapes.base import Answered


class Unread(msgspec.Struct, frozen=True):
    """A body that nothing depends on."""


class EmptyPage(Answered, frozen=True):
    """Where a page of a search would begin and end, and of how many: of none."""

    total_items: int = 0
    has_more_total_items: bool = False
    start_cursor: None = None
    end_cursor: None = None


class NothingFound(Answered, frozen=True):
    """What a search answers that finds nothing."""

    page: EmptyPage
    items: list[None] = msgspec.field(default_factory=list)


class OwnAuthorizations(Answered, frozen=True):
    """What the caller may do: everything, where nothing is call."""

    page: EmptyPage
    authorizations_enabled: bool = False
    items: list[None] = msgspec.field(default_factory=list)


class SecretNames(Answered, frozen=True):
    """The names of secrets: none are kept."""

    references: list[str] = msgspec.field(default_factory=list)
