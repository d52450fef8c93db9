"""Polls: whoever asks for jobs takes what is ready, or waits until something is.

A poll that nobody reads any more hands its jobs back; jobs and their poll find each other in
`partition/takers.py`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from msgspec.structs import replace

from counterflow.budget import Account
from counterflow.kernel.lives.job_delivery import ActivateJobs
from counterflow.partition.offers import FAULTS_PER_OFFER
from counterflow.partition.refusals import Faulted, Unavailable
from counterflow.partition.takers import PollTaker
from counterflow.partition.writer import Writer
from counterflow.service.admission import Admission, memory_of_names
from counterflow.service.callers import Jobs
from counterflow.service.commands import kept
from counterflow.service.returns import Returns

JOBS_AT_ONCE = 500
"""A larger wish is met in several portions, so that one poll does not hold up everybody else."""


class WaitingPoll(PollTaker):
    """A poll on the list of takers. Its future has the jobs, or nothing; jobs that come too late go back."""

    def __init__(self, request: ActivateJobs, hand_back: Callable[[Jobs], None]) -> None:
        super().__init__(request, self._arrived)
        self.jobs: asyncio.Future[Jobs] = asyncio.get_running_loop().create_future()
        self._hand_back = hand_back

    def cancel(self, count: int) -> None:
        """Jobs were on their way and their commit failed: the client should wait a little.

        Without any, it is asked again.
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
    """Those who ask for jobs once."""

    def __init__(self, writer: Writer, admission: Admission, returns: Returns) -> None:
        self._writer = writer
        self._admission = admission
        self._hand_back = returns.hand_back

    async def activate(
        self,
        wish: ActivateJobs,
        wait_ms: int,
        deliver: Callable[[Jobs], Awaitable[None]],
        account: Account | None = None,
    ) -> None:
        """Deliver up to `wish.maximum` jobs, a portion after the other; nothing where none was ready in time.
        A portion that `deliver` raises at goes back. `account` is that of the caller's connection, if there
        is one. Raises `Overloaded` and `Unavailable`.
        """
        left = wish.maximum
        if left < 1:
            return
        with self._admission.waiting(account, memory_of_names(wish)):
            jobs, more = await self._first(_portion(wish, left), wait_ms)
            while jobs:
                await self._deliver(jobs, deliver)
                left -= len(jobs)
                if left < 1 or not more or self._admission.is_closed:
                    return
                jobs, more = await self._ready(_portion(wish, left))

    async def take_ready(self, wish: ActivateJobs) -> Jobs:
        """Jobs that can be taken now, at most one portion. Raises `Overloaded` and `Unavailable`."""
        if not self._writer.is_ready(wish.type):
            return ()
        return (await self._ready(_portion(wish, wish.maximum)))[0]

    async def wait_for_any(self, wishes: Sequence[ActivateJobs], deadline: float) -> Jobs:
        """Jobs of one of several types as soon as there are any; none where somebody else was faster.

        None at the deadline, in seconds of the event loop, either.
        """
        polls = [WaitingPoll(_portion(wish, wish.maximum), self._hand_back) for wish in wishes]
        for poll in polls:
            self._writer.takers.park(poll)
        try:
            left = max(deadline - asyncio.get_running_loop().time(), 0)
            await asyncio.wait(
                [poll.jobs for poll in polls], timeout=left, return_when=asyncio.FIRST_COMPLETED
            )
        except asyncio.CancelledError:
            self._hand_back(self._leave(polls))
            raise
        return self._leave(polls)

    def _leave(self, polls: Sequence[WaitingPoll]) -> Jobs:
        for poll in polls:
            self._writer.takers.unpark(poll)
        return [job for poll in polls for job in poll.leave()]

    async def _deliver(self, jobs: Jobs, deliver: Callable[[Jobs], Awaitable[None]]) -> None:
        try:
            await deliver(jobs)
        except BaseException:
            self._hand_back(jobs)
            raise

    async def _first(self, command: ActivateJobs, wait_ms: int) -> tuple[Jobs, bool]:
        """What is ready now, or is before the time is over; and whether more was than fits a portion."""
        deadline = asyncio.get_running_loop().time() + wait_ms / 1000
        while True:
            if self._writer.is_ready(command.type):
                jobs, more = await self._ready(command)
            elif self._admission.is_closed or asyncio.get_running_loop().time() >= deadline:
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
        return await kept(taken, self._hand_back), more

    def _take(self, command: ActivateJobs) -> asyncio.Future[Jobs]:
        """Take jobs; an instance that breaks while its job is taken is set aside, the others' are taken."""
        for _ in range(FAULTS_PER_OFFER):
            try:
                return self._writer.submit(command)
            except Faulted as fault:
                if not fault.is_contained:
                    raise
        return self._writer.submit(command)

    async def _wait(self, command: ActivateJobs, deadline: float) -> Jobs:
        poll = WaitingPoll(command, self._hand_back)
        self._writer.takers.park(poll)
        try:
            async with asyncio.timeout_at(deadline):
                return await poll.jobs
        except TimeoutError:
            return poll.leave()
        except asyncio.CancelledError:
            self._hand_back(poll.leave())
            raise
        finally:
            self._writer.takers.unpark(poll)


def _portion(wish: ActivateJobs, left: int) -> ActivateJobs:
    return replace(wish, maximum=min(left, JOBS_AT_ONCE))
