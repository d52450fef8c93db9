"""What is served, as OpenAPI 3.1 describes it: made of the same records that are read and answered."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import msgspec

from counterflow.edge.http.problems import MEDIA_TYPE, Problem
from counterflow.edge.rest.operations import Operation
from counterflow.version import __version__

_PARAMETER = re.compile(r"{(\w+)}")


def openapi(operations: Sequence[Operation], base: str) -> dict[str, Any]:
    """The description of these operations, which stand under `base`."""
    records: set[type[Any]] = {Problem}
    for one in operations:
        records.update(shape for shape in (one.request, one.response) if shape is not None)
    shapes = sorted(records, key=lambda shape: shape.__name__)
    _, schemas = msgspec.json.schema_components(shapes, ref_template="#/components/schemas/{name}")
    paths: dict[str, Any] = {}
    for operation in operations:
        paths.setdefault(f"{base}{operation.path}", {})[operation.method.lower()] = _described(operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Counterflow",
            "version": __version__,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": paths,
        "components": {"schemas": schemas},
    }


def _described(operation: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.id,
        "summary": operation.summary,
        "responses": {str(int(operation.status)): _success(operation), "default": _PROBLEM},
    }
    if names := _PARAMETER.findall(operation.path):
        described["parameters"] = [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names
        ]
    if operation.takes_files:
        described["requestBody"] = {"required": True, "content": {"multipart/form-data": {"schema": _FILES}}}
    elif operation.request is not None:
        content = {"application/json": {"schema": _named(operation.request)}}
        described["requestBody"] = {"required": _needs_body(operation.request), "content": content}
    return described


def _success(operation: Operation) -> dict[str, Any]:
    if operation.response is None:
        return {"description": "Done."}
    return {"description": "Done.", "content": {"application/json": {"schema": _named(operation.response)}}}


def _needs_body(shape: type[Any]) -> bool:
    return any(field.required for field in msgspec.structs.fields(shape))


def _named(shape: type[Any]) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{shape.__name__}"}


_PROBLEM = {
    "description": "It was not done; the answer says why.",
    "content": {MEDIA_TYPE: {"schema": _named(Problem)}},
}
_FILES = {
    "type": "object",
    "required": ["resources"],
    "properties": {
        "resources": {"type": "array", "items": {"type": "string", "format": "binary"}},
        "tenantId": {"type": "string"},
    },
}
