"""A gateway in this process: hands out scripted jobs, keeps every call, answers with scripted errors.

It runs no process.
"""

import asyncio
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, Self

import grpc
import grpc.aio
import msgspec
from google.protobuf.message import Message

from counterflow_wire import gateway
from tests.protos.serving import service_handler

PATIENCE_SECONDS = 20
Context = grpc.aio.ServicerContext[Any, Any]


def activated(
    key: int, job_type: str = "work", variables: object = None, **fields: Any
) -> gateway.ActivatedJob:
    """A job on the wire."""
    text = variables if isinstance(variables, str) else msgspec.json.encode(variables or {}).decode()
    fields = {
        "retries": 3,
        "customHeaders": "{}",
        "processInstanceKey": 1,
        "elementId": "task",
        "bpmnProcessId": "process",
        **fields,
    }
    return gateway.ActivatedJob(key=key, type=job_type, variables=text, **fields)


class FakeGateway:
    """Serves on a free port of this machine; `stop` and `start` again keep the port."""

    def __init__(self) -> None:
        self.calls: dict[str, list[Any]] = defaultdict(list)
        self.metadata: list[Mapping[str, str]] = []
        self.answers: dict[str, Message] = {}
        self.errors: dict[str, deque[tuple[grpc.StatusCode, str]]] = defaultdict(deque)
        self.backlog: dict[str, deque[gateway.ActivatedJob]] = defaultdict(deque)
        self.pushed: dict[str, deque[gateway.ActivatedJob]] = defaultdict(deque)
        self.open_streams = 0
        self.open_polls = 0
        self.port = 0
        self._changed = asyncio.Condition()
        self._server: grpc.aio.Server | None = None

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        self._server = grpc.aio.server()
        self._server.add_generic_rpc_handlers(
            (service_handler("gateway_protocol.Gateway", gateway.METHODS, self._behaviours()),)
        )
        self.port = self._server.add_insecure_port(f"127.0.0.1:{self.port}")
        await self._server.start()

    async def stop(self) -> None:
        if self._server is not None:
            await self._server.stop(None)
            self._server = None

    # What a test says

    async def add_jobs(self, *jobs: gateway.ActivatedJob) -> None:
        """For polls."""
        for job in jobs:
            self.backlog[job.type].append(job)
        await self._tell()

    async def push_jobs(self, *jobs: gateway.ActivatedJob) -> None:
        """For streams."""
        for job in jobs:
            self.pushed[job.type].append(job)
        await self._tell()

    def fail(self, method: str, *statuses: grpc.StatusCode, reason: str = "scripted") -> None:
        """Answer the next calls of a method with these."""
        self.errors[method].extend((status, reason) for status in statuses)

    # What a test asks

    async def called(self, method: str, times: int = 1) -> Any:
        """The request of the `times`-th call, once it has come."""
        await self.until(lambda: len(self.calls[method]) >= times)
        return self.calls[method][times - 1]

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait for something that calls or streams bring about."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            await self._until(condition)

    # The service

    def _behaviours(self) -> dict[str, Callable[..., Any]]:
        unary: dict[str, Callable[..., Any]] = {
            name: partial(self._answer, name)
            for name, method in gateway.METHODS.items()
            if not method.server_streaming
        }
        return {**unary, "ActivateJobs": self._activate_jobs, "StreamActivatedJobs": self._stream_jobs}

    async def _answer(self, method: str, request: Message, context: Context) -> Message:
        await self._receive(method, request, context)
        return self.answers.get(method) or gateway.METHODS[method].response()

    async def _activate_jobs(
        self, request: gateway.ActivateJobsRequest, context: Context
    ) -> AsyncIterator[gateway.ActivateJobsResponse]:
        await self._receive("ActivateJobs", request, context)
        backlog = self.backlog[request.type]
        async with self._counted("open_polls"):
            if request.requestTimeout >= 0:
                await self._until(lambda: bool(backlog))
        jobs = [backlog.popleft() for _ in range(min(request.maxJobsToActivate, len(backlog)))]
        if jobs:
            yield gateway.ActivateJobsResponse(jobs=jobs)

    async def _stream_jobs(
        self, request: gateway.StreamActivatedJobsRequest, context: Context
    ) -> AsyncIterator[gateway.ActivatedJob]:
        await self._receive("StreamActivatedJobs", request, context)
        pushed = self.pushed[request.type]
        async with self._counted("open_streams"):
            while True:
                await self._until(lambda: bool(pushed))
                yield pushed.popleft()

    async def _receive(self, method: str, request: Message, context: Context) -> None:
        self.calls[method].append(request)
        self.metadata.append({key: str(value) for key, value in context.invocation_metadata() or ()})
        await self._tell()
        if self.errors[method]:
            await context.abort(*self.errors[method].popleft())

    @asynccontextmanager
    async def _counted(self, counter: str) -> AsyncIterator[None]:
        setattr(self, counter, getattr(self, counter) + 1)
        await self._tell()
        try:
            yield
        finally:
            setattr(self, counter, getattr(self, counter) - 1)
            await self._tell()

    async def _until(self, condition: Callable[[], bool]) -> None:
        async with self._changed:
            await self._changed.wait_for(condition)

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()
