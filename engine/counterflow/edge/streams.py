"""StreamActivatedJobs: a client stays, and jobs are pushed to it as they become ready.

What is ready already when a stream opens is left to the client's polls, which know how much it can carry.
"""

from __future__ import annotations

from counterflow.edge.calls import STOPPING, Calls, Context
from counterflow.edge.translate import activation
from counterflow.partition.refusals import Overloaded
from counterflow.partition.takers import STREAM_CREDIT, StreamTaker
from counterflow.wire.contract import CallIsOver, StatusCode
from counterflow_wire import gateway


class Push:
    """One open stream. The first job of the queue stays there until it has left, so that it goes back if it
    never does.
    """

    def __init__(self, calls: Calls, request: gateway.StreamActivatedJobsRequest, call: Context) -> None:
        self._calls = calls
        self._writer = calls.writer
        self._call = call
        self.taker = StreamTaker(
            activation(request, STREAM_CREDIT, calls.settings.message_bytes), self.push, calls.hand_back
        )
        self._is_held = False
        self._is_ending = False

    def push(self) -> None:
        """Send what there is, as long as the client reads."""
        queue = self.taker.queue
        if self._is_held or self._call.is_over or not queue:
            return
        while queue and not self._is_ending:
            message = self._calls.on_wire(queue[0])
            if message is None:
                queue.popleft()
                continue
            try:
                has_left = self._call.send(message.SerializeToString())
            except CallIsOver:
                return
            if not has_left:
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
        """The server is stopping: end after the job that is being sent."""
        self._is_ending = True
        if not self._is_held:
            self._call.break_off(StatusCode.UNAVAILABLE, STOPPING)


class Streams:
    """The rpc StreamActivatedJobs."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._takers = calls.writer.takers
        self._open: set[Push] = set()

    def end(self) -> None:
        """The server is stopping: every stream ends after the job that it is sending."""
        for push in list(self._open):
            push.end()

    def stream_activated_jobs(self, request: gateway.StreamActivatedJobsRequest, call: Context) -> None:
        """Jobs until the client goes; what it has not been sent by then goes back. Raises `Refused` and
        `Overloaded`.
        """
        push = Push(self._calls, request, call)

        def gone() -> None:
            self._open.discard(push)
            self._takers.remove_stream(push.taker)
            self._calls.hand_back(push.taker.queue)
            self._calls.let_go(call)
            self._calls.ended_waiting()

        self._calls.hold(call)
        try:
            self._calls.begun_waiting()
        except Overloaded:
            self._calls.let_go(call)
            raise
        call.on_gone = gone
        call.on_drained = push.drained
        self._takers.add_stream(push.taker)
        self._open.add(push)
        call.begin()
