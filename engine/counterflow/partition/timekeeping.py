"""What a writer is given to do with time."""

from __future__ import annotations

from dataclasses import dataclass, field

from counterflow.partition.clock import Clock
from counterflow.partition.underway import Underway
from counterflow.partition.watchdog import Unwatched, Watch


@dataclass(frozen=True)
class Timekeeping:
    """What time it is, who watches how long commands take, and where due things under way are written down.
    `is_due_held`: nothing that is due is triggered before it is released.
    """

    clock: Clock = field(default_factory=Clock)
    watch: Watch = field(default_factory=Unwatched)
    underway: Underway = field(default_factory=Underway)
    is_due_held: bool = False
