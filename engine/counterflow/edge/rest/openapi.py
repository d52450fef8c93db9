"""What is served, as OpenAPI 3.1 describes it: made of the same records that are read and answered."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from http import HTTPStatus
from typing import Any

import msgspec

from counterflow.edge.http.forms import FormShape
from counterflow.edge.http.problems import MEDIA_TYPE, Problem
from counterflow.edge.rest.facts import FactsOf, schema_of, schemas_of
from counterflow.edge.rest.operations import Content, Operation
from counterflow.version import __version__

_PARAMETER = re.compile(r"{(\w+)}")


def openapi(operations: Sequence[Operation]) -> dict[str, Any]:
    """The description of these operations."""
    records: set[type[Any]] = {Problem}
    for one in operations:
        records.update(_records(one))
    shapes = sorted(records, key=lambda shape: shape.__name__)
    _, schemas = msgspec.json.schema_components(shapes, ref_template="#/components/schemas/{name}")
    for one in operations:
        if isinstance(one.response, FactsOf):
            schemas.update(schemas_of(one.response))
    paths: dict[str, Any] = {}
    for operation in operations:
        paths.setdefault(f"{operation.base}{operation.path}", {})[operation.method.lower()] = _described(
            operation
        )
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
    if operation.may_be_empty:
        described["responses"][str(int(HTTPStatus.NO_CONTENT))] = {"description": "There is none."}
    if parameters := [*_of_path(operation), *_of_query(operation)]:
        described["parameters"] = parameters
    if isinstance(operation.request, FormShape):
        described["requestBody"] = {
            "required": True,
            "content": {"multipart/form-data": {"schema": _form(operation.request)}},
        }
    elif operation.request is not None:
        content = {"application/json": {"schema": _named(operation.request)}}
        described["requestBody"] = {"required": _needs_body(operation.request), "content": content}
    return described


def _of_path(operation: Operation) -> Iterator[dict[str, Any]]:
    for name in _PARAMETER.findall(operation.path):
        yield {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


def _of_query(operation: Operation) -> Iterator[dict[str, Any]]:
    if operation.query is None:
        return
    (_,), schemas = msgspec.json.schema_components((operation.query,), ref_template="{name}")
    shape = schemas[operation.query.__name__]
    for name, schema in shape["properties"].items():
        yield {"name": name, "in": "query", "required": name in shape.get("required", ()), "schema": schema}


def _success(operation: Operation) -> dict[str, Any]:
    if operation.response is None:
        return {"description": "Done."}
    if operation.response is Content:
        content = {"*/*": {"schema": {"type": "string", "format": "binary"}}}
        return {"description": "Done.", "content": content}
    answer = operation.response
    schema = schema_of(answer) if isinstance(answer, FactsOf) else _named(answer)
    return {"description": "Done.", "content": {"application/json": {"schema": schema}}}


def _records(operation: Operation) -> Iterator[type[Any]]:
    for shape in (operation.request, operation.response):
        if isinstance(shape, type) and shape is not Content and not issubclass(shape, FactsOf):
            yield shape


def _form(shape: FormShape) -> dict[str, Any]:
    file = {"type": "string", "format": "binary"}
    files = {"type": "array", "items": file} if shape.takes_many else file
    parts = {name: {"type": "string"} for name in shape.parts}
    return {"type": "object", "required": [shape.files], "properties": {shape.files: files, **parts}}


def _needs_body(shape: type[Any]) -> bool:
    return any(field.required for field in msgspec.structs.fields(shape))


def _named(shape: type[Any]) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{shape.__name__}"}


_PROBLEM = {
    "description": "It was not done; the answer says why.",
    "content": {MEDIA_TYPE: {"schema": _named(Problem)}},
}
