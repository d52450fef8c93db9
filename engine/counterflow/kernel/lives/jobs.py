"""The life of a job: work that a worker does for a task, or when its element begins or ends.

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

from typing import NamedTuple

from msgspec.structs import replace

from counterflow.kernel.course import leaving
from counterflow.kernel.course.asking import MOST_RETRIES, end_job
from counterflow.kernel.data import scopes
from counterflow.kernel.events import error
from counterflow.kernel.lives import job_errors, listener_jobs
from counterflow.kernel.lives.user_task_transitions import TaskListenerAnswer
from counterflow.kernel.rows import Job
from counterflow.kernel.state.indexes import ACTIVATABLE
from counterflow.kernel.state.instance import InstanceState
from counterflow.kernel.state.partition import State
from counterflow.kernel.state.swept import is_gone
from counterflow.kernel.vocabulary import Command, InstanceEvent, Rejection, RejectionType
from counterflow.kernel.work.held import Held
from counterflow.kernel.work.step import Step, Token
from counterflow.model.graph import JobDefinition

ACTIVATED, BACKING_OFF, FAILED, ERROR_THROWN = "activated", "backing_off", "failed", "error_thrown"
ACTIVE_STATES = (ACTIVATABLE, ACTIVATED)
ERROR_MESSAGE_LIMIT = 10_000


class JobActivated(InstanceEvent, frozen=True):
    """A worker has the job until `deadline_ms`."""

    key: int
    worker: str
    deadline_ms: int


class JobCompleted(InstanceEvent, frozen=True):
    """A worker has done the job. `result` is kept only where the undo of the activity asks for it."""

    key: int
    result: bytes | None = None


class JobFailed(InstanceEvent, frozen=True):
    """A worker could not do the job. With tries left it can be taken again, at once or at `due_ms`."""

    key: int
    retries: int
    due_ms: int | None
    message: str


class JobErrorThrown(InstanceEvent, frozen=True):
    """A worker has answered with a BPMN error.

    The job is over if the error is `caught`, else it waits with an incident.
    """

    key: int
    error_code: str
    message: str
    caught: bool


class JobReturned(InstanceEvent, frozen=True):
    """The job can be taken again: `timed_out`, `backed_off`, `handed_back` or `resolved`.

    Its tries are as they were.
    """

    key: int
    why: str


class JobRetriesUpdated(InstanceEvent, frozen=True):
    """A person has given the job this many tries."""

    key: int
    retries: int


class JobDeadlineUpdated(InstanceEvent, frozen=True):
    """The worker has the job until `deadline_ms`."""

    key: int
    deadline_ms: int


class AdHocAnswer(NamedTuple):
    """What the worker of an ad-hoc sub-process decides: which activities begin, or that it is done. Each
    begins with variables of its own. It says as well whether what is under way goes.
    """

    activate: tuple[tuple[str, dict[str, bytes]], ...] = ()
    is_completion_condition_fulfilled: bool = False
    is_cancel_remaining_instances: bool = False


class CompleteJob(Command, frozen=True, kw_only=True, gc=False):
    """The job is done; `variables` are its result, `answer` is what was decided, where that was the job.

    That is so of an ad-hoc sub-process's, and of a user task's listener's. `local_variables` are seen by what
    the model makes of the result, and no further. `worker` is who says so: one whose job another has by now
    is refused; empty where that is not asked.
    """

    job_key: int
    variables: dict[str, bytes]
    answer: AdHocAnswer | TaskListenerAnswer | None = None
    local_variables: dict[str, bytes] | None = None
    worker: str = ""


class FailJob(Command, frozen=True, kw_only=True, gc=False):
    """The job could not be done; `retries` are left, and the next try comes not before `back_off_ms`.

    Where none are left an incident is raised. `worker` as of `CompleteJob`.
    """

    job_key: int
    retries: int
    message: str = ""
    back_off_ms: int = 0
    variables: dict[str, bytes]
    worker: str = ""


class ThrowError(Command, frozen=True, kw_only=True, gc=False):
    """The job ends with a BPMN error, which the process may catch. `worker` as of `CompleteJob`."""

    job_key: int
    error_code: str
    message: str = ""
    variables: dict[str, bytes]
    worker: str = ""


class UpdateJobRetries(Command, frozen=True, kw_only=True, gc=False):
    """Give the job this many tries; its incident, if any, stays until it is resolved."""

    job_key: int
    retries: int


class UpdateJobTimeout(Command, frozen=True, kw_only=True, gc=False):
    """The worker needs `timeout_ms` from now. `worker` as of `CompleteJob`."""

    job_key: int
    timeout_ms: int
    worker: str = ""


def resume(token: Token) -> None:
    """An incident of an element was resolved: its listener is asked again, or its room takes up its course.

    Raises `Held`, or `Rejection` where the listener's job has no tries left.
    """
    key = token.instance.job_of.get(token.key)
    job = token.instance.jobs[key] if key is not None else None
    if job is not None and job.listener_event_type:
        reactivate(token, job)
    else:
        token.room.resume(token)


def reactivate(token: Token, job: Job) -> None:
    """The incident of a failed job was resolved: it is taken again. Raises `Rejection` without tries left."""
    if job.retries <= 0:
        raise Rejection(
            RejectionType.INVALID_STATE,
            f"Expected to resolve the incident of job '{job.key}', but the job has {job.retries} retries "
            "left; give it some with UpdateJobRetries first",
        )
    if job.state in (FAILED, ERROR_THROWN):
        token.emit(JobReturned(job.key, "resolved"))


def decide_complete(step: Step, command: CompleteJob) -> None:
    """CompleteJob of the gateway."""
    job, token = find(step, command.job_key, "complete")
    expect_active(job, "completed", command.worker)
    node, values = token.node, command.variables
    if job.listener_event_type:
        _complete_listener(token, job, command)
        return
    work = node.work
    if isinstance(work, JobDefinition) and work.errors and _ends_with_error(token, job, values):
        return
    is_offered = node.compensation is not None and node.compensation.result_variable is not None
    token.emit(JobCompleted(job.key, scopes.to_object(values) if is_offered else None))
    answer = command.answer
    if node.ad_hoc is not None and not isinstance(answer, TaskListenerAnswer):
        token.room.answered(token, values, answer or AdHocAnswer())
        return
    if answer is not None:
        raise _nothing_to_decide(job, answer)
    result_variable = node.work.result_variable if isinstance(node.work, JobDefinition) else None
    if result_variable is not None and result_variable not in values:
        values = {result_variable: scopes.to_object(values)}
    if command.local_variables:
        scopes.write_measured(token, token.key, command.local_variables)
    scopes.take_results(token, values)
    leaving.finish(token)


def _ends_with_error(token: Token, job: Job, brought: scopes.Document, message: str = "") -> bool:
    """Whether an expression of the model makes an error of what its worker has told, and it is thrown."""
    thrown = job_errors.thrown_by(token, job, brought, message)
    if thrown is not None:
        _throw(token, job, thrown)
    return thrown is not None


def _complete_listener(token: Token, job: Job, command: CompleteJob) -> None:
    answer = command.answer
    is_told = isinstance(answer, TaskListenerAnswer) and listener_jobs.is_of_task(job)
    if answer is not None and not is_told:
        raise _nothing_to_decide(job, answer)
    listener_jobs.refuse_unfit(token, job, answer, command.variables)
    token.emit(JobCompleted(job.key))
    listener_jobs.completed(token, job, answer, command.variables)


def _nothing_to_decide(job: Job, answer: AdHocAnswer | TaskListenerAnswer) -> Rejection:
    kind, only = (
        ("userTask", "a user task")
        if isinstance(answer, TaskListenerAnswer)
        else ("adHocSubProcess", "an ad-hoc sub-process")
    )
    what = f"listens on '{job.listener_event_type}' of" if job.listener_event_type else "is the work of"
    return Rejection(
        RejectionType.INVALID_ARGUMENT,
        f"Expected job with key '{job.key}' to be completed without a result of type {kind}, but there is "
        f"one, and it {what} '{job.element_id}', where nothing of {only} is decided; leave the result out",
    )


def decide_fail(step: Step, command: FailJob) -> None:
    """FailJob of the gateway. A retry cycle in the model overrules what the worker says."""
    _refuse_retries(command.retries)
    job, token = find(step, command.job_key, "fail")
    expect_active(job, "failed", command.worker)
    definition = listener_jobs.definition_of(token, job)
    message = command.message[:ERROR_MESSAGE_LIMIT]
    if _ends_with_error(token, job, command.variables, message):
        return
    cycle = definition.retry_cycle if isinstance(definition, JobDefinition) else None
    retries = command.retries if cycle is None else job.retries - 1
    back_off_ms = command.back_off_ms if cycle is None else cycle.interval_ms
    due_ms = step.now_ms + back_off_ms if retries > 0 and back_off_ms > 0 else None
    if command.variables:
        scopes.write_measured(token, token.key, command.variables)
    token.emit(JobFailed(job.key, max(retries, 0), due_ms, message))
    if retries <= 0:
        text = message or (
            f"Expected job '{job.key}' of '{token.node.id}' to be done, but no retries are left "
            "and its worker gave no message"
        )
        token.hold(Held(listener_jobs.no_retries(job), text, job_key=job.key))


def decide_throw_error(step: Step, command: ThrowError) -> None:
    """ThrowError of the gateway."""
    job, token = find(step, command.job_key, "throw an error for")
    expect_active(job, "thrown an error for", command.worker)
    if job.listener_event_type:
        raise listener_jobs.throws_nothing(job)
    scopes.refuse_large(step, command.variables)
    message = command.message[:ERROR_MESSAGE_LIMIT]
    _throw(token, job, error.ThrownError(command.error_code, message, command.variables))


def _throw(token: Token, job: Job, thrown: error.ThrownError) -> None:
    """The job is over if something catches the error, else it waits with an incident."""
    try:
        catch = error.reach(token, thrown)
    except Held as held:
        held.job_key = job.key
        token.emit(JobErrorThrown(job.key, thrown.code, thrown.message, caught=False))
        token.hold(held)
    else:
        token.emit(JobErrorThrown(job.key, thrown.code, thrown.message, caught=True))
        error.catch_error(catch, thrown)


def _refuse_retries(retries: int) -> None:
    """No worker could be told of more: the gateway's field has 32 bits."""
    if retries > MOST_RETRIES:
        raise Rejection(
            RejectionType.INVALID_ARGUMENT,
            f"Expected at most {MOST_RETRIES} retries, but found {retries}",
        )


