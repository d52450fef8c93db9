"""What the read model tells, as `/cf/v1` tells it in JSON: facts that no official shape has a place for.

Names are in camel case. Keys are texts, since JavaScript holds no whole number of 64 bits, and null where
there is none; times are epoch milliseconds; what is JSON already stands there as that.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import msgspec

from counterflow.queries.shapes import Page

JSON_SUFFIX = "_json"
_KEY = re.compile(r"(?:.*_)?key")
_KEYS = re.compile(r"(?:.*_)?keys")
_NOT_OURS = frozenset({"correlation_key", "business_key"})
"""What is called a key, and is a text of somebody else's."""


class FactsOf(NamedTuple):
    """What an operation of `/cf/v1` answers: a shape of the read model, or a page of such."""

    shape: type[msgspec.Struct]
    are_many: bool = False


def as_facts(value: Any) -> Any:
    """A shape of the read model as `/cf/v1` has it; of a page, `nextPageKey` asks for what follows."""
    if isinstance(value, Page):
        next_key = str(value.next_page_key) if value.next_page_key else None
        return {"items": as_facts(value.items), "nextPageKey": next_key}
    if isinstance(value, msgspec.Struct):
        return dict(
            _member(name, getattr(value, name))
            for name in value.__struct_fields__
            if not name.startswith("_")
        )
    if isinstance(value, list | tuple):
        return [as_facts(one) for one in value]
    return value


def schemas_of(facts: FactsOf) -> dict[str, Any]:
    """The schemas of such a shape and of all in it, by name."""
    _, schemas = msgspec.json.schema_components((facts.shape,), ref_template="#/components/schemas/Cf{name}")
    return {f"Cf{name}": _schema(schema) for name, schema in schemas.items()}


def schema_of(facts: FactsOf) -> dict[str, Any]:
    """The schema of an answer."""
    shape = {"$ref": f"#/components/schemas/Cf{facts.shape.__name__}"}
    if not facts.are_many:
        return shape
    members = {"items": {"type": "array", "items": shape}, "nextPageKey": {"type": ["string", "null"]}}
    return {"type": "object", "properties": members, "required": list(members)}


def _member(name: str, value: Any) -> tuple[str, Any]:
    if name.endswith(JSON_SUFFIX) and isinstance(value, str):
        return _camel(name.removesuffix(JSON_SUFFIX)), msgspec.Raw(value.encode()) if value else None
    if is_key(name):
        return _camel(name), str(value) if value else None
    if _KEYS.fullmatch(name):
        return _camel(name), [str(one) for one in value]
    return _camel(name), as_facts(value)


def _schema(schema: dict[str, Any]) -> dict[str, Any]:
    """As `as_facts` has it: every member is there."""
    if "properties" not in schema:
        return schema
    members = dict(_described_member(name, member) for name, member in schema["properties"].items())
    return {**schema, "properties": members, "required": list(members)}


def _described_member(name: str, schema: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    if name.endswith(JSON_SUFFIX):
        return _camel(name.removesuffix(JSON_SUFFIX)), {}
    if is_key(name):
        return _camel(name), {"type": ["string", "null"]}
    if _KEYS.fullmatch(name):
        return _camel(name), {"type": "array", "items": {"type": "string"}}
    return _camel(name), {key: value for key, value in schema.items() if key != "default"}


def is_key(name: str) -> bool:
    """Whether a member of this name is a key of ours."""
    return _KEY.fullmatch(name) is not None and name not in _NOT_OURS


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
