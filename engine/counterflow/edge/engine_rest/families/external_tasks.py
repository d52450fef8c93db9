"""External tasks: what workers fetch and lock, and what they say of it.

An external task is a job. `fetchAndLock` locks for a worker by its id, and whatever that worker says later
must come under the same id as long as nobody else has the job.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from counterflow.edge.engine_rest.moments import moment
from counterflow.edge.engine_rest.shapes.external_tasks import (
    FetchAndLock,
    LockedTask,
    LockExtension,
    SortingOfTasks,
    TaskCompletion,
    TaskError,
    TaskFailure,
    TaskLock,
    TaskRetries,
    TopicToFetch,
)
from counterflow.edge.engine_rest.typed_values import typed, untyped
from counterflow.edge.rest.calls import carried_out, key_of, while_there
from counterflow.edge.rest.operations import Operation, RestCall
from counterflow.kernel.lives.job_delivery import LockJob, UnlockJob
from counterflow.kernel.lives.jobs import CompleteJob, FailJob, ThrowError, UpdateJobRetries, UpdateJobTimeout
from counterflow.kernel.vocabulary import ActivatedJob
from counterflow.queries.ready_jobs import BUSINESS_KEY, JobChoice
from counterflow.service.fetches import Topic
from counterflow.service.refusals import Invalid, NotThereYet
from counterflow.service.requests import activation, check_tenants, duration_ms
from counterflow.service.service import Service

LONGEST_POLL_MS: Final = 1_800_000
"""How long a worker may ask to wait; as much as Camunda 7 lets it."""
MOST_TOPICS: Final = 1_000


class ExternalTaskOperations:
    """The operations about external tasks."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._variable_bytes = service.settings.variable_bytes

    def operations(self) -> Sequence[Operation]:
        """All of them."""
        said = (
            ("complete", "A task is done.", self.complete, TaskCompletion),
            ("bpmnError", "A task ends with a BPMN error.", self.throw_error, TaskError),
            (
                "failure",
                "A task could not be done; without retries it is an incident.",
                self.fail,
                TaskFailure,
            ),
            ("extendLock", "Its worker needs more time.", self.extend_lock, LockExtension),
            ("lock", "Lock a task for a worker.", self.lock, TaskLock),
            ("unlock", "Take a task from its worker.", self.unlock, None),
        )
        return (
            Operation(
                "fetchAndLock",
                "POST",
                "/external-task/fetchAndLock",
                "Take tasks of topics; where none is ready, wait for the first of them.",
                self.fetch_and_lock,
                FetchAndLock,
                list[LockedTask],
            ),
            *(
                Operation(
                    f"{verb}ExternalTask", "POST", f"/external-task/{{id}}/{verb}", summary, answer, body
                )
                for verb, summary, answer, body in said
            ),
            Operation(
                "setExternalTaskRetries",
                "PUT",
                "/external-task/{id}/retries",
                "Give a task other retries.",
                self.set_retries,
                TaskRetries,
            ),
        )

    async def fetch_and_lock(self, call: RestCall) -> list[LockedTask]:
        """Tasks as soon as one is there; none when the time is up."""
        body: FetchAndLock = call.body
        _refuse_nonsense(body)
        topics = body.topics or []
        wishes = [self._topic(topic, body) for topic in topics]
        fetching = self._service.fetches.fetch(
            wishes, body.max_tasks, body.async_response_timeout or 0, call.visitor.account
        )
        jobs: list[ActivatedJob] = await while_there(call.visitor, fetching)
        by_name = {topic.topic_name: topic for topic in topics}
        return [_told(job, by_name[job.type]) for job in jobs]

    def _topic(self, topic: TopicToFetch, body: FetchAndLock) -> Topic:
        names = topic.variables
        wish = activation(
            job_type=topic.topic_name,
            worker=body.worker_id,
            timeout_ms=topic.lock_duration,
            maximum=body.max_tasks,
            # its business key is a variable, and told beside them
            fetch_variables=(*names, BUSINESS_KEY) if names is not None else (),
            tenant_ids=topic.tenant_id_in or (),
            message_bytes=self._service.settings.message_bytes,
        )
        return Topic(msgspec.structs.replace(wish, local_only=bool(topic.local_variables)), _chosen(topic))

    async def complete(self, call: RestCall) -> None:
        """A task is done."""
        body: TaskCompletion = call.body
        command = CompleteJob(
            job_key=key_of(call, "id"),
            variables=untyped(body.variables, self._variable_bytes),
            local_variables=untyped(body.local_variables, self._variable_bytes),
            worker=_worker(body.worker_id),
        )
        await carried_out(self._service, call, command)

    async def throw_error(self, call: RestCall) -> None:
        """A task ends with an error."""
        body: TaskError = call.body
        command = ThrowError(
            job_key=key_of(call, "id"),
            error_code=body.error_code,
            message=body.error_message or "",
            variables=untyped(body.variables, self._variable_bytes),
            worker=_worker(body.worker_id),
        )
        await carried_out(self._service, call, command)

    async def fail(self, call: RestCall) -> None:
        """A task could not be done."""
        body: TaskFailure = call.body
        if (body.retries or 0) < 0 or (body.retry_timeout or 0) < 0:
            raise Invalid("Expected retries and retryTimeout of at least 0, but found a negative one")
        lines = (body.error_message, body.error_details)
        values = {**(body.variables or {}), **(body.local_variables or {})}
        command = FailJob(
            job_key=key_of(call, "id"),
            retries=body.retries or 0,
            message="\n".join(text for text in lines if text),
            back_off_ms=duration_ms(body.retry_timeout or 0),
            variables=untyped(values, self._variable_bytes),
            worker=_worker(body.worker_id),
        )
        await carried_out(self._service, call, command)

    async def extend_lock(self, call: RestCall) -> None:
        """A worker has the task for longer."""
        body: LockExtension = call.body
        command = UpdateJobTimeout(
            job_key=key_of(call, "id"),
            timeout_ms=_duration(body.new_duration),
            worker=_worker(body.worker_id),
        )
        await carried_out(self._service, call, command)

    async def lock(self, call: RestCall) -> None:
        """A worker has the task."""
        body: TaskLock = call.body
        command = LockJob(
            job_key=key_of(call, "id"),
            worker=_worker(body.worker_id),
            timeout_ms=_duration(body.lock_duration),
        )
        await carried_out(self._service, call, command)

    async def unlock(self, call: RestCall) -> None:
        """No worker has the task."""
        await carried_out(self._service, call, UnlockJob(job_key=key_of(call, "id")))

    async def set_retries(self, call: RestCall) -> None:
        """So many tries are left; what an incident holds waits until that is resolved."""
        body: TaskRetries = call.body
        await carried_out(
            self._service, call, UpdateJobRetries(job_key=key_of(call, "id"), retries=body.retries)
        )


