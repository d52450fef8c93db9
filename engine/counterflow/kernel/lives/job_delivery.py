"""How jobs reach workers and come back: taken or pushed, handed back, timed out.

The life itself is in `jobs.py`. Which job comes first is decided by its key, so that what a command does
depends on the state alone. Quarantined instances offer nothing.
"""

from __future__ import annotations

from collections.abc import Collection

from counterflow.kernel.course.asking import JobCanceled
from counterflow.kernel.data import scopes
from counterflow.kernel.data.headers import of_old_job
from counterflow.kernel.data.output_collections import gathered
from counterflow.kernel.lives.jobs import (
    ACTIVATED,
    JobActivated,
    JobFailed,
    JobReturned,
    expect_active,
    find,
)
from counterflow.kernel.lives.user_task_transitions import brought_to, listened_task
from counterflow.kernel.rows import Job
from counterflow.kernel.state.indexes import ACTIVATABLE
from counterflow.kernel.state.swept import is_gone
from counterflow.kernel.suspended import SuspendedJobType
from counterflow.kernel.vocabulary import ActivatedJob, BrokenInvariant, Command, Rejection, RejectionType
from counterflow.kernel.work.held import Held, IncidentType
from counterflow.kernel.work.step import Course, Step
from counterflow.model.graph import TASK_LISTENER_EVENTS, JobDefinition, UserTaskDefinition

OTHER_FIELDS_BYTES = 1024
"""What a job takes in a message besides its variables and headers, as long as its names are short."""
_SHORT_NAMES = 200
MOST_GONE = 200
"""Jobs that turn out to be gone with what is being swept away, in one command."""


class ActivateJobs(Command, frozen=True, kw_only=True, gc=False):
    """Take up to `maximum` jobs of a type for `timeout_ms`, as long as they fit into `bytes_left`.

    Answers `ActivatedJob`s.

    `fetch_variables` empty means every visible variable; with `local_only`, those of the task's own scope.
    """

    type: str
    worker: str
    timeout_ms: int
    maximum: int
    fetch_variables: tuple[str, ...] = ()
    bytes_left: int = 4 * 1024 * 1024
    local_only: bool = False


class LockJob(Command, frozen=True, kw_only=True, gc=False):
    """One job, for one worker: it is given the job, or more time where it has it. Answers an `ActivatedJob`.

    What it sees is told as of `ActivateJobs`. With `is_free` it must not have the job already.
    """

    job_key: int
    worker: str
    timeout_ms: int
    fetch_variables: tuple[str, ...] = ()
    local_only: bool = False
    is_free: bool = False


class UnlockJob(Command, frozen=True, kw_only=True, gc=False):
    """A job is taken from the worker that has it, and can be taken by any; nothing happens where none has."""

    job_key: int


class ReturnJob(Command, frozen=True, kw_only=True, gc=False):
    """A job never reached its worker: it can be taken by another.

    Nothing happens if it is no longer that worker's.
    """

    job_key: int
    deadline_ms: int


class HoldJob(Command, frozen=True, kw_only=True, gc=False):
    """A job cannot be written down for any worker: an incident holds it.

    Nothing happens where it is no longer that worker's.
    """

    job_key: int
    deadline_ms: int


def decide_activate(step: Step, command: ActivateJobs) -> list[ActivatedJob]:
    """ActivateJobs of the gateway, and every push to a stream."""
    taken: list[ActivatedJob] = []
    if command.type in step.state.shared[SuspendedJobType]:
        return taken
    queue = step.state.ready[command.type]
    room, gone_left = command.bytes_left, MOST_GONE
    while len(taken) < command.maximum and gone_left:
        key = queue.first()
        if key is None:
            break
        course = _offer(step, key)
        if course is None:
            queue.discard(key)
            gone_left -= 1
            continue
        job = course.instance.jobs[key]
        values = scopes.to_object(_values(course, job, command))
        headers = _headers(course, job)
        size = len(values) + len(headers) + _other_bytes(course, job)
        if size > step.limits.message_bytes:
            _set_aside_too_large(course, job, size)
            continue
        if size > room and taken:
            break
        room -= size
        taken.append(_activate(course, job, command, headers, values))
    return taken


def decide_lock(step: Step, command: LockJob) -> ActivatedJob:
    """`/lock` of Camunda 7's external tasks, and a job that was chosen among those that are ready."""
    job, token = find(step, command.job_key, "lock")
    if job.type in step.state.shared[SuspendedJobType]:
        raise Rejection(
            RejectionType.INVALID_STATE,
            f"Expected to lock job with key '{job.key}', but jobs of type '{job.type}' are suspended; resume "
            "them first",
        )
    expect_active(job, "locked", command.worker)
    if command.is_free and job.state == ACTIVATED:
        raise Rejection(
            RejectionType.INVALID_STATE, f"Expected job with key '{job.key}' to be free, but a worker has it"
        )
    values = scopes.to_object(_values(token, job, command))
    return _activate(token, job, command, _headers(token, job), values)


def decide_unlock(step: Step, command: UnlockJob) -> None:
    """`/unlock` of Camunda 7's external tasks."""
    job, token = find(step, command.job_key, "unlock")
    if job.state == ACTIVATED:
        token.emit(JobReturned(job.key, "handed_back"))


def decide_return(step: Step, command: ReturnJob) -> bool:
    """A push that reached nobody. Answers whether the job was still that worker's."""
    course = _due_at(step, command.job_key, command.deadline_ms)
    if course is None or course.instance.jobs[command.job_key].state != ACTIVATED:
        return False
    course.emit(JobReturned(command.job_key, "handed_back"))
    return True


