"""What goes wrong, as Camunda 7 tells it: a type that programs branch on, a message for people."""

from __future__ import annotations

from http import HTTPStatus

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from counterflow.edge.http.problems import DETAIL_LIMIT, reported
from counterflow.edge.rest.calls import JSON

STATUS = {HTTPStatus.CONFLICT: HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_IMPLEMENTED: HTTPStatus.BAD_REQUEST}
"""What `/v2` tells apart and Camunda 7 does not: a request that does not fit what is there is a bad one."""


class Trouble(msgspec.Struct, frozen=True, kw_only=True):
    """What is told of something that went wrong."""

    type: str
    message: str
    code: int | None = None


def failure(operation: str, error: Exception, request: Request) -> Response:
    """What is answered where something went wrong; a fault of ours is logged."""
    problem = reported(operation, error, request.url.path)
    return trouble(HTTPStatus(problem.status), problem.detail)


def trouble(status: HTTPStatus, message: str) -> Response:
    """An answer with this status, or with what Camunda 7 says in its place."""
    status = STATUS.get(status, status)
    kind = "InvalidRequestException" if status is HTTPStatus.BAD_REQUEST else "RestException"
    content = Trouble(type=kind, message=message[:DETAIL_LIMIT])
    return Response(msgspec.json.encode(content), status, media_type=JSON)
