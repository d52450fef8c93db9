"""Who takes jobs: open streams, and polls that wait. A job goes to a taker with credit straight from memory.

Streams come first, in turn; then the poll that has waited longest (contract: "streams are preferred over
waking pollers"). What a taker is given has been activated in the same transaction; if it turns out that
nobody is there any more, the jobs are handed back with their tries unchanged.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from counterflow.kernel.lives.job_delivery import ActivateJobs
from counterflow.kernel.vocabulary import ActivatedJob

Item = TypeVar("Item")

STREAM_CREDIT = 128
"""Jobs given to a stream that its client has not read yet, at most; then others take them, or they wait."""


class Taker(Protocol):
    """Someone who takes jobs of one type."""

    @property
    def request(self) -> ActivateJobs:
        """What it would take now; `maximum` 0 when it has no credit."""
        ...

    def reserve(self, count: int, /) -> None:
        """So many jobs are on their way to it, as soon as they are committed."""
        ...

    def deliver(self, jobs: Sequence[ActivatedJob]) -> None:
        """The jobs are committed: they are yours."""
        ...

    def cancel(self, count: int, /) -> None:
        """The jobs that were on their way are not coming: their commit failed."""
        ...


class StreamTaker:
    """An open stream: its client reads one job after another from `queue`, which `wake` tells of."""

    def __init__(
        self,
        request: ActivateJobs,
        wake: Callable[[], None],
        hand_back: Callable[[Sequence[ActivatedJob]], None],
    ) -> None:
        self._request = request
        self._wake = wake
        self._reserved = 0
        self.queue: deque[ActivatedJob] = deque()
        self.closed = False
        self._hand_back = hand_back

    @property
    def request(self) -> ActivateJobs:
        """As much as its credit allows."""
        credit = 0 if self.closed else STREAM_CREDIT - self._reserved - len(self.queue)
        request = self._request
        return ActivateJobs(
            type=request.type,
            worker=request.worker,
            timeout_ms=request.timeout_ms,
            maximum=max(credit, 0),
            fetch_variables=request.fetch_variables,
            bytes_left=request.bytes_left,
        )

    def reserve(self, count: int) -> None:
        """Less credit until they are read."""
        self._reserved += count

    def deliver(self, jobs: Sequence[ActivatedJob]) -> None:
        """Queue them for the client, or hand them back if it has gone."""
        self._reserved -= len(jobs)
        if self.closed:
            self._hand_back(jobs)
            return
        self.queue.extend(jobs)
        self._wake()

    def cancel(self, count: int) -> None:
        """The credit is free again."""
        self._reserved -= count


class PollTaker:
    """A poll that waits: takes once, then is gone. `done` is called with the jobs, after commit."""

    def __init__(self, request: ActivateJobs, done: Callable[[Sequence[ActivatedJob]], None]) -> None:
        self.request = request
        self._done = done

    def reserve(self, _count: int, /) -> None:
        """It is given jobs once; `Takers` has already let go of it."""

    def deliver(self, jobs: Sequence[ActivatedJob]) -> None:
        """Answer the poll."""
        self._done(jobs)

    def cancel(self, _count: int, /) -> None:
        """Answer with nothing: its client will ask again."""
        self._done(())


class Takers:
    """Everyone who takes jobs, by type."""

    def __init__(self) -> None:
        self._streams: dict[str, deque[StreamTaker]] = {}
        self._polls: dict[str, deque[PollTaker]] = {}

    def add_stream(self, stream: StreamTaker) -> None:
        """A stream was opened."""
        self._streams.setdefault(stream.request.type, deque()).append(stream)

    def remove_stream(self, stream: StreamTaker) -> None:
        """A stream was closed."""
        stream.closed = True
        _discard(self._streams, stream.request.type, stream)

    def park(self, poll: PollTaker) -> None:
        """A poll found nothing and waits."""
        self._polls.setdefault(poll.request.type, deque()).append(poll)

    def put_back(self, taker: Taker) -> None:
        """There is nothing for this one yet: a poll waits on, before those that came after it."""
        if isinstance(taker, PollTaker):
            self._polls.setdefault(taker.request.type, deque()).appendleft(taker)

    def unpark(self, poll: PollTaker) -> None:
        """A poll waits no longer."""
        _discard(self._polls, poll.request.type, poll)

    def asked_for(self) -> frozenset[str]:
        """The types that somebody takes, or waits for, by now."""
        return frozenset((*self._streams, *self._polls))

    def next_for(self, job_type: str) -> Taker | None:
        """Who takes the next job of this type; a poll that is chosen is no longer parked. None when nobody
        has credit.
        """
        streams = self._streams.get(job_type)
        if streams:
            for _ in range(len(streams)):
                stream = streams[0]
                streams.rotate(-1)
                if stream.request.maximum > 0:
                    return stream
        polls = self._polls.get(job_type)
        if polls:
            poll = polls[0]
            self.unpark(poll)
            return poll
        return None

    def end_polls(self) -> None:
        """Answer every waiting poll with nothing."""
        for polls in list(self._polls.values()):
            for poll in list(polls):
                self.unpark(poll)
                poll.deliver(())

    def streams(self) -> list[StreamTaker]:
        """Every open stream."""
        return [stream for streams in self._streams.values() for stream in streams]


def _discard(index: dict[str, deque[Item]], job_type: str, item: Item) -> None:
    members = index.get(job_type)
    if members is not None and item in members:
        members.remove(item)
        if not members:
            del index[job_type]
