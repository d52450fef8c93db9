"""The application at the HTTP port: `/v2`, and what is told of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from http import HTTPStatus

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from counterflow.edge.engine_rest.application import routes as engine_rest
from counterflow.edge.http.problems import MEDIA_TYPE, problem
from counterflow.edge.pages.application import PlainPages
from counterflow.edge.rest.calls import JSON, RestCalls
from counterflow.edge.rest.families.absent import AbsentOperations
from counterflow.edge.rest.families.cluster import Cluster
from counterflow.edge.rest.families.decisions import DecisionOperations
from counterflow.edge.rest.families.definitions import DefinitionOperations
from counterflow.edge.rest.families.deployments import DeploymentOperations
from counterflow.edge.rest.families.documents import DocumentOperations
from counterflow.edge.rest.families.facts import FactOperations
from counterflow.edge.rest.families.found import FoundOperations
from counterflow.edge.rest.families.instances import InstanceOperations
from counterflow.edge.rest.families.jobs import JobOperations
from counterflow.edge.rest.families.messages import MessageOperations
from counterflow.edge.rest.families.process_instances import ProcessInstanceSearches
from counterflow.edge.rest.families.steering import SteeringOperations
from counterflow.edge.rest.families.user_tasks import UserTaskOperations
from counterflow.edge.rest.families.variables import VariableOperations
from counterflow.edge.rest.openapi import openapi
from counterflow.edge.rest.operations import Operation
from counterflow.service.service import Service


def operations_of(service: Service, grpc_port: Callable[[], int]) -> Sequence[Operation]:
    """Every operation that is served."""
    families = (
        Cluster(service, grpc_port),
        DeploymentOperations(service),
        InstanceOperations(service),
        ProcessInstanceSearches(service),
        FoundOperations(service),
        VariableOperations(service),
        DefinitionOperations(service),
        SteeringOperations(service),
        JobOperations(service),
        MessageOperations(service),
        DecisionOperations(service),
        UserTaskOperations(service),
        DocumentOperations(service),
        FactOperations(service),
        AbsentOperations(),
    )
    return [operation for family in families for operation in family.operations()]


def application(service: Service, grpc_port: Callable[[], int]) -> Starlette:
    """What is served at the HTTP port; `grpc_port` tells where gRPC is listened on."""
    operations, calls = operations_of(service, grpc_port), RestCalls(service)
    description = openapi(operations)
    described = msgspec.json.encode(description)

    async def describe(request: Request) -> Response:
        return Response(described, media_type=JSON)

    routes = [
        Route(
            f"{operation.base}{operation.path}",
            calls.endpoint(operation),
            methods=[operation.method],
            name=operation.id,
        )
        for operation in operations
    ]
    served = Starlette(
        routes=[
            Route("/openapi.json", describe),
            *routes,
            *PlainPages(service, operations, description).routes(),
            *engine_rest(service),
        ],
        exception_handlers={HTTPException: _not_served},
    )
    # elsewhere nothing is, and whoever asks does not say where that would be (`Host`)
    served.router.redirect_slashes = False
    return served


async def _not_served(request: Request, error: Exception) -> Response:
    """Nothing is served there, or not by this method."""
    status = HTTPStatus(error.status_code) if isinstance(error, HTTPException) else HTTPStatus.BAD_REQUEST
    if status is HTTPStatus.METHOD_NOT_ALLOWED:
        title, detail = "METHOD_NOT_ALLOWED", f"{request.method} is not served here; see /openapi.json"
    else:
        title, detail = "NOT_FOUND", "Nothing is served here; see /openapi.json for what is"
    answer = problem(status, title, detail, request.url.path)
    headers = getattr(error, "headers", None)
    return Response(msgspec.json.encode(answer), status, headers, MEDIA_TYPE)
