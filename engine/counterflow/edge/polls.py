"""ActivateJobs: a poll takes what is ready, or waits until something is.

A poll that nobody reads any more hands its jobs back; jobs and their poll find each other in
`partition/takers.py`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from msgspec.structs import replace

from counterflow.edge.calls import Calls, Context, kept
from counterflow.edge.translate import activation, duration_ms
from counterflow.kernel.lives.job_delivery import ActivateJobs
from counterflow.kernel.vocabulary import ActivatedJob
from counterflow.partition.offers import FAULTS_PER_OFFER
from counterflow.partition.refusals import Faulted, Unavailable
from counterflow.partition.takers import PollTaker
from counterflow_wire import gateway

JOBS_PER_RESPONSE = 500
"""A larger wish is answered in several messages, so that one poll does not hold up everybody else."""

Jobs = Sequence[ActivatedJob]


class WaitingPoll(PollTaker):
    """A poll on the list of takers. Its future has the jobs, or nothing; jobs that come too late go back."""

    def __init__(self, request: ActivateJobs, hand_back: Callable[[Jobs], None]) -> None:
        super().__init__(request, self._arrived)
        self.jobs: asyncio.Future[Jobs] = asyncio.get_running_loop().create_future()
        self._hand_back = hand_back

    def cancel(self, count: int) -> None:
        """Jobs were on their way and their commit failed: the client should wait a little. Without any, it is
        asked again.
        """
        if count and not self.jobs.done():
            self.jobs.set_exception(
                Unavailable("Jobs were found, but activating them could not be made durable; try again")
            )
        else:
            self._arrived(())

    def leave(self) -> Jobs:
        """Nobody waits any longer. Answers jobs that came at this very moment."""
        if self.jobs.cancel() or self.jobs.cancelled() or self.jobs.exception():
            return ()
        return self.jobs.result()

    def _arrived(self, jobs: Jobs) -> None:
        if not self.jobs.done():
            self.jobs.set_result(jobs)
        elif jobs:
            self._hand_back(jobs)


class Polls:
    """The rpc ActivateJobs."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._writer = calls.writer
        self._message_bytes = calls.settings.message_bytes
        self._long_poll_ms = calls.settings.long_poll_ms

    async def activate_jobs(self, request: gateway.ActivateJobsRequest, context: Context) -> None:
        """Zero or more messages with jobs; none when nothing was found in time."""
        left = request.maxJobsToActivate
        command = activation(request, min(left, JOBS_PER_RESPONSE), self._message_bytes)
        if left < 1:
            return
        jobs, more = await self._first(command, request.requestTimeout)
        while jobs:
            await self._write(jobs, context)
            left -= len(jobs)
            if left < 1 or not more or self._calls.stopping:
                return
            jobs, more = await self._ready(replace(command, maximum=min(left, JOBS_PER_RESPONSE)))

    async def _first(self, command: ActivateJobs, request_timeout_ms: int) -> tuple[Jobs, bool]:
        """What is ready now, or becomes ready before the time is over; and whether more was ready than fits
        into a message.
        """
        wait_ms = duration_ms(request_timeout_ms or self._long_poll_ms)
        deadline = asyncio.get_running_loop().time() + wait_ms / 1000
        while True:
            if self._writer.is_ready(command.type):
                jobs, more = await self._ready(command)
            elif self._calls.stopping or asyncio.get_running_loop().time() >= deadline:
                return (), False
            else:
                jobs, more = await self._wait(command, deadline), False
            if jobs:
                return jobs, more

    async def _ready(self, command: ActivateJobs) -> tuple[Jobs, bool]:
        taken = self._take(command)
        # Asked now and not after the commit: what becomes ready meanwhile may be the same jobs, given back by
        # a short deadline.
        more = self._writer.is_ready(command.type)
        return await kept(taken, self._calls.hand_back), more

    def _take(self, command: ActivateJobs) -> asyncio.Future[Jobs]:
        """An instance that breaks while its job is taken is set aside, and the others' jobs are taken all the
        same.
        """
        for _ in range(FAULTS_PER_OFFER):
            try:
                return self._writer.submit(command)
            except Faulted as fault:
                if not fault.is_contained:
                    raise
        return self._writer.submit(command)

    async def _wait(self, command: ActivateJobs, deadline: float) -> Jobs:
        poll = WaitingPoll(command, self._calls.hand_back)
        self._writer.takers.park(poll)
        try:
            async with asyncio.timeout_at(deadline):
                return await poll.jobs
        except TimeoutError:
            return poll.leave()
        except asyncio.CancelledError:
            self._calls.hand_back(poll.leave())
            raise
        finally:
            self._writer.takers.unpark(poll)

    async def _write(self, jobs: Jobs, context: Context) -> None:
        messages = [message for job in jobs if (message := self._calls.on_wire(job)) is not None]
        if not messages:
            return
        try:
            await context.write(gateway.ActivateJobsResponse(jobs=messages).SerializeToString())
        except BaseException:
            self._calls.hand_back(jobs)
            raise
