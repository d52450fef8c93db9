"""An operation of the HTTP side: where it is asked for, what it takes and gives, and who answers it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Any, Final, NamedTuple, TypeAlias

from counterflow.edge.http.forms import FormShape
from counterflow.edge.http.visitors import HttpVisitor
from counterflow.edge.rest.facts import FactsOf

BASE = "/v2"
OURS = "/cf/v1"
"""What has no place in the published contract stands here."""


class RestCall(NamedTuple):
    """A request as it was read: its body and what stands behind its `?` as the operation's records, the parts
    of its path by name.
    """

    body: Any
    path: Mapping[str, str]
    visitor: HttpVisitor
    query: Any = None


NOT_TO_RUN: Final = {
    "content-security-policy": "sandbox; default-src 'none'",
    "x-content-type-options": "nosniff",
    "cache-control": "private, no-store",
}
"""Told to a browser with the bytes of somebody else."""


class Content(NamedTuple):
    """An answer that is no record: these bytes."""

    body: bytes
    media_type: str
    headers: Mapping[str, str] = MappingProxyType({})
    status: HTTPStatus | None = None
    """Another than the operation's."""


Answer: TypeAlias = Callable[[RestCall], Awaitable[Any]]
"""Answers a request with the operation's record or with `Content`; None is an answer without a body."""


class Operation(NamedTuple):
    """One operation, with a `summary` for people.

    `id` is its name in OpenAPI; `request` is the record of its body or the shape of its form, `query` that of
    what stands behind the `?`, `response` its record or `Content`; each is None where it has none.
    """

    id: str
    method: str
    path: str
    summary: str
    answer: Answer
    request: type[Any] | FormShape | None = None
    response: type[Any] | FactsOf | None = None
    query: type[Any] | None = None
    created: bool = False
    """Whether success is told as something new (201)."""
    may_be_empty: bool = False
    """Whether there may be nothing to answer with (204) though there is a record."""
    base: str = BASE
    """What its path stands under."""

    @property
    def status(self) -> HTTPStatus:
        """With what success is answered."""
        if self.created:
            return HTTPStatus.CREATED
        return HTTPStatus.OK if self.response is not None else HTTPStatus.NO_CONTENT
