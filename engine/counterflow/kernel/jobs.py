"""The life of a job: work that a worker does for a task.

    created: activatable ─ activated (a worker has it until its deadline) ─ completed
                  ↑  ↑_______│ timed out, handed back
                  │          ├─ backing_off (failed with tries left; due when the back-off ends) ─┐
                  ├──────────│────────────────────────────────────────────────────────────────────┘
                  │          ├─ failed (no tries left)  ┐ an incident tells; resolving it makes the job
                  └──────────└─ error_thrown (uncaught) ┘ activatable again

A job is delivered at least once and its first valid completion wins; the second finds no job (NOT_FOUND).
Whoever has the key may complete it, activated or not, late or not: that is how Zeebe's clients behave and
what they rely on.
"""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from msgspec.structs import replace

from counterflow import feel
from counterflow.kernel import error_events, incidents, job_headers, lifecycle, variables
from counterflow.kernel.instance_state import InstanceState
from counterflow.kernel.partition_indexes import ACTIVATABLE
from counterflow.kernel.records import BrokenInvariant, Command, Event, Rejection, RejectionType
from counterflow.kernel.rows import ElementInstance, Job
from counterflow.kernel.state import State
from counterflow.kernel.step import Step
from counterflow.model.graph import JobDefinition, Node

ACTIVATED, BACKING_OFF, FAILED, ERROR_THROWN = "activated", "backing_off", "failed", "error_thrown"
ACTIVE_STATES = (ACTIVATABLE, ACTIVATED)
ERROR_MESSAGE_LIMIT = 10_000
MOST_RETRIES = 2**31 - 1
"""The wire's int32."""


class JobCreated(Event, frozen=True, array_like=True, tag=30, gc=False):
    """A task waits for a worker."""

    key: int
    element_instance_key: int
    type: str
    retries: int
    headers: bytes | None = None


class JobActivated(Event, frozen=True, array_like=True, tag=31, gc=False):
    """A worker has the job until `deadline_ms`."""

    key: int
    worker: str
    deadline_ms: int


class JobCompleted(Event, frozen=True, array_like=True, tag=32, gc=False):
    """A worker has done the job. `result` is kept only where the undo of the activity asks for it."""

    key: int
    result: bytes | None = None


class JobFailed(Event, frozen=True, array_like=True, tag=33, gc=False):
    """A worker could not do the job. With tries left it can be taken again, at once or at `due_ms`."""

    key: int
    retries: int
    due_ms: int | None
    message: str


class JobErrorThrown(Event, frozen=True, array_like=True, tag=34, gc=False):
    """A worker has answered with a BPMN error. The job is over if the error is `caught`, else it waits with
    an incident.
    """

    key: int
    error_code: str
    message: str
    caught: bool


class JobReturned(Event, frozen=True, array_like=True, tag=35, gc=False):
    """The job can be taken again: `timed_out`, `backed_off`, `handed_back` or `resolved`. Its tries are as
    they were.
    """

    key: int
    why: str


class JobRetriesUpdated(Event, frozen=True, array_like=True, tag=36, gc=False):
    """A person has given the job this many tries."""

    key: int
    retries: int


class JobDeadlineUpdated(Event, frozen=True, array_like=True, tag=37, gc=False):
    """The worker has the job until `deadline_ms`."""

    key: int
    deadline_ms: int


class JobCanceled(Event, frozen=True, array_like=True, tag=38, gc=False):
    """The job's task was swept away."""

    key: int


class CompleteJob(Command, frozen=True, kw_only=True, gc=False):
    """The job is done; `variables` are its result."""

    job_key: int
    variables: dict[str, bytes]


class FailJob(Command, frozen=True, kw_only=True, gc=False):
    """The job could not be done; `retries` are left (none: an incident), the next try not before
    `back_off_ms`.
    """

    job_key: int
    retries: int
    message: str = ""
    back_off_ms: int = 0
    variables: dict[str, bytes]


class ThrowError(Command, frozen=True, kw_only=True, gc=False):
    """The job ends with a BPMN error, which the process may catch."""

    job_key: int
    error_code: str
    message: str = ""
    variables: dict[str, bytes]


class UpdateJobRetries(Command, frozen=True, kw_only=True, gc=False):
    """Give the job this many tries; its incident, if any, stays until it is resolved."""

    job_key: int
    retries: int


class UpdateJobTimeout(Command, frozen=True, kw_only=True, gc=False):
    """The worker needs `timeout_ms` from now."""

    job_key: int
    timeout_ms: int


class Order(NamedTuple):
    """What a worker is asked for."""

    type: str
    retries: int
    headers: bytes | None


def order_of(step: Step, element: ElementInstance, node: Node) -> Order | None:
    """What a worker is to be asked for on behalf of a task; None, and an incident, where type, retries or
    headers give no value.
    """
    definition = node.work
    if not isinstance(definition, JobDefinition):
        raise BrokenInvariant(f"task '{node.id}' has no job definition")
    job_type = _job_type(step, element, definition)
    retries = _retries(step, element, definition) if job_type is not None else None
    if job_type is None or retries is None:
        return None
    try:
        headers = job_headers.compute(step, element, definition)
    except variables.MappingFailed as failure:
        incidents.raise_incident(
            step,
            element,
            "EXTRACT_VALUE_ERROR",
            f"{failure} ('{node.id}'); set the variables it reads and resolve the incident",
        )
        return None
    return Order(job_type, retries, headers)


