"""Event-based gateway: waits for the first of the events behind it, and goes on there. BPMN 2.0.2, 13.4.4."""

from __future__ import annotations

from counterflow.kernel.course.room import room

ROOM = room()
"""It waits as soon as it is activated; `events/arrivals.py` goes on when one of the events has come."""
