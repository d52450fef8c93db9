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


class ReadForm(msgspec.Struct, frozen=True):
    """The form in a file: its id, and what its author calls this version of it."""

    form_id: str
    version_tag: str | None = None


class ReadResource(msgspec.Struct, frozen=True):
    """A file: its bytes, their SHA-256, and the processes, the decisions or the form in it."""

    name: str
    content: bytes
    checksum: bytes
    processes: tuple[Process, ...] = ()
    decisions: ReadDecisions | None = None
    form: ReadForm | None = None
