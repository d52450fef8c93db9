"""Fetches: whoever asks for jobs of several types at once, each for as long as it says, of chosen instances.

So do the workers of Camunda 7. A job that is fetched is activated like any other;
the worker's name is its lock.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final, NamedTuple

from msgspec.structs import replace

from counterflow.budget import Account
from counterflow.kernel.lives.job_delivery import ActivateJobs, LockJob
from counterflow.kernel.vocabulary import ActivatedJob, Rejection
from counterflow.partition.writer import Writer
from counterflow.queries.ready_jobs import JobChoice, ready_jobs
from counterflow.service.admission import Admission, memory_of_names
from counterflow.service.callers import Jobs
from counterflow.service.commands import kept
from counterflow.service.polls import Polls
from counterflow.service.questions import Questions
from counterflow.service.returns import Returns

LOOK_AGAIN_SECONDS: Final = 1.0
"""So often it is looked for jobs of chosen instances while none is there. Nobody tells of them."""


class Topic(NamedTuple):
    """What is wanted of one type; `wish.maximum` is that of the whole fetch."""

    wish: ActivateJobs
    chosen: JobChoice = JobChoice()


class Fetches:
    """Those who ask for jobs of several types once."""

    def __init__(
        self, writer: Writer, admission: Admission, returns: Returns, polls: Polls, questions: Questions
    ) -> None:
        self._writer = writer
        self._admission = admission
        self._hand_back = returns.hand_back
        self._polls = polls
        self._ask = questions.ask

    async def fetch(
        self, topics: Sequence[Topic], maximum: int, wait_ms: int, account: Account | None = None
    ) -> list[ActivatedJob]:
        """At most so many jobs, those of the first topic first; none where none was ready in time.

        Whoever breaks it off has taken none. Raises `Overloaded` and `Unavailable`.
        """
        deadline = asyncio.get_running_loop().time() + wait_ms / 1000
        with self._admission.waiting(account, sum(memory_of_names(topic.wish) for topic in topics)):
            while True:
                tasks = await self._ready(topics, maximum)
                is_late = asyncio.get_running_loop().time() >= deadline
                if tasks or is_late or self._admission.is_closed:
                    return tasks
                tasks = await self._wait(topics, maximum, deadline)
                if tasks:
                    return tasks

    async def _ready(self, topics: Sequence[Topic], maximum: int) -> list[ActivatedJob]:
        tasks: list[ActivatedJob] = []
        try:
            for topic in topics:
                if len(tasks) < maximum:
                    tasks.extend(await self._of(topic, maximum - len(tasks)))
        except BaseException:
            self._hand_back(tasks)
            raise
        return tasks

    async def _of(self, topic: Topic, most: int) -> Jobs:
        if topic.chosen.is_everything:
            return await self._polls.take_ready(replace(topic.wish, maximum=most))
        keys = await self._ask(lambda store: ready_jobs(store, topic.wish.type, topic.chosen, most))
        return await self._locked(topic.wish, keys)

    async def _locked(self, wish: ActivateJobs, keys: Sequence[int]) -> list[ActivatedJob]:
        """Those of the jobs that nobody else has taken meanwhile."""
        tasks: list[ActivatedJob] = []
        try:
            for key in keys:
                command = LockJob(
                    job_key=key,
                    worker=wish.worker,
                    timeout_ms=wish.timeout_ms,
                    fetch_variables=wish.fetch_variables,
                    local_only=wish.local_only,
                    is_free=True,
                )
                try:
                    tasks.append(await kept(self._writer.submit(command), self._give_back))
                except Rejection:
                    continue
        except BaseException:
            self._hand_back(tasks)
            raise
        return tasks

    def _give_back(self, job: ActivatedJob) -> None:
        self._hand_back((job,))

    async def _wait(self, topics: Sequence[Topic], maximum: int, deadline: float) -> list[ActivatedJob]:
        """Jobs that come while all wait; those too many go back."""
        wishes = [replace(topic.wish, maximum=maximum) for topic in topics if topic.chosen.is_everything]
        soon = asyncio.get_running_loop().time() + LOOK_AGAIN_SECONDS
        until = deadline if len(wishes) == len(topics) else min(deadline, soon)
        if not wishes:
            await asyncio.sleep(max(until - asyncio.get_running_loop().time(), 0))
            return []
        tasks = list(await self._polls.wait_for_any(wishes, until))
        self._hand_back(tasks[maximum:])
        return tasks[:maximum]
