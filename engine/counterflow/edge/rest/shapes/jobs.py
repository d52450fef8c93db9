"""Jobs: what workers ask for, are given, and say."""

from __future__ import annotations

import msgspec

from counterflow.edge.rest.shapes.base import Answered, Body, Document, Int32, Int64, nothing
from counterflow.kernel.rows import DEFAULT_TENANT


class JobActivation(Body, frozen=True):
    """Which jobs a worker would like, how many, and for how long."""

    type: str
    timeout: Int64
    max_jobs_to_activate: Int32
    worker: str = ""
    fetch_variable: list[str] | None = None
    request_timeout: Int64 = 0
    tenant_ids: list[str] | None = None
    tenant_filter: str | None = None
    with_lease: bool | None = None


class TaskForListener(Answered, frozen=True):
    """The user task that a listener is asked about, as it is to become."""

    action: str
    assignee: str | None
    candidate_groups: list[str]
    candidate_users: list[str]
    changed_attributes: list[str]
    due_date: str | None
    follow_up_date: str | None
    form_key: str | None
    priority: int
    user_task_key: str


class JobForWorker(Answered, frozen=True):
    """A job that a worker has until `deadline`, epoch milliseconds."""

    type: str
    process_definition_id: str
    process_definition_version: int
    element_id: str
    custom_headers: Document
    worker: str
    retries: int
    deadline: int
    variables: Document
    job_key: str
    process_instance_key: str
    process_definition_key: str
    element_instance_key: str
    kind: str
    listener_event_type: str
    root_process_instance_key: str | None
    user_task: TaskForListener | None = None
    tags: list[str] = msgspec.field(default_factory=list)
    business_id: str | None = None
    priority: int = 0
    job_lease_token: str | None = None
    physical_tenant_id: str = "default"
    tenant_id: str = DEFAULT_TENANT


class JobsForWorker(Answered, frozen=True):
    """Jobs; none where none was ready in time."""

    jobs: list[JobForWorker]


class ActivityToBegin(Body, frozen=True):
    """An activity of an ad-hoc sub-process that is to begin."""

    element_id: str = ""
    variables: Document = msgspec.field(default_factory=nothing)


class TaskCorrections(Body, frozen=True):
    """What of a user task a listener sets right; what is left out, or null, stays."""

    assignee: str | None = None
    candidate_groups: list[str] | None = None
    candidate_users: list[str] | None = None
    due_date: str | None = None
    follow_up_date: str | None = None
    priority: Int32 | None = None


class JobAnswer(Body, frozen=True):
    """What the worker of an ad-hoc sub-process, or of a user task's listener, has decided."""

    type: str = ""
    denied: bool | None = None
    denied_reason: str | None = None
    corrections: TaskCorrections | None = None
    activate_elements: list[ActivityToBegin] | None = None
    is_completion_condition_fulfilled: bool = False
    is_cancel_remaining_instances: bool = False


class JobCompletion(Body, frozen=True):
    """What came of a job."""

    variables: Document = msgspec.field(default_factory=nothing)
    result: JobAnswer | None = None
    job_lease_token: str | None = None
    business_id: str | None = None


class JobFailure(Body, frozen=True):
    """How often a job is still to be tried, and not before how many milliseconds."""

    retries: Int32 = 0
    error_message: str | None = None
    retry_back_off: Int64 = 0
    variables: Document = msgspec.field(default_factory=nothing)
    job_lease_token: str | None = None


class JobError(Body, frozen=True):
    """The BPMN error that a job has ended with."""

    error_code: str
    error_message: str | None = None
    variables: Document = msgspec.field(default_factory=nothing)
    job_lease_token: str | None = None


class JobChangeset(Body, frozen=True):
    """What of a job is to change."""

    retries: Int32 | None = None
    timeout: Int64 | None = None
    priority: Int32 | None = None


class JobUpdate(Body, frozen=True):
    """A change of a job."""

    changeset: JobChangeset
    operation_reference: Int64 | None = None
    job_lease_token: str | None = None
