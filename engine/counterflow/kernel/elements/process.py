"""The process: the outermost scope. Begins at its none start event, ends when its last token has ended."""

from __future__ import annotations

from counterflow.kernel.elements.room import Room
from counterflow.kernel.elements.sub_process import activated

ROOM = Room(activated=activated)
