"""What a script has left behind on one engine, in terms that both engines have: instances, elements, jobs,
incidents.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, TypeVar

Found = TypeVar("Found")

ACTIVE, COMPLETED, TERMINATED = "active", "completed", "terminated"
USER_TASK = "io.camunda.zeebe:userTask"
"""The type of a job that is a task for people."""
BODY = "#body"
"""Behind the id of a multi-instance activity: what holds its instances."""


class Refused(Exception):
    """The engine has refused a command; says what it said."""


class NotThere(LookupError):
    """A line names a job or an element that the engine does not have."""


@dataclass(frozen=True)
class Instance:
    """A process instance.

    Keys are comparable texts or numbers of the engine's own, in the order of creation.
    """

    key: Any
    process_id: str
    is_called: bool
    state: str


@dataclass(frozen=True)
class Element:
    """An element instance, running or ended; `scope_key` is where its variables are set."""

    key: Any
    element_id: str
    instance_key: Any
    state: str
    scope_key: Any = None
    variables: dict[str, str] = field(default_factory=dict)
    """While it runs: those of its own scope, as canonical JSON."""


@dataclass(frozen=True)
class Job:
    """Work that has not been done; `state` is `open`, `failed` (no tries left) or `backing off`.

    Its worker sees all `variables`.
    """

    key: Any
    element_id: str
    type: str
    retries: int
    state: str
    variables: dict[str, str]


@dataclass(frozen=True)
class Incident:
    """What a person has to mend."""

    element_id: str
    type: str


@dataclass
class View:
    """Everything a script has left behind.

    Every list is in the order of creation; a process instance's variables are by its key.
    """

    instances: list[Instance] = field(default_factory=list)
    elements: list[Element] = field(default_factory=list)
    jobs: list[Job] = field(default_factory=list)
    incidents: list[Incident] = field(default_factory=list)
    variables: dict[Any, dict[str, str]] = field(default_factory=dict)


def pick(found: list[Found], name: str, what: str) -> Found:
    """The one that `room/2` means. Raises `NotThere`."""
    place = int(name.partition("/")[2] or 1)
    if len(found) < place:
        raise NotThere(f"{what} {name}")
    return found[place - 1]


def canonical(value: Any) -> str:
    """JSON with its objects' names in order, so that equal values are equal texts; 25.0 is 25."""
    return json.dumps(_plain(value), sort_keys=True, ensure_ascii=False)


def _plain(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    return value
