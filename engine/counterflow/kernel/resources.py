"""Files that are handed in to be deployed, once they have been read and found sound."""

from __future__ import annotations

from typing import Any

import msgspec

from counterflow.model.graph import Process


class ReadDecisions(msgspec.Struct, frozen=True):
    """The decision model in a file.

    `imports` are the ids of the models of the same deployment that it imports.
    """

    requirements_id: str
    name: str
    definitions: Any
    """`counterflow.dmn.Definitions`, which no codec needs to understand."""
    imports: tuple[str, ...] = ()


class ReadResource(msgspec.Struct, frozen=True):
    """A file: its bytes, their SHA-256, and the processes or the decisions in it."""

    name: str
    content: bytes
    checksum: bytes
    processes: tuple[Process, ...] = ()
    decisions: ReadDecisions | None = None
