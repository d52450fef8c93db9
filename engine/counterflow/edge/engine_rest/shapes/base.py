"""What several records of Camunda 7 have in common."""

from __future__ import annotations

from counterflow.edge.rest.shapes.base import Answered


class Link(Answered, frozen=True):
    """Where more is told; nothing is."""

    method: str
    href: str
    rel: str
