"""What is served by HTTP, as a page: made of the operations themselves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from counterflow.edge.pages.html import Html, link, table, tag
from counterflow.edge.rest.operations import Operation


def documentation_parts(operations: Sequence[Operation], described: dict[str, Any]) -> Iterator[Html]:
    """Every operation and every record, with their members."""
    yield tag("p", "The same for programs, as OpenAPI 3.1: ", link("/openapi.json", "/openapi.json"), ".")
    yield tag("h2", "Operations")
    yield table(("", "path", "", "request", "answer"), map(_operation, operations))
    yield tag("h2", "Records")
    for name, schema in sorted(described["components"]["schemas"].items()):
        yield Html(f'<h3 id="{name}">{name}</h3>')
        yield tag("p", schema.get("description", ""))
        members = schema.get("properties", {})
        required = set(schema.get("required", ()))
        yield table(
            ("member", "is", ""),
            (
                (one, tag("code", _kind(operation)), "required" if one in required else "")
                for one, operation in members.items()
            ),
        )


def _operation(operation: Operation) -> tuple[object, ...]:
    return (
        operation.method,
        tag("code", f"{operation.base}{operation.path}"),
        operation.summary,
        _record(operation.request),
        _record(operation.response),
    )


def _record(shape: Any) -> object:
    if shape is None:
        return ""
    if hasattr(shape, "shape"):
        return _to(f"Cf{shape.shape.__name__}")
    name: str = getattr(shape, "__name__", "")
    return _to(name) if hasattr(shape, "__struct_fields__") else name or "a form with files"


def _to(name: str) -> Html:
    return link(f"#{name}", name)


def _kind(schema: dict[str, Any]) -> str:
    """What a member is, in a word or two."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " or ".join(_kind(option) for option in schema["anyOf"])
    kind = schema.get("type", "any")
    if kind == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    return " or ".join(kind) if isinstance(kind, list) else str(kind)
