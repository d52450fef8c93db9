"""Elements that do nothing by themselves: undefined and manual tasks, none intermediate events. BPMN 2.0.2,
13.3.3.
"""

from __future__ import annotations

from counterflow.kernel import lifecycle
from counterflow.kernel.elements.room import Room

ROOM = Room(activated=lifecycle.finish)