def create(step: Step, element: ElementInstance, order: Order) -> None:
    """A task is at work: ask for a worker."""
    step.emit(JobCreated(step.new_key(), element.key, *order))


def _job_type(step: Step, element: ElementInstance, definition: JobDefinition) -> str | None:
    if isinstance(definition.type, str):
        return definition.type
    evaluation = variables.evaluate(step, element.key, definition.type)
    if isinstance(evaluation.value, str) and evaluation.value and evaluation.failure is None:
        return evaluation.value
    _refuse_value(step, element, "job type", definition.type, "a non-empty string", evaluation)
    return None


def _retries(step: Step, element: ElementInstance, definition: JobDefinition) -> int | None:
    if isinstance(definition.retries, int):
        return definition.retries
    evaluation = variables.evaluate(step, element.key, definition.retries)
    value = evaluation.value if evaluation.failure is None else None
    if (
        isinstance(value, int | Decimal)
        and not isinstance(value, bool)
        and value == int(value)
        and 1 <= value <= MOST_RETRIES
    ):
        return int(value)
    _refuse_value(
        step,
        element,
        "job retries",
        definition.retries,
        f"a whole number from 1 to {MOST_RETRIES}",
        evaluation,
    )
    return None


def cancel_job_of(step: Step, element_instance_key: int) -> None:
    """The task is being swept away, and its job with it."""
    key = step.current().job_of.get(element_instance_key)
    if key is not None:
        step.emit(JobCanceled(key))


def reactivate(step: Step, job: Job) -> None:
    """The incident of a failed job was resolved: it can be taken again, if it has tries left."""
    if job.retries <= 0:
        raise Rejection(
            RejectionType.INVALID_STATE,
            f"Expected to resolve the incident of job '{job.key}', but the job has {job.retries} retries "
            "left; give it some with UpdateJobRetries first",
        )
    if job.state in (FAILED, ERROR_THROWN):
        step.emit(JobReturned(job.key, "resolved"))


def decide_complete(step: Step, command: CompleteJob) -> None:
    """CompleteJob of the gateway."""
    job, element, node = _find(step, command.job_key, "complete")
    _expect_active(job, "completed")
    values = command.variables
    wanted = node.compensation is not None and node.compensation.result_variable is not None
    step.emit(JobCompleted(job.key, variables.to_object(values) if wanted else None))
    result_variable = node.work.result_variable if isinstance(node.work, JobDefinition) else None
    if result_variable is not None and result_variable not in values:
        values = {result_variable: variables.to_object(values)}
    if node.results_stay_local:
        variables.set_local(step, element.key, values)
    elif values:
        variables.hand_out(step, element, node, values)
    lifecycle.finish(step, step.element(element.key), node)


def decide_fail(step: Step, command: FailJob) -> None:
    """FailJob of the gateway. A retry cycle in the model overrules what the worker says."""
    job, element, node = _find(step, command.job_key, "fail")
    _expect_active(job, "failed")
    cycle = node.work.retry_cycle if isinstance(node.work, JobDefinition) else None
    retries = command.retries if cycle is None else job.retries - 1
    back_off_ms = command.back_off_ms if cycle is None else cycle.interval_ms
    due_ms = step.now_ms + back_off_ms if retries > 0 and back_off_ms > 0 else None
    if command.variables:
        variables.set_local(step, element.key, command.variables)
    message = command.message[:ERROR_MESSAGE_LIMIT]
    step.emit(JobFailed(job.key, max(retries, 0), due_ms, message))
    if retries <= 0:
        text = message or (
            f"Expected job '{job.key}' of '{node.id}' to be done, but no retries are left "
            "and its worker gave no message"
        )
        incidents.raise_incident(step, element, "JOB_NO_RETRIES", text, job.key)


def decide_throw_error(step: Step, command: ThrowError) -> None:
    """ThrowError of the gateway."""
    job, element, _ = _find(step, command.job_key, "throw an error for")
    _expect_active(job, "thrown an error for")
    variables.refuse_large(step, command.variables)
    message = command.message[:ERROR_MESSAGE_LIMIT]
    catch = error_events.find_catch(step, element, command.error_code)
    step.emit(JobErrorThrown(job.key, command.error_code, message, catch is not None))
    if catch is None:
        error_events.tell_uncaught(step, element, command.error_code, message, job.key)
        return
    error_events.catch_error(
        step, catch, error_events.ThrownError(command.error_code, message, command.variables)
    )


def decide_update_retries(step: Step, command: UpdateJobRetries) -> None:
    """UpdateJobRetries of the gateway."""
    if command.retries <= 0:
        raise Rejection(
            RejectionType.INVALID_ARGUMENT,
            f"Expected to update retries for job with key '{command.job_key}' with a positive amount of "
            f"retries, but the amount given was '{command.retries}'",
        )
    job, _, _ = _find(step, command.job_key, "update the retries of")
    step.emit(JobRetriesUpdated(job.key, command.retries))


