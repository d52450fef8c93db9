"""Moments as Camunda 7 writes them."""

from __future__ import annotations

from datetime import UTC, datetime


def moment(at_ms: int) -> str:
    """Epoch milliseconds as `2026-01-23T13:42:42.657+0000`."""
    text = datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{text}.{at_ms % 1000:03d}+0000"
