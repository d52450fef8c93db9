"""External tasks: what workers ask for, are given, and say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from counterflow.edge.engine_rest.typed_values import ToldValue, TypedValues
from counterflow.edge.rest.shapes.base import Answered, Body, Int32, Int64


class TopicToFetch(Body, frozen=True):
    """Tasks of one topic, and of which process instances; what is left out does not narrow."""

    topic_name: str
    lock_duration: Int64
    variables: list[str] | None = None
    local_variables: bool | None = None
    business_key: str | None = None
    process_definition_id: str | None = None
    process_definition_id_in: list[str] | None = None
    process_definition_key: str | None = None
    process_definition_key_in: list[str] | None = None
    process_definition_version_tag: str | None = None
    process_variables: dict[str, Any] | None = None
    tenant_id_in: list[str] | None = None
    without_tenant_id: bool | None = None
    deserialize_values: bool | None = None
    include_extension_properties: bool | None = None


class SortingOfTasks(Body, frozen=True):
    """In which order tasks are wanted."""

    sort_by: str | None = None
    sort_order: str | None = None


class FetchAndLock(Body, frozen=True):
    """Which tasks a worker would like, how many, and how long it waits for the first, ms."""

    worker_id: str
    max_tasks: Int32
    topics: list[TopicToFetch] | None = None
    use_priority: bool | None = None
    sorting: list[SortingOfTasks] | None = None
    async_response_timeout: Int64 | None = None


class LockedTask(Answered, frozen=True):
    """A task that a worker has until its lock expires."""

    id: str
    topic_name: str
    worker_id: str
    lock_expiration_time: str
    activity_id: str
    activity_instance_id: str
    execution_id: str
    process_instance_id: str
    process_definition_id: str
    process_definition_key: str
    process_definition_version_tag: str | None
    business_key: str | None
    retries: int | None
    error_message: str | None
    variables: dict[str, ToldValue]
    extension_properties: Mapping[str, str] | None
    create_time: str | None = None
    error_details: str | None = None
    suspended: bool = False
    tenant_id: str | None = None
    priority: int = 0


class TaskCompletion(Body, frozen=True):
    """A task is done."""

    worker_id: str
    variables: TypedValues | None = None
    local_variables: TypedValues | None = None


class TaskError(Body, frozen=True):
    """A task ends with a BPMN error."""

    worker_id: str
    error_code: str
    error_message: str | None = None
    variables: TypedValues | None = None


class TaskFailure(Body, frozen=True):
    """A task could not be done; it may be tried again after `retry_timeout` ms."""

    worker_id: str
    error_message: str | None = None
    error_details: str | None = None
    retries: Int32 | None = None
    retry_timeout: Int64 | None = None
    variables: TypedValues | None = None
    local_variables: TypedValues | None = None


class LockExtension(Body, frozen=True):
    """A worker needs so many ms from now."""

    worker_id: str
    new_duration: Int64


class TaskLock(Body, frozen=True):
    """A worker would like this task for so many ms."""

    worker_id: str
    lock_duration: Int64


class TaskRetries(Body, frozen=True):
    """So many tries are left."""

    retries: Int32
