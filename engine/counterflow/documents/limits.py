"""How large a document may be before it is refused unread. Every limit has a typed refusal that names it."""

from __future__ import annotations

import sys
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DocumentLimits:
    """Upper bounds of one resource; the defaults are those of the server."""

    resource_bytes: int = 4 * 1024 * 1024
    depth: int = 128
    elements: int = 20_000
    id_length: int = 1_000


DEFAULT_LIMITS = DocumentLimits()
DECISION_LIMITS = DocumentLimits(elements=200_000)
"""A rule takes two elements for each column: a thousand rules with ten inputs are an ordinary table."""

NO_LIMITS = DocumentLimits(
    resource_bytes=sys.maxsize, depth=sys.maxsize, elements=sys.maxsize, id_length=sys.maxsize
)
"""For what was accepted once: a limit that was lowered since must not strand it."""
