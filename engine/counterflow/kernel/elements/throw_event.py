"""Intermediate throw event: a compensation throw waits until everything it reaches is undone. BPMN 2.0.2,
13.5.2.
"""

from __future__ import annotations

from counterflow.kernel.elements import compensation
from counterflow.kernel.elements.room import Room

ROOM = Room(
    activated=compensation.begin_throw, resume=compensation.resume, terminating=compensation.terminating
)