def decide_hold(step: Step, command: HoldJob) -> bool:
    """A job that no message can carry: given out again, it would come back for ever.

    Answers whether it was still that worker's.
    """
    course = _due_at(step, command.job_key, command.deadline_ms)
    if course is None or course.instance.jobs[command.job_key].state != ACTIVATED:
        return False
    job = course.instance.jobs[command.job_key]
    message = (
        f"Expected job '{job.key}' of '{job.element_id}' to fit into the message that brings it to a worker, "
        "but a field of it does not, and the server's log says which; update the job's retries and resolve "
        "this incident, or cancel the instance"
    )
    _set_aside(course, job, IncidentType.JOB_NOT_DELIVERABLE, message)
    return True


def job_due(step: Step, key: int, due_ms: int) -> bool:
    """A deadline or a back-off has passed. Answers whether it still stood."""
    course = _due_at(step, key, due_ms)
    if course is None:
        return False
    is_lent = course.instance.jobs[key].state == ACTIVATED
    course.emit(JobReturned(key, "timed_out" if is_lent else "backed_off"))
    return True


def _owner(step: Step, key: int) -> Course | None:
    """The instance of a job; None where there is no such job, or its instance is set aside.

    A job whose task is being swept away is gone before its turn has come: nobody is given it.
    """
    instance = step.state.owner_of(Job, key)
    if instance is None or instance.stands_still:
        return None
    course = step.at(instance)
    if is_gone(step.state, instance, instance.jobs[key].element_instance_key):
        course.emit(JobCanceled(key))
        return None
    return course


def _due_at(step: Step, key: int, due_ms: int) -> Course | None:
    """The instance of a job that waits for this moment still; None where it does not."""
    course = _owner(step, key)
    return course if course is not None and course.instance.jobs[key].due_ms == due_ms else None


def _offer(step: Step, key: int) -> Course | None:
    """The instance of a job that can be taken; None where it cannot."""
    course = _owner(step, key)
    return course if course is not None and course.instance.jobs[key].state == ACTIVATABLE else None


def _values(course: Course, job: Job, command: ActivateJobs | LockJob) -> dict[str, bytes]:
    """What its worker sees, all or what it names: of an ad-hoc sub-process also what was gathered so far.

    The listener of a user task sees the result before it is there.
    """
    names: Collection[str] = command.fetch_variables
    if command.local_only:
        own = course.instance.variables.get(job.element_instance_key, {})
        return {name: value for name, value in sorted(own.items()) if not names or name in names}
    values = scopes.visible(course.instance, job.element_instance_key, names)
    if job.listener_event_type in TASK_LISTENER_EVENTS:
        brought = brought_to(course.instance, job)
        values |= {name: value for name, value in brought.items() if not names or name in names}
    ad_hoc = course.process.nodes[job.element_id].ad_hoc
    name = ad_hoc.output_collection if ad_hoc is not None else None
    if name is not None and (not names or name in names):
        values[name] = gathered(course, job.element_instance_key)
    return values


def _activate(
    course: Course, job: Job, command: ActivateJobs | LockJob, headers: bytes, values: bytes
) -> ActivatedJob:
    header = course.header
    deadline_ms = course.step.now_ms + command.timeout_ms
    course.emit(JobActivated(job.key, command.worker, deadline_ms))
    return ActivatedJob(
        job.key,
        job.type,
        header.key,
        header.bpmn_process_id,
        header.version,
        header.definition_key,
        job.element_id,
        job.element_instance_key,
        headers,
        command.worker,
        job.retries,
        deadline_ms,
        values,
        not job.listener_event_type and course.process.nodes[job.element_id].ad_hoc is not None,
        job.listener_event_type,
        header.tags,
        header.business_id,
        job.error_message,
        listened_task(course, job) if job.listener_event_type in TASK_LISTENER_EVENTS else None,
    )


def _other_bytes(course: Course, job: Job) -> int:
    """What the other fields of a job take at most, in bytes.

    Names are short, and one that is not, such as a computed job type, is counted.
    """
    header = course.header
    characters = len(job.type) + len(job.element_id) + len(header.bpmn_process_id) + len(header.tags or "")
    if job.listener_event_type in TASK_LISTENER_EVENTS:  # what it says of its task is said twice
        characters += len(job.headers or b"")
    return OTHER_FIELDS_BYTES if characters <= _SHORT_NAMES else OTHER_FIELDS_BYTES + 4 * characters


def _headers(course: Course, job: Job) -> bytes:
    if job.listener_event_type:
        return job.headers or b"{}"
    definition = course.process.nodes[job.element_id].work
    if isinstance(definition, UserTaskDefinition):
        return job.headers or of_old_job(definition)
    if not isinstance(definition, JobDefinition):
        raise BrokenInvariant(f"job {job.key} without a definition")
    return job.headers or definition.headers


def _set_aside_too_large(course: Course, job: Job, size: int) -> None:
    message = (
        f"Expected job '{job.key}' to fit into a message of {course.step.limits.message_bytes} bytes, but "
        "with its "
        f"variables and headers it takes {size}; fetch fewer variables or keep large data elsewhere, then "
        "update the job's retries and resolve this incident"
    )
    _set_aside(course, job, IncidentType.MESSAGE_SIZE_EXCEEDED, message)


def _set_aside(course: Course, job: Job, incident_type: IncidentType, message: str) -> None:
    course.emit(JobFailed(job.key, 0, None, message))
    course.token(job.element_instance_key).hold(Held(incident_type, message, job_key=job.key))


COMMANDS = {
    ActivateJobs: decide_activate,
    LockJob: decide_lock,
    UnlockJob: decide_unlock,
    ReturnJob: decide_return,
    HoldJob: decide_hold,
}
