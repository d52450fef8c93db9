"""Where `/engine-rest` is served, at the HTTP port: for the engine that there is, also by its name."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from counterflow.edge.engine_rest.families.engine import EngineOperations
from counterflow.edge.engine_rest.families.external_tasks import ExternalTaskOperations
from counterflow.edge.engine_rest.problems import failure, trouble
from counterflow.edge.rest.calls import RestCalls
from counterflow.edge.rest.operations import Operation
from counterflow.service.service import Service

BASES = ("/engine-rest", "/engine-rest/engine/default")


def operations_of(service: Service) -> Sequence[Operation]:
    """Every operation that is served."""
    families = (EngineOperations(service), ExternalTaskOperations(service))
    return [operation for family in families for operation in family.operations()]


def routes(service: Service) -> Sequence[Route]:
    """What is served under `/engine-rest`; a client that asks for more is told so in its own words."""
    operations, calls = operations_of(service), RestCalls(service, failure)
    served = [
        Route(f"{base}{operation.path}", calls.endpoint(operation), methods=[operation.method])
        for base in BASES
        for operation in operations
    ]
    methods = ["GET", "POST", "PUT", "DELETE", "PATCH"]
    return [*served, Route("/engine-rest/{path:path}", _not_served, methods=methods)]


async def _not_served(request: Request) -> Response:
    return trouble(
        HTTPStatus.NOT_FOUND,
        f"{request.method} is not served here: of Camunda 7's calls there are those of external tasks, "
        "deployment/create, process-definition/…/start, message and version",
    )
