"""The log, event by event."""

from __future__ import annotations

import msgspec


class HistoryRecord(msgspec.Struct, frozen=True):
    """One event.

    `command` led to it, `event` is its kind, `key` what it is about; `details_json` is an object with the
    rest.
    """

    position: int
    timestamp_ms: int
    command: str
    process_instance_key: int
    event: str
    element_id: str
    key: int
    details_json: str