def decide_update_timeout(step: Step, command: UpdateJobTimeout) -> None:
    """UpdateJobTimeout of the gateway."""
    job, _, _ = _find(step, command.job_key, "update the timeout of")
    if job.state != ACTIVATED:
        raise Rejection(
            RejectionType.INVALID_STATE,
            f"Expected to update the timeout of job with key '{job.key}', but it is not active: it is "
            f"{job.state} and has no deadline",
        )
    step.emit(JobDeadlineUpdated(job.key, step.now_ms + command.timeout_ms))


def _find(step: Step, key: int, intent: str) -> tuple[Job, ElementInstance, Node]:
    instance = step.state.owner_of(Job, key)
    if instance is None:
        raise Rejection(
            RejectionType.NOT_FOUND, f"Expected to {intent} job with key '{key}', but no such job was found"
        )
    step.enter_instance(instance)
    job = instance.jobs[key]
    element = step.element(job.element_instance_key)
    return job, element, step.node(element)


def _expect_active(job: Job, intent: str) -> None:
    if job.state in ACTIVE_STATES:
        return
    why = {
        BACKING_OFF: "it has failed and waits for its back-off to end",
        FAILED: "it has failed and has no retries left; resolve its incident first",
        ERROR_THROWN: "a BPMN error was thrown for it that nothing caught; resolve its incident first",
    }[job.state]
    raise Rejection(
        RejectionType.INVALID_STATE, f"Expected job with key '{job.key}' to be {intent}, but {why}"
    )


def _refuse_value(
    step: Step,
    element: ElementInstance,
    what: str,
    expression: feel.Expression,
    expected: str,
    found: feel.Evaluation,
) -> None:
    message = (
        f"Expected the {what} '={expression.text}' of '{element.element_id}' to be {expected}, but "
        f"{variables.found_in(found)}"
    )
    incidents.raise_incident(
        step,
        element,
        "EXTRACT_VALUE_ERROR",
        f"{message}; set the variables it reads and resolve the incident",
    )


# -- applying ------------------------------------------------------------------------------------------------


def _jobs(instance: InstanceState | None) -> dict[int, Job]:
    if instance is None:
        raise BrokenInvariant("a job event outside a process instance")
    return instance.jobs


def _apply_created(state: State, instance: InstanceState | None, event: JobCreated) -> None:
    if instance is not None:
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
            )
        )


def _apply_activated(state: State, instance: InstanceState | None, event: JobActivated) -> None:
    state.put(
        replace(_jobs(instance)[event.key], state=ACTIVATED, worker=event.worker, due_ms=event.deadline_ms)
    )


def _apply_completed(state: State, instance: InstanceState | None, event: JobCompleted) -> None:
    job = _jobs(instance)[event.key]
    state.delete(job)
    if instance is not None and event.result is not None:
        state.put(replace(instance.elements[job.element_instance_key], result=event.result))


def _apply_failed(state: State, instance: InstanceState | None, event: JobFailed) -> None:
    state.put(
        replace(
            _jobs(instance)[event.key],
            state=BACKING_OFF if event.due_ms is not None else ACTIVATABLE if event.retries > 0 else FAILED,
            retries=event.retries,
            due_ms=event.due_ms,
            worker="",
            error_message=event.message,
        )
    )


def _apply_error_thrown(state: State, instance: InstanceState | None, event: JobErrorThrown) -> None:
    job = _jobs(instance)[event.key]
    if event.caught:
        state.delete(job)
    else:
        state.put(
            replace(
                job,
                state=ERROR_THROWN,
                due_ms=None,
                worker="",
                error_code=event.error_code,
                error_message=event.message,
            )
        )


def _apply_returned(state: State, instance: InstanceState | None, event: JobReturned) -> None:
    state.put(replace(_jobs(instance)[event.key], state=ACTIVATABLE, due_ms=None, worker=""))


def _apply_retries(state: State, instance: InstanceState | None, event: JobRetriesUpdated) -> None:
    state.put(replace(_jobs(instance)[event.key], retries=event.retries))


def _apply_deadline(state: State, instance: InstanceState | None, event: JobDeadlineUpdated) -> None:
    state.put(replace(_jobs(instance)[event.key], due_ms=event.deadline_ms))


def _apply_canceled(state: State, instance: InstanceState | None, event: JobCanceled) -> None:
    state.delete(_jobs(instance)[event.key])


APPLIERS = {
    JobCreated: _apply_created,
    JobActivated: _apply_activated,
    JobCompleted: _apply_completed,
    JobFailed: _apply_failed,
    JobErrorThrown: _apply_error_thrown,
    JobReturned: _apply_returned,
    JobRetriesUpdated: _apply_retries,
    JobDeadlineUpdated: _apply_deadline,
    JobCanceled: _apply_canceled,
}
COMMANDS = {
    CompleteJob: decide_complete,
    FailJob: decide_fail,
    ThrowError: decide_throw_error,
    UpdateJobRetries: decide_update_retries,
    UpdateJobTimeout: decide_update_timeout,
}
