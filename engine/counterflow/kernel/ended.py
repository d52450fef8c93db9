"""What has become of what is no more, for those who search: nothing is decided by it.

A row is written when its element, job, incident or variable ends; what is there has rows of its own.
"""

from __future__ import annotations

from counterflow.kernel.row import Home, Row, stored


@stored(Home.STORE, indexes={"instance": ("process_instance_key",)})
class EndedElement(Row, frozen=True, gc=False):
    """What has become of an element instance: it is `completed` or `terminated`.

    `began_at_ms` is None where the instance was there before times of elements were kept.
    """

    key: int
    process_instance_key: int
    scope_key: int
    element_id: str
    state: str
    began_at_ms: int | None
    ended_at_ms: int


@stored(Home.STORE, indexes={"instance": ("process_instance_key",)})
class EndedJob(Row, frozen=True, gc=False):
    """What has become of a job: `completed`, `error_thrown` or `canceled`. The rest is as it was then."""

    key: int
    process_instance_key: int
    element_instance_key: int
    element_id: str
    type: str
    state: str
    retries: int
    worker: str
    error_code: str | None
    error_message: str | None
    headers: bytes | None
    listener_event_type: str
    created_at_ms: int | None
    ended_at_ms: int


@stored(Home.STORE, indexes={"instance": ("process_instance_key",)})
class EndedIncident(Row, frozen=True, gc=False):
    """An incident that was resolved, or is gone with what it held."""

    key: int
    process_instance_key: int
    element_instance_key: int
    element_id: str
    job_key: int
    error_type: str
    message: str
    created_at_ms: int
    ended_at_ms: int


@stored(
    Home.STORE,
    key=("scope_key", "name"),
    indexes={"instance": ("process_instance_key",), "named": ("name",)},
)
class EndedVariable(Row, frozen=True, gc=False):
    """A variable as it was when its scope has ended; `value` is JSON text."""

    scope_key: int
    name: str
    process_instance_key: int
    value: bytes


@stored(Home.STORE, key=("id",))
class Unfilled(Row, frozen=True, gc=False):
    """A database of a version that kept nothing of what had ended is not filled in behind this key.

    That is of a process instance. There is no such row where all are filled in from the log.
    """

    id: int
    behind_key: int