def _refuse_nonsense(body: FetchAndLock) -> None:
    """Raises `Invalid` and `NotThereYet`."""
    _worker(body.worker_id)
    if body.max_tasks < 1:
        raise Invalid(f"Expected maxTasks to be at least 1, but found {body.max_tasks}")
    if not 0 <= (body.async_response_timeout or 0) <= LONGEST_POLL_MS:
        raise Invalid(
            f"Expected asyncResponseTimeout to be 0 to {LONGEST_POLL_MS} ms, but found "
            f"{body.async_response_timeout}"
        )
    names = [topic.topic_name for topic in body.topics or ()]
    if len(names) > MOST_TOPICS or len(set(names)) < len(names):
        raise Invalid(
            f"Expected at most {MOST_TOPICS} topics, each of them once, but found {len(names)} with "
            f"{len(set(names))} names"
        )
    for order in body.sorting or ():
        _refuse_order(order)


def _refuse_order(order: SortingOfTasks) -> None:
    """The oldest comes first, and no other order is there. Raises `NotThereYet`."""
    if (order.sort_by or "createTime") != "createTime" or (order.sort_order or "asc").lower() != "asc":
        raise NotThereYet(
            "Tasks come in the order in which they were created, the oldest first; leave sorting out, or "
            "sort by createTime, asc"
        )


def _worker(worker_id: str) -> str:
    if not worker_id.strip():
        raise Invalid("Expected the id of the worker that asks (workerId), but it is empty")
    return worker_id


def _duration(ms: int) -> int:
    if ms < 1:
        raise Invalid(f"Expected a lock of at least 1 ms, but found {ms}")
    return duration_ms(ms)


def _chosen(topic: TopicToFetch) -> JobChoice:
    check_tenants(topic.tenant_id_in or ())
    ids = (*(topic.process_definition_id_in or ()), *_one(topic.process_definition_id))
    for definition_id in ids:
        if not definition_id.isdecimal():
            raise Invalid(
                f"Expected processDefinitionId to be a whole number, but found '{definition_id[:100]}'"
            )
    return JobChoice(
        process_ids=frozenset(
            (*(topic.process_definition_key_in or ()), *_one(topic.process_definition_key))
        ),
        definition_keys=frozenset(int(definition_id[:20]) for definition_id in ids),
        version_tag=topic.process_definition_version_tag or "",
        business_key=topic.business_key,
        variables=topic.process_variables or {},
    )


def _one(value: str | None) -> tuple[str, ...]:
    return (value,) if value is not None else ()


def _told(job: ActivatedJob, topic: TopicToFetch) -> LockedTask:
    variables = typed(job.variables)
    has_asked = topic.variables is None or BUSINESS_KEY in topic.variables
    business_key = variables.get(BUSINESS_KEY) if has_asked else variables.pop(BUSINESS_KEY, None)
    return LockedTask(
        id=str(job.key),
        topic_name=job.type,
        worker_id=job.worker,
        lock_expiration_time=moment(job.deadline_ms),
        activity_id=job.element_id,
        activity_instance_id=str(job.element_instance_key),
        execution_id=str(job.element_instance_key),
        process_instance_id=str(job.process_instance_key),
        process_definition_id=str(job.process_definition_key),
        process_definition_key=job.bpmn_process_id,
        process_definition_version_tag=None,
        business_key=str(business_key.value) if business_key is not None else job.business_id,
        # as there: null as long as it has not failed, so that its worker begins to count
        retries=job.retries if job.error_message is not None else None,
        error_message=job.error_message,
        variables=variables,
        extension_properties=_properties(job) if topic.include_extension_properties else None,
    )


def _properties(job: ActivatedJob) -> Mapping[str, str]:
    headers: Mapping[str, object] = msgspec.json.decode(job.headers)
    return {name: str(value) for name, value in headers.items()}
