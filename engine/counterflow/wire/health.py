"""`grpc.health.v1.Health`: how each service is, asked once or watched (gRPC's health checking protocol)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from counterflow.wire.contract import Call, Method, StatusCode
from counterflow.wire.fields import reader_of
from counterflow.wire.methods import check_waiting, from_callback
from counterflow_wire.health_v1 import (
    METHODS,
    HealthCheckRequest,
    HealthCheckResponse,
    HealthListRequest,
    HealthListResponse,
)

UNKNOWN = "unknown"
"""Stands for every service that is not served."""


class Watcher:
    """A client that is told of each change, the latest where it reads slowly."""

    def __init__(self, health: Health, service: str, call: Call) -> None:
        self._health = health
        self.service = service
        self._call = call
        self._sent: HealthCheckResponse.ServingStatus | None = None
        self._is_held = False
        call.on_drained = self._drained

    def update(self) -> None:
        """Say how the service is, if that is news and the client reads."""
        status = self._health.status_of(self.service)
        if self._is_held or status == self._sent or self._call.is_over:
            return
        self._sent = status
        self._is_held = not self._call.send(HealthCheckResponse(status=status).SerializeToString())

    def _drained(self) -> None:
        self._is_held = False
        self.update()


class Health:
    """What is known of each service. The name "" stands for the whole server."""

    def __init__(self, services: Iterable[str]) -> None:
        self._serving = dict.fromkeys(services, False)
        self._watchers: set[Watcher] = set()

    def methods(self) -> Sequence[Method]:
        """Check, List and Watch."""
        return (
            from_callback(METHODS["Check"].path, reader_of(HealthCheckRequest), self._check),
            from_callback(METHODS["List"].path, reader_of(HealthListRequest), self._list),
            from_callback(METHODS["Watch"].path, reader_of(HealthCheckRequest), self._watch),
        )

    def set_serving(self, serving: bool) -> None:
        """All services begin to serve, or cease to."""
        self._serving = dict.fromkeys(self._serving, serving)
        for watcher in list(self._watchers):
            watcher.update()

    def status_of(self, service: str) -> HealthCheckResponse.ServingStatus:
        """The number that the protocol has for it."""
        if service not in self._serving:
            return HealthCheckResponse.SERVICE_UNKNOWN
        return HealthCheckResponse.SERVING if self._serving[service] else HealthCheckResponse.NOT_SERVING

    def _check(self, request: HealthCheckRequest, call: Call) -> None:
        if request.service in self._serving:
            call.answer(HealthCheckResponse(status=self.status_of(request.service)).SerializeToString())
        else:
            call.finish(StatusCode.NOT_FOUND, f"There is no service '{request.service[:200]}' on this server")

    def _list(self, _request: HealthListRequest, call: Call) -> None:
        statuses = {service: HealthCheckResponse(status=self.status_of(service)) for service in self._serving}
        call.answer(HealthListResponse(statuses=statuses).SerializeToString())

    def _watch(self, request: HealthCheckRequest, call: Call) -> None:
        # A name that stands for nothing need not be kept to say so for ever.
        service = request.service if request.service in self._serving else UNKNOWN
        check_waiting(call)
        watcher = Watcher(self, service, call)
        self._watchers.add(watcher)

        def gone() -> None:
            self._watchers.discard(watcher)
            call.account.ends_waiting()

        call.on_gone = gone
        watcher.update()