def decide_update_retries(step: Step, command: UpdateJobRetries) -> None:
    """UpdateJobRetries of the gateway."""
    _refuse_retries(command.retries)
    if command.retries <= 0:
        raise Rejection(
            RejectionType.INVALID_ARGUMENT,
            f"Expected to update retries for job with key '{command.job_key}' with a positive amount of "
            f"retries, but the amount given was '{command.retries}'",
        )
    job, token = find(step, command.job_key, "update the retries of", at_rest=True)
    token.emit(JobRetriesUpdated(job.key, command.retries))


def decide_update_timeout(step: Step, command: UpdateJobTimeout) -> None:
    """UpdateJobTimeout of the gateway."""
    job, token = find(step, command.job_key, "update the timeout of")
    _expect_own(job, command.worker)
    if job.state != ACTIVATED:
        raise Rejection(
            RejectionType.INVALID_STATE,
            f"Expected to update the timeout of job with key '{job.key}', but it is not active: it is "
            f"{job.state} and has no deadline",
        )
    token.emit(JobDeadlineUpdated(job.key, step.now_ms + command.timeout_ms))


def find(step: Step, key: int, intent: str, *, at_rest: bool = False) -> tuple[Job, Token]:
    """The job of this key, and its task. Raises `Rejection`: there is none, or its instance is set aside."""
    instance = step.state.owner_of(Job, key)
    job = instance.jobs[key] if instance is not None else None
    if instance is None or job is None or is_gone(step.state, instance, job.element_instance_key):
        raise Rejection(
            RejectionType.NOT_FOUND, f"Expected to {intent} job with key '{key}', but no such job was found"
        )
    course = step.admitted_though_suspended(instance) if at_rest else step.admitted_to(instance)
    return job, course.token(job.element_instance_key)


