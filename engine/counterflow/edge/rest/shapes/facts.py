"""What may be said of our own facts: how much of them is wanted."""

from __future__ import annotations

from counterflow.edge.rest.shapes.base import Answered, Body, Int32, Int64


class TreeQuery(Body, frozen=True):
    """How much of an instance is wanted: at most so many elements (0: 1000)."""

    active_only: bool = False
    element_limit: Int32 = 0


class UndoQuery(Body, frozen=True):
    """In which scope (0: the process itself) it would be thrown, and how many handlers are told (0: 1000)."""

    scope_key: Int64 = 0
    handler_limit: Int32 = 0


class HistoryQuery(Body, frozen=True):
    """Behind which position of the log to go on, and how many events are wanted."""

    after_position: Int64 = 0
    limit: Int32 = 100


class PageQuery(Body, frozen=True):
    """How many are wanted (0: 50), and where to go on: the `nextPageKey` of the page before."""

    page_size: Int32 = 0
    page_key: Int64 = 0


class InstancesQuery(PageQuery, frozen=True):
    """Which instances are wanted; what is left out does not narrow."""

    process_definition_id: str = ""
    process_definition_key: Int64 = 0
    state: str = ""
    with_incidents: bool = False
    business_id: str = ""
    tag: str = ""


class HeldBack(Answered, frozen=True):
    """What is held back, since when in epoch milliseconds: a definition, or a type of jobs."""

    process_definition_key: str | None
    job_type: str | None
    since_ms: int


class Suspensions(Answered, frozen=True):
    """What is held back."""

    items: list[HeldBack]
