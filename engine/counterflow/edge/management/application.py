"""The application at the management port: health, as Kubernetes and Spring's actuator ask for it; metrics.

Startup and liveness say that the process serves its port; readiness says that it takes calls, which it does
not any more while it stops.
"""

from __future__ import annotations

from http import HTTPStatus

import msgspec
from prometheus_client import generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from counterflow.edge.http.problems import MEDIA_TYPE, problem
from counterflow.edge.management.metrics import registry_of
from counterflow.service.service import Service

HEALTH_TYPE = "application/json"
ALIVE = ("/livez", "/actuator/health/liveness", "/actuator/health/startup")
READY = ("/readyz", "/health", "/actuator/health", "/actuator/health/readiness")
METRICS = ("/metrics", "/actuator/prometheus")


class HealthStatus(msgspec.Struct, frozen=True):
    """`UP`, or `OUT_OF_SERVICE` where no calls are taken."""

    status: str


def application(service: Service) -> Starlette:
    """What is served at the management port."""
    registry = registry_of(service)

    async def alive(request: Request) -> Response:
        return _health_answer(HealthStatus("UP"), HTTPStatus.OK)

    async def ready(request: Request) -> Response:
        if service.admission.is_closed:
            return _health_answer(HealthStatus("OUT_OF_SERVICE"), HTTPStatus.SERVICE_UNAVAILABLE)
        return _health_answer(HealthStatus("UP"), HTTPStatus.OK)

    async def metrics(request: Request) -> Response:
        return Response(generate_latest(registry), headers={"content-type": CONTENT_TYPE_PLAIN_0_0_4})

    routes = [
        *(Route(path, alive) for path in ALIVE),
        *(Route(path, ready) for path in READY),
        *(Route(path, metrics) for path in METRICS),
    ]
    served = Starlette(routes=routes, exception_handlers={HTTPException: _not_served})
    # elsewhere nothing is, and whoever asks does not say where that would be (`Host`)
    served.router.redirect_slashes = False
    return served


def _health_answer(health: HealthStatus, status: HTTPStatus) -> Response:
    return Response(msgspec.json.encode(health), status, media_type=HEALTH_TYPE)


async def _not_served(request: Request, error: Exception) -> Response:
    status = HTTPStatus(error.status_code) if isinstance(error, HTTPException) else HTTPStatus.BAD_REQUEST
    served = ", ".join((*ALIVE, *READY, *METRICS))
    answer = problem(status, status.name, f"Expected GET of one of {served}", request.url.path)
    return Response(
        msgspec.json.encode(answer), status, getattr(error, "headers", None), media_type=MEDIA_TYPE
    )
