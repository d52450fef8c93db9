"""An operation of the HTTP side: where it is asked for, what it takes and gives, and who answers it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Any, NamedTuple, TypeAlias

from counterflow.edge.http.visitors import HttpVisitor


class RestCall(NamedTuple):
    """A request as it was read: its body as the operation's record, and the parts of its path by name."""

    body: Any
    path: Mapping[str, str]
    visitor: HttpVisitor


Answer: TypeAlias = Callable[[RestCall], Awaitable[Any]]
"""Answers a request with the operation's record; with None where it has none."""


class Operation(NamedTuple):
    """One operation, with a `summary` for people.

    `id` is its name in OpenAPI, `request` and `response` are its records, None where it has none.
    """

    id: str
    method: str
    path: str
    summary: str
    answer: Answer
    request: type[Any] | None = None
    response: type[Any] | None = None
    takes_files: bool = False
    """Whether its body is a form with files."""

    @property
    def status(self) -> HTTPStatus:
        """With what success is answered."""
        return HTTPStatus.OK if self.response is not None else HTTPStatus.NO_CONTENT
