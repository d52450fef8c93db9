"""Work for people: what they say of it, and the form that they do it with."""

from __future__ import annotations

import msgspec

from counterflow.edge.rest.shapes.base import Answered, Body, Document, Int32, nothing
from counterflow.kernel.rows import DEFAULT_TENANT


class UserTaskAssignment(Body, frozen=True):
    """Who is to do a task; without `allowOverride` only one that nobody else has."""

    assignee: str = ""
    allow_override: bool | None = None
    action: str | None = None


class UserTaskChangeset(Body, frozen=True):
    """What of a task is to change: what is null stays, what is empty goes."""

    candidate_groups: list[str] | None = None
    candidate_users: list[str] | None = None
    due_date: str | None = None
    follow_up_date: str | None = None
    priority: Int32 | None = None


class UserTaskUpdate(Body, frozen=True):
    """A change of a task."""

    changeset: UserTaskChangeset | None = None
    action: str | None = None


class UserTaskCompletion(Body, frozen=True):
    """What came of a task."""

    variables: Document = msgspec.field(default_factory=nothing)
    action: str | None = None


class FormResult(Answered, frozen=True):
    """A form; key and version are 0 for one that stands in the model itself."""

    form_id: str
    schema: str
    version: int
    form_key: str
    tenant_id: str = DEFAULT_TENANT
