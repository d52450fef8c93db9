"""Jobs that were given out and reached nobody: they come back, or are held by an incident."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from counterflow.kernel.lives.job_delivery import HoldJob, ReturnJob
from counterflow.kernel.vocabulary import ActivatedJob, Command, Rejection
from counterflow.partition.refusals import Overloaded, Unavailable
from counterflow.partition.writer import Writer
from counterflow.service.callers import Jobs

logger = logging.getLogger("counterflow.service")


class Returns:
    """Takes jobs back. Where even that fails, they can be taken by others after their deadline."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    def hand_back(self, jobs: Jobs) -> None:
        """Jobs that reached nobody can be taken by others at once, their tries unchanged."""
        for job in jobs:
            self._submit(job, ReturnJob(job_key=job.key, deadline_ms=job.deadline_ms))

    def hold(self, job: ActivatedJob) -> None:
        """A job that nothing can carry is held by an incident: others must not wait for it."""
        self._submit(job, HoldJob(job_key=job.key, deadline_ms=job.deadline_ms))

    def _submit(self, job: ActivatedJob, command: Command) -> None:
        try:
            done = self._writer.submit(command)
        except (Rejection, Overloaded, Unavailable) as refused:
            logger.warning(
                "Job %s reached nobody and can be taken only after its deadline: %s", job.key, refused
            )
        else:
            done.add_done_callback(_look_at)


def _look_at(done: asyncio.Future[Any]) -> None:
    """Look at an exception, which would else be reported as forgotten. A job whose return failed comes back
    at its deadline.
    """
    if not done.cancelled() and done.exception():
        logger.warning("A job that reached nobody can be taken only after its deadline: %s", done.exception())
