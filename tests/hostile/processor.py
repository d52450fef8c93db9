"""What threads had of the processors, and how long they were kept waiting for one: for that a busy machine
answers, and not the server.

`/proc/PID/task/TID/schedstat` has three numbers: nanoseconds on a processor, nanoseconds ready and without one,
and turns (Linux, `Documentation/scheduler/sched-stats.rst`).
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple


class Processor(NamedTuple):
    """Of one process so far, in seconds."""

    used: float = 0.0
    """By its main thread."""
    kept_waiting: float = 0.0
    """Its main thread, and that of the others which was kept waiting longest, one after the other."""


def processor(process_id: int) -> Processor:
    """How it has fared; nothing of a process that has ended, or where the system does not tell."""
    try:
        threads = {thread.name: _read(thread) for thread in Path("/proc", str(process_id), "task").iterdir()}
        used, waited = threads.pop(str(process_id))
    except (OSError, KeyError, ValueError, IndexError):
        return Processor()
    return Processor(used, waited + max((wait for _, wait in threads.values()), default=0.0))


def net_seconds(wall: float, before: Processor, after: Processor, own_waiting: float = 0.0) -> float:
    """How long something took without what was waited for a processor; as long at least as the server worked
    meanwhile, since waits of several overlap.
    """
    net = wall - (after.kept_waiting - before.kept_waiting) - own_waiting
    return min(wall, max(net, after.used - before.used))


def _read(thread: Path) -> tuple[float, float]:
    used, waited = (thread / "schedstat").read_text().split()[:2]
    return int(used) / 1e9, int(waited) / 1e9
