"""How workers come by jobs: a poll takes what there is or waits a while, a stream stays and is sent them."""

from __future__ import annotations

import logging
from collections.abc import Callable

from counterflow.budget import Account
from counterflow.caller import Caller
from counterflow.edge.grpc.to_wire import job_on_wire
from counterflow.kernel.lives.job_delivery import ActivateJobs
from counterflow.kernel.vocabulary import ActivatedJob
from counterflow.partition.refusals import STOPPING
from counterflow.partition.takers import STREAM_CREDIT
from counterflow.service.callers import Jobs
from counterflow.service.requests import activation, duration_ms
from counterflow.service.service import Service
from counterflow.wire.contract import Call, CallIsOver, StatusCode
from counterflow_wire import gateway

logger = logging.getLogger("counterflow.edge")

OnWire = Callable[[ActivatedJob], gateway.ActivatedJob | None]


class Activation:
    """The rpcs ActivateJobs and StreamActivatedJobs."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._message_bytes = service.settings.message_bytes
        self._long_poll_ms = service.settings.long_poll_ms

    async def activate_jobs(self, request: gateway.ActivateJobsRequest, call: Call) -> None:
        """Zero or more messages with jobs; none when nothing was found in time."""

        async def deliver(jobs: Jobs) -> None:
            messages = [message for job in jobs if (message := self.on_wire(job)) is not None]
            if messages:
                await call.write(gateway.ActivateJobsResponse(jobs=messages).SerializeToString())

        wish = self._wish(request, request.maxJobsToActivate)
        wait_ms = duration_ms(request.requestTimeout or self._long_poll_ms)
        await self._service.polls.activate(wish, wait_ms, deliver, call.account)

    def stream_activated_jobs(self, request: gateway.StreamActivatedJobsRequest, call: Call) -> None:
        """Jobs until the client goes."""
        self._service.streams.open(StreamClient(call, self.on_wire), self._wish(request, STREAM_CREDIT))

    def on_wire(self, job: ActivatedJob) -> gateway.ActivatedJob | None:
        """A job as a message; None where no message can carry it, and it is held by an incident instead."""
        try:
            return job_on_wire(job)
        except Exception:
            logger.exception(
                "Job %s of process instance %s cannot be put on the wire", job.key, job.process_instance_key
            )
            self._service.returns.hold(job)
            return None

    def _wish(
        self, request: gateway.ActivateJobsRequest | gateway.StreamActivatedJobsRequest, maximum: int
    ) -> ActivateJobs:
        return activation(
            job_type=request.type,
            worker=request.worker,
            timeout_ms=request.timeout,
            maximum=maximum,
            fetch_variables=request.fetchVariable,
            tenant_ids=request.tenantIds,
            message_bytes=self._message_bytes,
        )


class StreamClient:
    """A call that stays, as the service sees it."""

    def __init__(self, call: Call, on_wire: OnWire) -> None:
        self._call = call
        self._on_wire = on_wire

    @property
    def on_gone(self) -> Callable[[], object] | None:
        """What is called when the client has gone."""
        return self._call.on_gone

    @on_gone.setter
    def on_gone(self, callback: Callable[[], object] | None) -> None:
        self._call.on_gone = callback

    @property
    def on_drained(self) -> Callable[[], object] | None:
        """What is called when the client can be sent more."""
        return self._call.on_drained

    @on_drained.setter
    def on_drained(self, callback: Callable[[], object] | None) -> None:
        self._call.on_drained = callback

    @property
    def caller(self) -> Caller:
        """Who the client is."""
        return self._call.caller

    @property
    def account(self) -> Account:
        """What its connection has."""
        return self._call.account

    @property
    def request_bytes(self) -> int:
        """The size of its request."""
        return self._call.request_bytes

    @property
    def is_over(self) -> bool:
        """Whether it has gone."""
        return self._call.is_over

    def begin(self) -> None:
        """Send headers."""
        self._call.begin()

    def send(self, job: ActivatedJob) -> bool:
        """Send one job.

        What no message can carry is done with; what the client did not stay for has not left.
        """
        message = self._on_wire(job)
        try:
            return message is None or self._call.send(message.SerializeToString())
        except CallIsOver:
            return False

    def end(self) -> None:
        """Break the call off."""
        self._call.break_off(StatusCode.UNAVAILABLE, STOPPING)