def expect_active(job: Job, intent: str, worker: str) -> None:
    """Raises `Rejection` where nobody has the job or may take it, or another than `worker` has it."""
    if worker:
        _expect_own(job, worker)
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


def _expect_own(job: Job, worker: str) -> None:
    """One who names themselves is the one who has the job, or nobody has it. Raises `Rejection`."""
    if worker and job.worker not in {"", worker}:
        raise Rejection(
            RejectionType.INVALID_STATE,
            f"Expected worker '{worker[:200]}' to have job '{job.key}', but it is locked by worker "
            f"'{job.worker[:200]}', which has taken it since; drop what was done, or take the job again "
            "once it is free",
        )


# -- applying ------------------------------------------------------------------------------------------------


def _apply_activated(state: State, instance: InstanceState, event: JobActivated) -> None:
    state.put(
        replace(instance.jobs[event.key], state=ACTIVATED, worker=event.worker, due_ms=event.deadline_ms)
    )


def _apply_completed(state: State, instance: InstanceState, event: JobCompleted) -> None:
    job = instance.jobs[event.key]
    end_job(state, job, "completed")
    if event.result is not None:
        state.put(replace(instance.elements[job.element_instance_key], result=event.result))
    elif job.listener_event_type:
        listener_jobs.count(state, instance, job)


