"""What a worker tells while it works, for counters and histograms of whatever kind."""

import logging
from collections.abc import Callable

from counterflow_worker.job import Job
from counterflow_worker.outcome import Outcome

logger = logging.getLogger("counterflow_worker")


class Metrics:
    """What is told of every job: override what is of interest, and give it to `Worker(metrics=…)`.

    The methods are called on the event loop, so they should be quick. What one of them raises is logged and
    changes nothing else.
    """

    def job_taken(self, job: Job) -> None:
        """A job has come from the server; it waits for one of its task's `max_jobs` handlers."""

    def job_handled(self, job: Job, outcome: Outcome, duration_ms: int) -> None:
        """The handler, with the middleware around it, has ended after so long, with this outcome."""

    def job_reported(self, job: Job, outcome: Outcome, *, accepted: bool) -> None:
        """The server has the outcome, or not: it refused it, or could not be reached.

        In the latter case the job may come again.
        """


def call_hook(hook: Callable[[], None]) -> None:
    """Call a method of somebody's metrics; they must not bring down what they measure."""
    try:
        hook()
    except Exception:
        logger.exception("a metrics hook failed")
