"""Jobs of listeners: what is said of one counts for the element, or the user task, that waits for it.

Those of an element are asked when it begins and ends (`course/listeners.py`), those of a user task before
something becomes of it (`user_task_transitions.py`). Either can be completed and failed, and throws no error.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from counterflow.kernel.course import entering, leaving, listeners
from counterflow.kernel.data import scopes
from counterflow.kernel.lives import user_task_transitions, user_tasks
from counterflow.kernel.lives.user_task_transitions import TaskListenerAnswer
from counterflow.kernel.rows import Job
from counterflow.kernel.state.instance import InstanceState
from counterflow.kernel.state.partition import State
from counterflow.kernel.vocabulary import Rejection, RejectionType
from counterflow.kernel.work.held import IncidentType, count_passed, passed
from counterflow.kernel.work.step import Token, attempt
from counterflow.model.graph import TASK_LISTENER_EVENTS, ListenerEvent

_NO_ANSWER = TaskListenerAnswer()


def is_of_task(job: Job) -> bool:
    """Whether it is a listener of a user task that it is the job of."""
    return job.listener_event_type in TASK_LISTENER_EVENTS


def definition_of(token: Token, job: Job) -> object:
    """What a job is made by: the work of its element, or the listener that is waited for."""
    if is_of_task(job):
        transition = user_task_transitions.transition_of(token.instance, token.key)
        return user_task_transitions.definition_of(transition, token.node.work) if transition else None
    return listeners.definition_of(token, job.listener_event_type)


def no_retries(job: Job) -> IncidentType:
    """What an incident of the job is when it has no tries left."""
    if is_of_task(job):
        return IncidentType.TASK_LISTENER_NO_RETRIES
    is_own = not job.listener_event_type
    return IncidentType.JOB_NO_RETRIES if is_own else IncidentType.EXECUTION_LISTENER_NO_RETRIES


def refuse_unfit(token: Token, job: Job, answer: object, values: Mapping[str, bytes]) -> None:
    """Raises `Rejection` where a listener cannot be completed so."""
    if not is_of_task(job):
        return
    if isinstance(answer, TaskListenerAnswer):
        user_task_transitions.refuse_unfit(token, job, answer)
    if values and not user_tasks.definition_of(token).listeners_are_code:
        raise Rejection(
            RejectionType.INVALID_ARGUMENT,
            f"Expected job with key '{job.key}' to be completed without variables, since it listens on "
            f"'{job.listener_event_type}' of user task '{job.element_id}', but found {len(values)}; leave "
            "them out, or set them with SetVariables",
        )


def completed(token: Token, job: Job, answer: object, values: scopes.Document) -> None:
    """Its element, or its task, goes on: with the next listener, and then with what comes after them."""
    if is_of_task(job):
        if values:
            listeners.send_out_of_code(token, values)
        said = answer if isinstance(answer, TaskListenerAnswer) else _NO_ANSWER
        user_task_transitions.answered(token, job, said)
        return
    listeners.take_results(token, job.listener_event_type, leaving.outside(token), values)
    if job.listener_event_type == ListenerEvent.END:
        attempt(token, leaving.leave)
    else:
        token.later(entering.begin)


def throws_nothing(job: Job) -> Rejection:
    """Why no error can be thrown for it."""
    return Rejection(
        RejectionType.INVALID_STATE,
        f"Expected to throw an error for job with key '{job.key}', but it is a listener's (event "
        f"'{job.listener_event_type}' of '{job.element_id}'), which can be completed or failed only: nothing "
        "on the border of an element catches what happens before its work and after it",
    )


def count(state: State, instance: InstanceState, job: Job) -> None:
    """One more listener has been gone through; for the applier of its job's end."""
    if is_of_task(job):
        user_task_transitions.count_answer(state, instance, job)
        return
    element = instance.elements[job.element_instance_key]
    gone_through = count_passed(element.phase, job.listener_event_type) or 0
    state.put(replace(element, phase=passed(job.listener_event_type, gone_through + 1)))
