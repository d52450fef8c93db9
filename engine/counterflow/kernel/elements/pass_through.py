"""Elements that do nothing by themselves: undefined and manual tasks, none intermediate events.

BPMN 2.0.2, 13.3.3.
"""

from __future__ import annotations

from counterflow.kernel.course import leaving
from counterflow.kernel.course.room import room

ROOM = room(activated=leaving.finish)
