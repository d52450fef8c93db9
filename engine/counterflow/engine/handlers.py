"""Functions of the program that do jobs: what they are given, what becomes of what they return or raise."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple

from counterflow.engine.results import (
    WorkerJob,
    checked,
    document,
    length,
    milliseconds,
    mistake,
    sensible,
    text,
    truth,
    whole,
)
from counterflow.kernel.lives.job_delivery import ActivateJobs
from counterflow.kernel.lives.jobs import AdHocAnswer, CompleteJob, FailJob, ThrowError
from counterflow.kernel.lives.user_task_transitions import TaskListenerAnswer
from counterflow.kernel.lives.user_tasks import Corrections
from counterflow.kernel.vocabulary import ActivatedJob, Command, Rejection, RejectionType
from counterflow.service.requests import USER_TASK, activation, duration_ms, task_answer

Variables = Mapping[str, Any]

Activities = Mapping[str, Variables | None] | Sequence[str | tuple[str, Variables | None]]
"""Ids of activities, each with the variables of its activation, or without any."""


@dataclass(frozen=True)
class AdHocResult:
    """What the worker of an ad-hoc sub-process decides: which activities begin, or that it is done.

    `activate` names them, each with the variables of its activation, or without any. With
    `is_completion_condition_fulfilled` nothing more begins; with `is_cancel_remaining_instances` what is
    under way goes. `variables` are set in the sub-process itself.
    """

    activate: Activities = ()
    is_completion_condition_fulfilled: bool = False
    is_cancel_remaining_instances: bool = False
    variables: Variables | None = None


@dataclass(frozen=True)
class TaskListenerResult:
    """What the worker of a user task's listener says: that it is denied, or what is set right in the task.

    What is None stays as it is, what is empty goes. Only listeners of camunda: models give `variables`.
    """

    denied: bool = False
    reason: str = ""
    assignee: str | None = None
    candidate_groups: Sequence[str] | None = None
    candidate_users: Sequence[str] | None = None
    due_date: str | None = None
    follow_up_date: str | None = None
    priority: int | None = None
    variables: Variables | None = None


Result = AdHocResult | TaskListenerResult
Returned = Variables | Result | None
Handler = Callable[[WorkerJob], Awaitable[Returned] | Returned]
"""Does a job, sync or async: returns the variables that it is completed with, if any. Of an ad-hoc
sub-process it returns an `AdHocResult`, of a user task's listener perhaps a `TaskListenerResult`.
"""


class WorkerTask(NamedTuple):
    """What a worker does: the jobs it wishes for, so many at once, by a handler. After a failure the next try
    comes when the back-off is over.
    """

    wish: ActivateJobs
    handler: Handler
    back_off_ms: int


def worker_wish(
    job_type: str, worker: str, timeout: timedelta, max_jobs: int, message_bytes: int
) -> ActivateJobs:
    """What a worker takes while it has room for all its jobs. Raises `Rejection` and `TypeError`."""
    if not isinstance(job_type, str):
        raise TypeError(
            f'Expected the type of the jobs, as in @engine.worker("book-hotel"), but found {job_type!r}'
        )
    if whole(max_jobs, "how many jobs are done at once") < 1:
        raise mistake(
            f"Expected the worker for '{job_type}' to do at least 1 job at once, but found {max_jobs}"
        )
    wish = sensible(
        activation,
        job_type=job_type,
        worker=text(worker, "the name of a worker"),
        timeout_ms=milliseconds(timeout),
        maximum=max_jobs,
        fetch_variables=(),
        tenant_ids=(),
        message_bytes=message_bytes,
    )
    return checked(wish)


def pause_ms(job_type: str, back_off: timedelta) -> int:
    """How long a job rests after a failure. Raises `Rejection`."""
    if length(back_off) < timedelta():
        raise mistake(
            f"Expected the worker for '{job_type}' to have a back-off of at least 0 ms, but found "
            f"{milliseconds(back_off)}"
        )
    return duration_ms(milliseconds(back_off))


class BpmnError(Exception):
    """Raised by a handler to end its job with a BPMN error, for an error event of the model with this `code`.

    `variables` are those that the event hands on.
    """

    def __init__(self, code: str, message: str = "", variables: Variables | None = None) -> None:
        super().__init__(f"{code}: {message}" if message else code)
        self.code = code
        self.message = message
        self.variables = variables


def completion(job: ActivatedJob, returned: Returned) -> Command:
    """The command for what a handler has returned. Raises `TypeError` for what are no variables."""
    if isinstance(returned, Result):
        return checked(completed(job.key, returned.variables, returned))
    if returned is not None and not isinstance(returned, Mapping):
        raise TypeError(
            f"Expected the handler of '{job.type}' to return variables by name, an AdHocResult, a "
            f"TaskListenerResult or None, found {type(returned).__name__}"
        )
    return checked(completed(job.key, returned))


def completed(job_key: int, variables: Variables | None, result: Result | None = None) -> Command:
    """The command for a job that is done. Raises `TypeError` and `Rejection`."""
    if not isinstance(result, Result | None):
        raise TypeError(
            "Expected an AdHocResult, a TaskListenerResult or nothing as the result of a job, but found "
            f"{result!r}"
        )
    answer: AdHocAnswer | TaskListenerAnswer | None = None
    if isinstance(result, AdHocResult):
        answer = AdHocAnswer(
            activations(result.activate),
            truth(result.is_completion_condition_fulfilled, "is_completion_condition_fulfilled"),
            truth(result.is_cancel_remaining_instances, "is_cancel_remaining_instances"),
        )
    elif result is not None:
        answer = _task_answer(result)
    return CompleteJob(job_key=job_key, variables=document(variables), answer=answer)


def _task_answer(result: TaskListenerResult) -> TaskListenerAnswer:
    corrections = Corrections(
        assignee=_text(result.assignee, "an assignee"),
        candidate_groups=_names(result.candidate_groups, "candidate groups"),
        candidate_users=_names(result.candidate_users, "candidate users"),
        due_date=_text(result.due_date, "a due date"),
        follow_up_date=_text(result.follow_up_date, "a follow-up date"),
        priority=None if result.priority is None else whole(result.priority, "a priority"),
    )
    return task_answer(
        kind=USER_TASK,
        denied=truth(result.denied, "denied"),
        reason=text(result.reason, "the reason of a denial"),
        corrections=corrections,
        decides=False,
    )


def _text(value: str | None, what: str) -> str | None:
    return None if value is None else text(value, what)


def _names(names: Sequence[str] | None, what: str) -> tuple[str, ...] | None:
    if names is None:
        return None
    if isinstance(names, str | bytes) or not isinstance(names, Sequence):
        raise TypeError(f'Expected {what} as a list of names, as in ["sales"], but found {names!r}')
    return tuple(text(name, "a name") for name in names)


def activations(activities: Activities) -> tuple[tuple[str, dict[str, bytes]], ...]:
    """Activities by id, with the variables of each activation. Raises `TypeError`."""
    if isinstance(activities, str | bytes) or not isinstance(activities, Mapping | Sequence):
        raise TypeError(f'Expected ids of activities, as in ["ask-expert"], but found {activities!r}')
    pairs = activities.items() if isinstance(activities, Mapping) else (_pair(item) for item in activities)
    return tuple((text(name, "the id of an activity"), document(values)) for name, values in pairs)


def _pair(item: object) -> tuple[Any, Any]:
    return (item[0], item[1]) if isinstance(item, tuple) and len(item) == 2 else (item, None)


def failure(job: ActivatedJob, error: Exception, back_off_ms: int) -> Command:
    """The command for what has come of a job in place of a result: an error, or one try less. Without a BPMN
    error the next try comes after the back-off, and an incident after the last. A BPMN error that cannot be
    told costs a try as well, and so does a listener's, which nothing could catch.
    """
    if isinstance(error, BpmnError) and not job.listener_event_type:
        try:
            return checked(thrown(job.key, error.code, error.message, error.variables))
        except Exception as untold:  # noqa: BLE001 - whatever the handler has put into its error
            error = untold
    retries = max(job.retries - 1, 0)
    return FailJob(
        job_key=job.key, retries=retries, message=_said(error), back_off_ms=back_off_ms, variables={}
    )


def way_out(error: BaseException) -> Exception:
    """What a handler has raised, as something that a job can be failed with. What is meant to end a program,
    a coroutine or a task is told in words.
    """
    if isinstance(error, Exception):
        return error
    return RuntimeError(f"{_words(repr, error)} came out of the handler")


def _said(error: Exception) -> str:
    """The name and the words of an exception, as text that can be stored. A path may have half of a surrogate
    pair.
    """
    name = type(error).__name__
    words = _words(lambda raised: f"{name}: {raised}", error)
    return words.encode(errors="backslashreplace").decode()


def _words(say: Callable[[BaseException], str], error: BaseException) -> str:
    """What is said of an exception, or its name where that raises: the words are the program's own code."""
    try:
        return say(error)
    except BaseException:  # noqa: BLE001 - an exception whose words end the program has ended nothing yet
        return type(error).__name__


def thrown(job_key: int, code: str, message: str, variables: Variables | None) -> Command:
    """The command for a BPMN error. Raises `TypeError` and `Rejection`."""
    return ThrowError(
        job_key=job_key,
        error_code=text(code, "the code of an error"),
        message=text(message, "the message of an error"),
        variables=document(variables),
    )


def after_refusal(job: ActivatedJob, answer: Command, refusal: Rejection, back_off_ms: int) -> Command | None:
    """What to tell of a job whose result the engine has refused; None where it is not the worker's any more.

    A result that is too large, for example, has failed this try, or the job would be done again and again.
    """
    is_gone = refusal.type in {RejectionType.NOT_FOUND, RejectionType.INVALID_STATE}
    return None if is_gone or isinstance(answer, FailJob) else failure(job, refusal, back_off_ms)


def is_async(handler: Handler) -> bool:
    """Whether a handler is a coroutine function, or an object that is called as one."""
    return inspect.iscoroutinefunction(handler) or inspect.iscoroutinefunction(
        getattr(handler, "__call__", None)  # noqa: B004 - what is called is looked at, not whether it can be
    )
