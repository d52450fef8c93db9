"""Streams: whoever stays is sent jobs as they become ready.

What is ready already when a stream opens is left to the client's polls, which know how much it can carry.
"""

from __future__ import annotations

import asyncio
import logging

from msgspec.structs import replace

from counterflow.kernel.lives.job_delivery import ActivateJobs
from counterflow.partition.refusals import Overloaded
from counterflow.partition.takers import StreamTaker
from counterflow.partition.writer import Writer
from counterflow.service.admission import Admission, memory_of_names
from counterflow.service.callers import JobReceiver
from counterflow.service.returns import Returns

logger = logging.getLogger("counterflow.service")

SHORTEST_TIMEOUT_MS = 1_000
"""What a stream's jobs are lent for at least, in ms. With less, each would be back before its worker has read
it, and pushed again.
"""


class Push:
    """One open stream.

    The first job of the queue stays there until it has left, so that it goes back if it never does.
    """

    def __init__(
        self, writer: Writer, returns: Returns, request: ActivateJobs, receiver: JobReceiver
    ) -> None:
        self._writer = writer
        self._receiver = receiver
        self.taker = StreamTaker(request, self.push, returns.hand_back)
        self._is_held = False
        self._is_ending = False

    def push(self) -> None:
        """Send what there is, as long as the receiver reads."""
        queue = self.taker.queue
        if self._is_held or self._receiver.is_over or not queue:
            return
        while queue and not self._is_ending:
            if not self._receiver.send(queue[0]):
                self._is_held = True
                return
            queue.popleft()
        if not self._is_ending:
            self._writer.offer(self.taker.request.type)

    def drained(self) -> None:
        """The job that was held has left."""
        if not self._is_held:
            return
        self._is_held = False
        self.taker.queue.popleft()
        if self._is_ending:
            self.end()
        else:
            self._writer.offer(self.taker.request.type)
            self.push()

    def end(self) -> None:
        """The engine is stopping: end after the job that is being sent."""
        self._is_ending = True
        if not self._is_held:
            self._receiver.end()

    def break_off(self) -> None:
        """End at once; the job that has not left goes back."""
        self._receiver.end()


class Streams:
    """Those who stay for jobs."""

    def __init__(self, writer: Writer, admission: Admission, returns: Returns) -> None:
        self._writer = writer
        self._admission = admission
        self._returns = returns
        self._open: set[Push] = set()

    def end(self, share_seconds: float) -> None:
        """The engine is stopping: every stream ends after the job that it is sending. One whose client does
        not read that is broken off after its share of the grace, and the job goes back.
        """
        for push in list(self._open):
            push.end()
        if self._open:
            asyncio.get_running_loop().call_later(share_seconds, self._break_off)

    def _break_off(self) -> None:
        for push in list(self._open):
            push.break_off()

    def open(self, receiver: JobReceiver, request: ActivateJobs) -> None:
        """Send jobs until the receiver goes; what it has not been sent by then goes back.

        Raises `Overloaded`.
        """
        if request.timeout_ms < SHORTEST_TIMEOUT_MS:
            logger.warning(
                "A stream asks for jobs for %s ms, too short for one to be done; it is given them for %s ms",
                *(request.timeout_ms, SHORTEST_TIMEOUT_MS),
            )
            request = replace(request, timeout_ms=SHORTEST_TIMEOUT_MS)
        size = memory_of_names(request)
        push = Push(self._writer, self._returns, request, receiver)

        def gone() -> None:
            self._open.discard(push)
            self._writer.takers.remove_stream(push.taker)
            self._returns.hand_back(push.taker.queue)
            self._admission.let_go(receiver)
            self._admission.ended_waiting(receiver.account, size)

        self._admission.hold(receiver)
        try:
            self._admission.begun_waiting(receiver.account, size)
        except Overloaded:
            self._admission.let_go(receiver)
            raise
        receiver.on_gone = gone
        receiver.on_drained = push.drained
        self._writer.takers.add_stream(push.taker)
        self._open.add(push)
        receiver.begin()
