"""Start event: where a token of a scope begins. By the time it is reached its event has happened. BPMN 2.0.2, 13.5.1."""

from __future__ import annotations

from counterflow.kernel import lifecycle
from counterflow.kernel.elements.room import Room

ROOM = Room(activated=lifecycle.finish)
