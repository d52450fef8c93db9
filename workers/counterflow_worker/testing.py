"""For the tests of workers: feed a handler a job without a server, and a clock that is moved by hand.

outcome = await feed(worker, "book-hotel", {"city": "Bergen"})
assert outcome == Completed(variables_json='{"hotelReservation":"H-1"}')
"""

import asyncio
from collections.abc import Mapping
from heapq import heappop, heappush
from itertools import count

from counterflow_worker.binding import encode_variables
from counterflow_worker.errors import HandlerError
from counterflow_worker.job import Job
from counterflow_worker.outcome import Completed, Failed, Outcome, Thrown
from counterflow_worker.worker import Worker

__all__ = ["Completed", "Failed", "ManualClock", "Outcome", "Thrown", "feed", "feed_job", "make_job"]


def make_job(
    job_type: str,
    variables: object = None,
    *,
    headers: Mapping[str, str] | None = None,
    key: int = 2,
    process_instance_key: int = 1,
    retries: int = 3,
    element_id: str = "task",
    bpmn_process_id: str = "process",
) -> Job:
    """A job as a server would send it, with these variables and headers."""
    return Job(
        key=key,
        type=job_type,
        process_instance_key=process_instance_key,
        bpmn_process_id=bpmn_process_id,
        process_definition_version=1,
        process_definition_key=3,
        element_id=element_id,
        element_instance_key=4,
        worker="test",
        retries=retries,
        deadline_ms=0,
        tenant_id="<default>",
        headers_json=encode_variables(headers),
        variables_json=encode_variables(variables),
    )


async def feed(
    worker: Worker,
    job_type: str,
    variables: object = None,
    *,
    headers: Mapping[str, str] | None = None,
    process_instance_key: int = 1,
    retries: int = 3,
) -> Outcome:
    """Run the worker's handler of this type on such a job: the outcome as it would be reported."""
    job = make_job(
        job_type, variables, headers=headers, process_instance_key=process_instance_key, retries=retries
    )
    return await feed_job(worker, job)


async def feed_job(worker: Worker, job: Job) -> Outcome:
    """Run the worker's handler on one job. Raises HandlerError if it has none for the job's type."""
    task = worker.tasks.get(job.type)
    if task is None:
        raise HandlerError(
            f"this worker has no handler for {job.type!r}; it has {', '.join(worker.tasks) or 'none'}"
        )
    return await worker.decide(task, job)


class ManualClock:
    """Time that passes only when `advance` says so.

    Everything that sleeps wakes in the order of its due times.
    """

    def __init__(self) -> None:
        self._now_ms = 0.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._order = count()
        self._changed = asyncio.Event()

    def now_ms(self) -> int:
        """Milliseconds that `advance` has let pass."""
        return int(self._now_ms)

    async def sleep(self, duration_ms: float) -> None:
        """Return once `advance` has let `duration_ms` milliseconds pass."""
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heappush(self._sleepers, (self._now_ms + duration_ms, next(self._order), woken))
        self._changed.set()
        await woken

    def asleep(self) -> list[float]:
        """How long each sleeper has yet to sleep, in milliseconds, the first to wake first."""
        return sorted(due - self._now_ms for due, _, woken in self._sleepers if not woken.done())

    async def until_asleep(self, sleepers: int = 1) -> None:
        """Wait until at least so many sleep on this clock."""
        while len(self.asleep()) < sleepers:
            self._changed.clear()
            await self._changed.wait()

    def advance(self, duration_ms: float) -> None:
        """Let time pass and wake whoever is due by then."""
        self._now_ms += duration_ms
        while self._sleepers and self._sleepers[0][0] <= self._now_ms:
            *_, woken = heappop(self._sleepers)
            if not woken.done():
                woken.set_result(None)
