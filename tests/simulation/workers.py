"""Workers of the simulated world: quick, slow, dead, doubled, failing; on streams and polls."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from counterflow.kernel.lives.job_delivery import ActivateJobs, ReturnJob
from counterflow.kernel.lives.jobs import AdHocAnswer, CompleteJob, FailJob, ThrowError, UpdateJobTimeout
from counterflow.kernel.vocabulary import ActivatedJob, Command
from counterflow.partition.takers import PollTaker, StreamTaker
from tests.kernel.bench import document
from tests.simulation import store as points
from tests.simulation.answers import answer_of, listener_answer
from tests.simulation.faults import DEADLINE_MS
from tests.simulation.invariants import Violation
from tests.simulation.oracle import data_of, decision_of

if TYPE_CHECKING:
    from tests.simulation.world import World


class Workers:
    """Take every job there is, and do with it what chance says."""

    def __init__(self, world: World) -> None:
        self._world = world

    def take(self, job_type: str) -> None:
        """A worker opens a stream, or polls."""
        if self._world.writer is None:
            return
        timeout_ms, maximum = DEADLINE_MS, self._world.chance.choice([1, 4])
        request = ActivateJobs(type=job_type, worker="worker", timeout_ms=timeout_ms, maximum=maximum)
        if self._world.chance.random() < 0.5:
            stream = StreamTaker(request, lambda: self._woken(stream), self._handed_back)
            self._world.writer.takers.add_stream(stream)
            self._world.soon(self._world.chance.uniform(1, 60), lambda: self._hang_up(stream))
        else:
            self._world.writer.takers.park(PollTaker(request, functools.partial(self._polled, job_type)))
        self._world.writer.offer(job_type)

    def _woken(self, stream: StreamTaker) -> None:
        if self._world.strikes(points.BEFORE_PUSH):
            self._world.die()
            return
        while stream.queue:
            self._work(stream.queue.popleft())

    def _hang_up(self, stream: StreamTaker) -> None:
        """The client of a stream goes, and comes again; what was on its way to it is handed back."""
        if self._world.writer is not None and stream in self._world.writer.takers.streams():
            self._world.fired["stream closed"] += 1
            self._world.writer.takers.remove_stream(stream)
            self._world.soon(1, lambda: self.take(stream.request.type))

    def _handed_back(self, jobs: Sequence[ActivatedJob]) -> None:
        for job in jobs:
            self._world.give(ReturnJob(job_key=job.key, deadline_ms=job.deadline_ms))

    def _polled(self, job_type: str, jobs: Sequence[ActivatedJob]) -> None:
        for job in jobs:
            self._work(job)
        self._world.soon(self._world.chance.choice([0, 0.1, 1]), lambda: self.take(job_type))

    def _work(self, job: ActivatedJob) -> None:
        if not self._world.history.books.activations[job.key, job.deadline_ms]:
            self._world.fail(Violation(f"{job} was delivered before its activation was committed"))
            return
        self._world.history.books.activations[job.key, job.deadline_ms] -= 1
        delay = self._world.chance.choice([0, 0.05, 0.5, 2])
        results = {
            f"go_{job.element_id}": decision_of(self._world.seed, job.key),
            "d": data_of(self._world.seed, job.key),
        }
        complete = self._decided(job) or CompleteJob(job_key=job.key, variables=document(**results))
        if job.listener_event_type:
            told = job.user_task is not None
            answer = listener_answer(self._world.seed, job.key, job.listener_event_type) if told else None
            complete = CompleteJob(job_key=job.key, variables={}, answer=answer)
        more_time = UpdateJobTimeout(job_key=job.key, timeout_ms=2 * DEADLINE_MS)
        troubles: list[Callable[[], None]] = [
            lambda: self._trouble("worker died"),
            lambda: self._trouble("worker slow", (delay + DEADLINE_MS / 1_000, complete)),
            lambda: self._trouble(
                "more time asked for", (delay, more_time), (delay + DEADLINE_MS / 1_000, complete)
            ),
            lambda: self._trouble("job completed twice", (delay, complete), (delay * 2, complete)),
            lambda: self._trouble("job failed", (delay, self._failing(job.key, 2))),
            lambda: self._trouble("job failed for good", (delay, self._failing(job.key, 0))),
            lambda: self._trouble("error thrown", (delay, self._error(job.key))),
            lambda: self._trouble("error thrown", (delay, self._error(job.key))),
            lambda: self._trouble(
                "job handed back", (delay / 4, ReturnJob(job_key=job.key, deadline_ms=job.deadline_ms))
            ),
        ]
        if not self._world.is_calm and self._world.chance.random() < 0.3:
            self._world.chance.choice(troubles)()
        else:
            self._world.soon(delay, lambda: self._world.submit(complete))

    def _decided(self, job: ActivatedJob) -> Command | None:
        """Of an ad-hoc sub-process: what its worker answers."""
        activities = self._world.ad_hoc.get(job.element_id)
        if activities is None:
            return None
        answer = answer_of(self._world.seed, job.key, activities)
        begun = tuple((activity, document(note=job.key)) for activity in answer.activities)
        decided = AdHocAnswer(begun, answer.is_over, answer.instead)
        return CompleteJob(job_key=job.key, variables=document(thought=1), answer=decided)

    def _trouble(self, fault: str, *commands: tuple[float, Command]) -> None:
        self._world.fired[fault] += 1
        for delay, command in commands:
            self._world.soon(delay, functools.partial(self._world.submit, command))

    def _failing(self, key: int, retries: int) -> Command:
        return FailJob(
            job_key=key,
            retries=retries,
            back_off_ms=self._world.chance.choice([0, 3_000]),
            message="no",
            variables={},
        )

    def _error(self, key: int) -> Command:
        return ThrowError(
            job_key=key, error_code=self._world.chance.choice(["A", "A", "B", "C"]), variables={}
        )