def _apply_failed(state: State, instance: InstanceState, event: JobFailed) -> None:
    state.put(
        replace(
            instance.jobs[event.key],
            state=BACKING_OFF if event.due_ms is not None else ACTIVATABLE if event.retries > 0 else FAILED,
            retries=event.retries,
            due_ms=event.due_ms,
            worker="",
            error_message=event.message,
        )
    )


def _apply_error_thrown(state: State, instance: InstanceState, event: JobErrorThrown) -> None:
    job = instance.jobs[event.key]
    if event.caught:
        thrown = replace(job, error_code=event.error_code, error_message=event.message)
        end_job(state, thrown, "error_thrown")
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


def _apply_returned(state: State, instance: InstanceState, event: JobReturned) -> None:
    state.put(replace(instance.jobs[event.key], state=ACTIVATABLE, due_ms=None, worker=""))


def _apply_retries(state: State, instance: InstanceState, event: JobRetriesUpdated) -> None:
    state.put(replace(instance.jobs[event.key], retries=event.retries))


def _apply_deadline(state: State, instance: InstanceState, event: JobDeadlineUpdated) -> None:
    state.put(replace(instance.jobs[event.key], due_ms=event.deadline_ms))


OF_INSTANCE = {
    JobActivated: _apply_activated,
    JobCompleted: _apply_completed,
    JobFailed: _apply_failed,
    JobErrorThrown: _apply_error_thrown,
    JobReturned: _apply_returned,
    JobRetriesUpdated: _apply_retries,
    JobDeadlineUpdated: _apply_deadline,
}
COMMANDS = {
    CompleteJob: decide_complete,
    FailJob: decide_fail,
    ThrowError: decide_throw_error,
    UpdateJobRetries: decide_update_retries,
    UpdateJobTimeout: decide_update_timeout,
}
