"""StreamActivatedJobs: a client stays, and jobs are pushed to it as they become ready.

What is ready already when a stream opens is left to the client's polls, which know how much it can carry.
"""

from __future__ import annotations

import asyncio

from grpc import StatusCode

from counterflow.delivery.takers import STREAM_CREDIT, StreamTaker
from counterflow.edge.calls import STOPPING, Calls, Context
from counterflow.edge.status import Refused
from counterflow.edge.translate import activation, job_on_wire
from counterflow_wire import gateway


class Streams:
    """The rpc StreamActivatedJobs."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._loop = calls.loop
        self._message_bytes = calls.settings.message_bytes
        self._open: set[asyncio.Event] = set()

    def end(self) -> None:
        """The server is stopping: every stream ends after the job that it is writing."""
        for wake in self._open:
            wake.set()

    async def stream_activated_jobs(self, request: gateway.StreamActivatedJobsRequest, context: Context) -> None:
        """Jobs until the client goes; what it has not been sent by then goes back."""
        wake = asyncio.Event()
        stream = StreamTaker(activation(request, STREAM_CREDIT, self._message_bytes), wake.set, self._calls.hand_back)
        self._loop.takers.add_stream(stream)
        self._open.add(wake)
        try:
            await self._push(stream, wake, context)
        finally:
            self._open.discard(wake)
            self._loop.takers.remove_stream(stream)
            self._calls.hand_back(stream.queue)
        raise Refused(StatusCode.UNAVAILABLE, STOPPING)

    async def _push(self, stream: StreamTaker, wake: asyncio.Event, context: Context) -> None:
        queue, job_type = stream.queue, stream.request.type
        while not self._calls.stopping:
            while queue and not self._calls.stopping:
                await context.write(job_on_wire(queue[0]))
                queue.popleft()
                self._loop.offer(job_type)
            wake.clear()
            if not queue and not self._calls.stopping:
                await wake.wait()
