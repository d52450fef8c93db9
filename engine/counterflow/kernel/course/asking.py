"""How a worker is asked: the job of an element, or of one of its listeners, and how it is taken back.

The life of a job from there on is in `lives/jobs.py`.
"""

from __future__ import annotations

from typing import NamedTuple

from msgspec.structs import replace

from counterflow.kernel.data import evaluation, headers
from counterflow.kernel.ended import EndedJob
from counterflow.kernel.rows import Job
from counterflow.kernel.state.indexes import ACTIVATABLE
from counterflow.kernel.state.instance import InstanceState
from counterflow.kernel.state.partition import State
from counterflow.kernel.vocabulary import BrokenInvariant, InstanceEvent
from counterflow.kernel.work.held import Held, passed
from counterflow.kernel.work.step import Token
from counterflow.model.graph import TASK_LISTENER_EVENTS, JobDefinition, ListenerEvent, Transition

MOST_RETRIES = 2**31 - 1
"""The wire's int32."""


class JobCreated(InstanceEvent, frozen=True):
    """An element waits for a worker.

    The job is its work, or that of its listener in this place (from 0) for an event.
    """

    key: int
    element_instance_key: int
    type: str
    retries: int
    headers: bytes | None = None
    listener_event_type: str = ""
    listener: int = 0


class JobCanceled(InstanceEvent, frozen=True):
    """The job's element was swept away."""

    key: int


class Order(NamedTuple):
    """What a worker is asked for."""

    type: str
    retries: int
    headers: bytes | None


def order_of(token: Token) -> Order:
    """What a worker is asked for by a task. Raises `Held` where type, retries or headers give no value."""
    definition = token.node.work
    if not isinstance(definition, JobDefinition):
        raise BrokenInvariant(f"task '{token.node.id}' has no job definition")
    return order_by(token, definition)


def order_by(token: Token, definition: JobDefinition) -> Order:
    """What a worker is asked for by a definition. Raises `Held` as `order_of`."""
    job_type = evaluation.text(token, definition.type, "the job type")
    retries = evaluation.whole(token, definition.retries, "the job retries", MOST_RETRIES)
    try:
        return Order(job_type, retries, headers.compute(token, definition))
    except Held as held:
        raise held.inside(f"'{token.node.id}'") from held


def create(token: Token, order: Order) -> None:
    """A task is at work: ask for a worker."""
    token.emit(JobCreated(token.step.new_key(), token.key, *order))


def create_for_listener(token: Token, order: Order, event: ListenerEvent | Transition, number: int) -> None:
    """Its listener in this place is to be told of an event, of its user task as well: ask for a worker."""
    token.emit(JobCreated(token.step.new_key(), token.key, *order, event.value, number))


def cancel_job_of(token: Token) -> None:
    """What waits for it is being swept away, and the job with it."""
    key = token.instance.job_of.get(token.key)
    if key is not None:
        token.emit(JobCanceled(key))


def _apply_created(state: State, instance: InstanceState, event: JobCreated) -> None:
    element = instance.elements[event.element_instance_key]
    state.put(
        Job(
            event.key,
            instance.key,
            element.key,
            element.element_id,
            event.type,
            ACTIVATABLE,
            event.retries,
            headers=event.headers,
            listener_event_type=event.listener_event_type,
            created_at_ms=state.now_ms,
        )
    )
    if event.listener_event_type and event.listener_event_type not in TASK_LISTENER_EVENTS:
        state.put(replace(element, phase=passed(event.listener_event_type, event.listener)))


def _apply_canceled(state: State, instance: InstanceState, event: JobCanceled) -> None:
    end_job(state, instance.jobs[event.key], "canceled")


def end_job(state: State, job: Job, how: str) -> None:
    """A job is over; what has become of it is kept."""
    state.delete(job)
    state.put(
        EndedJob(
            job.key,
            job.process_instance_key,
            job.element_instance_key,
            job.element_id,
            job.type,
            how,
            job.retries,
            job.worker,
            job.error_code,
            job.error_message,
            job.headers,
            job.listener_event_type,
            job.created_at_ms,
            state.now_ms,
        )
    )


OF_INSTANCE = {JobCreated: _apply_created, JobCanceled: _apply_canceled}
