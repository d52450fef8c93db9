"""Jobs that are not done in time again and again: their next deadlines are followed by pauses. Somebody is
told, once for each type.

Whether a worker hangs or was given too little time, the job would go back and forth as fast as its time-out
allows, two entries of the log each time. So what is due after the second time waits: 1, 2, 4, … up to 60 s.
Until then the job is still its last worker's, who may complete it, late as ever.

Counted in memory alone: a restart begins anew.
"""

from __future__ import annotations

import logging
from collections import OrderedDict

from counterflow.kernel.rows import Job

logger = logging.getLogger("counterflow.troubles")

REMEMBERED_JOBS = 100_000
LONGEST_PAUSE_MS = 60_000
TOLD_AT = 3
"""Times in a row."""
REMEMBERED_TYPES = 1_000


class Expiries:
    """How often jobs were not done in time, in a row."""

    def __init__(self) -> None:
        self._counts: OrderedDict[int, int] = OrderedDict()
        self._logged: OrderedDict[str, None] = OrderedDict()

    def pause_ms(self, key: int) -> int:
        """How long after its deadline a job goes back."""
        before = self._counts.get(key, 0)
        return min(1_000 * 2 ** (before - 1), LONGEST_PAUSE_MS) if before else 0

    def expired(self, job: Job) -> None:
        """A job goes back, since its worker has not done it in time."""
        count = self._counts[job.key] = min(self._counts.pop(job.key, 0) + 1, 32)
        if len(self._counts) > REMEMBERED_JOBS:
            self._counts.popitem(last=False)
        if count == TOLD_AT and job.type not in self._logged:
            self._log(job, count)

    def went_on(self, key: int) -> None:
        """A worker has said something of a job."""
        self._counts.pop(key, None)

    def _log(self, job: Job, count: int) -> None:
        self._logged[job.type] = None
        if len(self._logged) > REMEMBERED_TYPES:
            self._logged.popitem(last=False)
        logger.warning(
            "Job %s of '%s', process instance %s, was given out %s times and never done in time; from now on "
            "it rests in between, up to %s s. Is its worker's time-out too short? Other jobs of this type "
            "are not told of",
            *(job.key, job.element_id, job.process_instance_key, count, LONGEST_PAUSE_MS // 1_000),
            extra={"fields": {"job_key": job.key, "process_instance_key": job.process_instance_key}},
        )
