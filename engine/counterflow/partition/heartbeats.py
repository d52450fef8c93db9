"""Which entry of the log tells the latest deadline of a job, so that the next one takes its place. A job kept
for a day leaves one.

A worker keeps its job by asking for more time again and again. Each answer is durable, hence each deadline is
an event; but a deadline that a later one has replaced says nothing any more, neither to a replay (the later
event sets the same field) nor to a person. So the earlier entry is taken out of the log in the transaction
that writes the later one. Each try at a job keeps its last deadline.

Only places in the log are remembered here, and only in memory: what is forgotten (a restart, too many jobs)
leaves an entry more.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from counterflow.kernel.vocabulary import ActivatedJob, LogEntry

REMEMBERED_JOBS = 100_000


class Heartbeats:
    """Positions of the latest entries, by job key."""

    def __init__(self, remembered_jobs: int = REMEMBERED_JOBS) -> None:
        self._remembered_jobs = remembered_jobs
        self._positions: dict[int, int] = {}

    def supersede(self, job_key: int, log: Sequence[LogEntry]) -> list[int]:
        """More time was given to a job, told by `log`; answers the positions of entries now meaningless."""
        earlier = self._positions.pop(job_key, None)
        if [entry.event_count for entry in log] == [1]:
            self._positions[job_key] = log[0].position
            if len(self._positions) > self._remembered_jobs:
                del self._positions[next(iter(self._positions))]
        return [] if earlier is None else [earlier]

    def end_try(self, jobs: Iterable[ActivatedJob]) -> None:
        """These jobs were given out anew."""
        if self._positions:
            for job in jobs:
                self._positions.pop(job.key, None)

    def forget(self) -> None:
        """What was decided is discarded: positions may be given again."""
        self._positions.clear()
