"""What is to become of a user task, and its listeners, who have their say before it does.

    asked ─ nobody listens ────────────────────────────────────────────────→ settled (`user_tasks.py`)
      └─ begun ─ a listener is asked ─ it answers ─ the next one … the last ─→ ended → settled
                        │                 ├─ it corrects: later ones see that, the task gets it at the end
                        │                 └─ it denies: the task is as it was, whoever asked is told ─→ denied
                        └─ it fails: retries, an incident, and asked again ; swept away ─→ over

There is one job at a time, and one transition of a task: who asks for another one meanwhile is refused.
Whoever has asked waits for the answer of the last listener; nothing of what was asked for is seen before.
Being created and being canceled cannot be denied. A canceled task keeps its element, and so what interrupts
it, until its listeners have answered. After Zeebe's task listeners; those of camunda: models, which are told
there of what is done in the same transaction, are asked alike, and see what is to become of the task.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from counterflow.kernel.course import asking, ending, leaving, listeners
from counterflow.kernel.course.moves import ACTIVATED, TERMINATING
from counterflow.kernel.data import scopes
from counterflow.kernel.lives import user_tasks
from counterflow.kernel.lives.user_tasks import (
    ASSIGNED,
    CORRECTABLE,
    CREATED,
    Corrections,
    UserTaskChange,
)
from counterflow.kernel.rows import Job, UserTask
from counterflow.kernel.state.instance import InstanceState
from counterflow.kernel.state.partition import State
from counterflow.kernel.state.swept import asks_first, sweeps_around
from counterflow.kernel.unfinished import Sweep, UserTaskTransition
from counterflow.kernel.vocabulary import (
    InstanceEvent,
    ListenedTask,
    Rejection,
    RejectionType,
    Settled,
    ToldLater,
)
from counterflow.kernel.work import incidents
from counterflow.kernel.work.held import Held
from counterflow.kernel.work.step import Course, Token, attempt
from counterflow.model.graph import (
    JobDefinition,
    ScriptDefinition,
    TaskListener,
    Transition,
    UserTaskDefinition,
)

UPDATE: Final = "update"
"""What an update is called that nobody has named."""
HEADERS: Final = "io.camunda.zeebe:"
"""What stands before the names of the headers that tell a listener's worker of its task, as in Zeebe."""
_UNDENIABLE: Final = frozenset({Transition.CREATING, Transition.CANCELING})


class UserTaskTransitionBegun(InstanceEvent, frozen=True):
    """Something is to become of a task, and its listeners are asked."""

    key: int
    change: UserTaskChange


class UserTaskCorrected(InstanceEvent, frozen=True):
    """A listener has set something right: the task gets it when the last of them has answered."""

    key: int
    corrections: Corrections


class UserTaskListenersPassed(InstanceEvent, frozen=True):
    """So many listeners have been gone through; the last of them was evaluated in the engine."""

    key: int
    count: int


class UserTaskTransitionEnded(InstanceEvent, frozen=True):
    """The last listener has answered; the task gets what they have corrected."""

    key: int
    corrections: Corrections


class UserTaskTransitionDenied(InstanceEvent, frozen=True):
    """A listener does not let it be: the task is as it was before."""

    key: int
    reason: str


class TaskListenerAnswer(msgspec.Struct, frozen=True, gc=False):
    """What the worker of a task's listener says of what is to become of the task."""

    is_denied: bool = False
    reason: str = ""
    corrections: Corrections = Corrections()


def ask(token: Token, key: int, change: UserTaskChange) -> ToldLater | None:
    """Something is to become of a task, at once or when its listeners have been asked. Raises `Rejection`."""
    following: UserTaskChange | None = change
    while following is not None:
        if _listeners_of(token, following):
            token.emit(UserTaskTransitionBegun(key, following))
            position = token.instance.rows[UserTaskTransition][key].position
            attempt(token, _go_on)
            transition = token.instance.rows[UserTaskTransition].get(key)
            is_over = transition is None or transition.position != position
            return None if is_over else ToldLater(position)
        following = user_tasks.settle(token, key, following)
    return None


def ask_about_variables(
    token: Token, variables: scopes.Document, document_key: int, *, is_local: bool
) -> int | ToldLater | None:
    """Variables are to be set at a task, which updates it: its listeners are asked. None where it has none.

    Answers the key of the document, which is told later where a worker is asked. Raises `Rejection`.
    """
    change = UserTaskChange(
        transition=Transition.UPDATING,
        action=UPDATE,
        variables=variables,
        is_local=is_local,
        document_key=document_key,
    )
    if not variables or not _listeners_of(token, change):
        return None
    key = token.instance.user_task_of[token.key]
    refuse_busy(token, token.instance.rows[UserTask][key], "set variables of")
    scopes.refuse_large(token.step, variables)
    put_off = ask(token, key, change)
    return document_key if put_off is None else ToldLater(put_off.position, document_key)


def resume(token: Token) -> bool:
    """An incident was resolved: the listeners go on that are asked about its task. Whether some are.

    Raises `Held`.
    """
    if transition_of(token.instance, token.key) is None:
        return False
    _go_on(token)
    _leave_if_canceled(token)
    return True


def transition_of(instance: InstanceState, element_instance_key: int) -> UserTaskTransition | None:
    """What is to become of the user task of an element instance; None where it is at rest, or not there."""
    key = instance.user_task_of.get(element_instance_key)
    return instance.rows[UserTaskTransition].get(key) if key is not None else None


def refuse_busy(token: Token, task: UserTask, intent: str) -> None:
    """Raises `Rejection` where something is to become of a task already."""
    transition = transition_of(token.instance, token.key)
    if transition is None:
        return
    raise Rejection(
        RejectionType.INVALID_STATE,
        f"Expected to {intent} user task with key '{task.key}', but it is {transition.transition}: "
        f"{_waits_for(token)}, and ask again",
    )


def _waits_for(token: Token) -> str:
    if token.key in token.instance.incident_of:
        return "an incident holds the job of its listener; resolve that"
    job = token.instance.jobs[token.instance.job_of[token.key]]
    return f"its listener '{job.type}' (job {job.key}) has not answered yet; wait for that"


def definition_of(transition: UserTaskTransition, work: object) -> JobDefinition | ScriptDefinition | None:
    """What the job of a listener is made by, where this is the work of its task; None where none is asked."""
    if not isinstance(work, UserTaskDefinition):
        return None
    change = _asked(transition)
    listeners = work.listeners_of(change.transition, is_first=change.is_first)
    return listeners[transition.passed].work if transition.passed < len(listeners) else None


def change_of(transition: UserTaskTransition) -> UserTaskChange:
    """What is to become of the task, as its listeners have corrected it."""
    return replace(_asked(transition), **_corrections(transition).given)


def brought_to(instance: InstanceState, job: Job) -> Mapping[str, bytes]:
    """The variables that the worker of a listener sees over those of its task: the result it is to have."""
    transition = transition_of(instance, job.element_instance_key)
    return _asked(transition).variables if transition is not None else {}


# -- listeners -----------------------------------------------------------------------------------------------


def _listeners_of(token: Token, change: UserTaskChange) -> tuple[TaskListener, ...]:
    definition = user_tasks.definition_of(token)
    if not definition.listeners:
        return ()
    return definition.listeners_of(change.transition, is_first=change.is_first)


def _go_on(token: Token) -> None:
    """Go on with the listeners, from where they have come to. Raises `Held`, and `Rejection`."""
    key = token.instance.user_task_of[token.key]
    transition: UserTaskTransition = token.instance.rows[UserTaskTransition][key]
    change = _asked(transition)
    first = number = transition.passed
    for listener in _listeners_of(token, change)[first:]:
        try:
            if isinstance(listener.work, JobDefinition):
                _ask_worker(token, listener.event, listener.work, number)
                return
            listeners.evaluate(token, listener.work, change.variables)
        except Held as held:
            raise held.inside(f"{listener.event.value} listener {number + 1} of '{token.node.id}'") from held
        number += 1
        token.emit(UserTaskListenersPassed(key, number))
    _end(token, key)


def _ask_worker(token: Token, event: Transition, work: JobDefinition, number: int) -> None:
    order = asking.order_by(token, work)
    headers = msgspec.json.decode(order.headers or work.headers, type=dict[str, str])
    of_task = _headers(token, token.instance.user_task_of[token.key])
    order = order._replace(headers=msgspec.json.encode(headers | of_task))
    asking.create_for_listener(token, order, event, number)


def listened_task(course: Course, job: Job) -> ListenedTask | None:
    """The user task that a listener is asked about, as it is to become."""
    key = course.instance.user_task_of[job.element_instance_key]
    task: UserTask = course.instance.rows[UserTask][key]
    change = change_of(course.instance.rows[UserTaskTransition][key])
    becoming = replace(task, **_columns(change))
    return ListenedTask(
        key,
        change.action,
        becoming.assignee,
        _names(becoming.candidate_groups),
        _names(becoming.candidate_users),
        _changed(task, change),
        becoming.due_date,
        becoming.follow_up_date,
        task.form_key,
        becoming.priority,
    )


def _headers(token: Token, key: int) -> dict[str, str]:
    """What a worker is told of the task in headers, by Zeebe's names: as it is to become."""
    task: UserTask = token.instance.rows[UserTask][key]
    change = change_of(token.instance.rows[UserTaskTransition][key])
    becoming = {name: getattr(task, name) for name in CORRECTABLE} | _columns(change)
    headers = {_WIRE_NAMES[name]: str(value) for name, value in becoming.items()}
    headers |= {
        "action": change.action,
        "changedAttributes": _json(_changed(task, change)),
        "formKey": str(task.form_key or ""),
        "userTaskKey": str(key),
    }
    return {f"{HEADERS}{name}": text for name, text in headers.items() if text not in {"", "[]"}}


def _changed(task: UserTask, change: UserTaskChange) -> list[str]:
    """What of the task is to become another, by Zeebe's names."""
    changed = [_WIRE_NAMES[name] for name, value in _columns(change).items() if value != getattr(task, name)]
    return (
        [*changed, "variables"] if change.variables and change.transition is Transition.UPDATING else changed
    )


def _columns(change: Corrections) -> dict[str, Any]:
    """What is given, as the row of a task has it."""
    given = change.given
    return {name: _json(value) if isinstance(value, tuple) else value for name, value in given.items()}


def _json(names: Any) -> str:
    return msgspec.json.encode(names).decode()


def _names(names: str) -> list[str]:
    return msgspec.json.decode(names, type=list[str])


_WIRE_NAMES: Final = {
    "assignee": "assignee",
    "candidate_groups": "candidateGroups",
    "candidate_users": "candidateUsers",
    "due_date": "dueDate",
    "follow_up_date": "followUpDate",
    "priority": "priority",
}


def answered(token: Token, job: Job, answer: TaskListenerAnswer) -> None:
    """The worker of a listener has answered; its job is done. Raises `Rejection` for what it cannot say."""
    key = token.instance.user_task_of[token.key]
    transition: UserTaskTransition = token.instance.rows[UserTaskTransition][key]
    if answer.is_denied:
        _deny(token, transition, job, answer.reason)
        return
    if answer.corrections.given:
        token.emit(UserTaskCorrected(key, answer.corrections))
    attempt(token, _go_on)
    _leave_if_canceled(token)


def refuse_unfit(token: Token, job: Job, answer: TaskListenerAnswer) -> None:
    """Raises `Rejection` where a listener cannot answer so, with nothing changed."""
    transition = transition_of(token.instance, token.key)
    if transition is None:
        return
    why, corrected = "", answer.corrections
    if answer.is_denied and corrected.given:
        why = "there are corrections as well; send one of both"
    elif answer.is_denied and transition.transition in _UNDENIABLE:
        why = f"a task that is {transition.transition} cannot be kept from it; leave the denial out"
    if why:
        raise Rejection(
            RejectionType.INVALID_ARGUMENT,
            f"Expected job with key '{job.key}' not to deny what it is a listener of, but it does, and {why}",
        )
    if corrected.assignee is not None and transition.transition == Transition.CREATING:
        assignee = _asked(transition).assignee
        if assignee:
            raise Rejection(
                RejectionType.INVALID_STATE,
                f"Expected job with key '{job.key}' to leave the assignee as it is, but it corrects it, and "
                f"the model gives the task to '{assignee}'; correct it in a listener on assigning",
            )
    user_tasks.refuse_unfit(token, corrected)


def _deny(token: Token, transition: UserTaskTransition, job: Job, reason: str) -> None:
    key = transition.user_task_key
    token.emit(UserTaskTransitionDenied(key, reason))
    said = f": {reason}" if reason else ", and has not said why"
    refusal = Rejection(
        RejectionType.INVALID_STATE,
        f"Expected user task with key '{key}' to go on {transition.transition}, but its listener "
        f"'{job.type}' has denied it{said}",
    )
    token.step.settled.append(Settled(transition.position, refusal))


def _end(token: Token, key: int) -> None:
    """The last listener has answered."""
    transition: UserTaskTransition = token.instance.rows[UserTaskTransition][key]
    change, before, corrections = change_of(transition), _asked(transition), _corrections(transition)
    token.emit(UserTaskTransitionEnded(key, corrections))
    token.step.settled.append(Settled(transition.position))
    if change.transition is Transition.CREATING:
        # what was begun with: who is put right by a listener of the creation was not assigned by anybody
        change = before
    following = user_tasks.settle(token, key, change)
    if following is not None:
        ask(token, key, following)


# -- swept away ----------------------------------------------------------------------------------------------


def terminating(token: Token) -> None:
    """The element is being swept away, and its task with it: its listeners are asked before, if there are.

    Where a person has held back the instance, nobody is asked.
    """
    key = token.instance.user_task_of.get(token.key)
    if key is None or asks_first(token.instance, token.key):
        return
    _tell_canceled(token, key)
    change = UserTaskChange(transition=Transition.CANCELING)
    if token.instance.suspension is not None or not _listeners_of(token, change):
        user_tasks.settle(token, key, change)
        return
    incidents.drop_incidents_of(token)
    token.emit(UserTaskTransitionBegun(key, change))
    attempt(token, _go_on)


def _leave_if_canceled(token: Token) -> None:
    if token.is_there and token.row.state == TERMINATING and not asks_first(token.instance, token.key):
        _leave(token)


def _leave(token: Token) -> None:
    """The listeners of a canceled task have answered: it goes, and what is swept away with it if it can.

    Where others inside are still asked, the last of them takes the rest along.
    """
    instance = token.instance
    swept = list(sweeps_around(token.step.state, instance, token.key))
    around = _around(token, *swept[0]) if swept else None
    at: Token | None = token
    while at is not None:
        scope = at.scope if at.scope_key else None
        is_gone = ending.terminate(at)
        # Where the page is full instead, the next one looks from the rows alone who is asked still.
        if is_gone and scope is not None and _are_some_asked(scope):
            return
        at = scope if scope is not None and scope.row.state == TERMINATING else None
    for owner, key in swept:
        if key in owner.rows[Sweep]:
            Course(token.step, owner).token(key).later(ending.go_on)
    if around is not None:
        around.later(_others_look)


def _around(token: Token, owner: InstanceState, swept_key: int) -> Token:
    """The scope that goes on without what is swept away."""
    sweep: Sweep = owner.rows[Sweep][swept_key]
    key = swept_key if sweep.through_key else owner.elements[swept_key].scope_key or swept_key
    return Course(token.step, owner).token(key)


def _are_some_asked(scope: Token) -> bool:
    """Whether something else inside that was swept away is there still."""
    elements = scope.instance.elements
    children = scope.instance.children.get(scope.key, ())
    return any(elements[key].state == TERMINATING for key in children)


def _others_look(scope: Token) -> None:
    """What was in a scope is gone: joins look whether they still wait, and it may have been the last."""
    if scope.row.state != ACTIVATED or scope.is_body:
        return
    if scope.node.ad_hoc is None:
        leaving.scope_may_end(scope)
    elif scope.key not in scope.instance.children:
        scope.room.child_left(scope, False)


def _tell_canceled(token: Token, key: int) -> None:
    """Whoever waits for something to become of the task is to know that nothing does."""
    transition: UserTaskTransition | None = token.instance.rows[UserTaskTransition].get(key)
    if transition is None or transition.transition == Transition.CANCELING:
        return
    refusal = Rejection(
        RejectionType.INVALID_STATE,
        f"Expected user task with key '{key}' to go on {transition.transition}, but it was canceled "
        "meanwhile: its element was swept away",
    )
    token.step.settled.append(Settled(transition.position, refusal))


# -- applying ------------------------------------------------------------------------------------------------

_encode = msgspec.msgpack.Encoder().encode
_asked_of = msgspec.msgpack.Decoder(UserTaskChange).decode
_corrections_of = msgspec.msgpack.Decoder(Corrections).decode


def _asked(transition: UserTaskTransition) -> UserTaskChange:
    return _asked_of(transition.asked)


def _corrections(transition: UserTaskTransition) -> Corrections:
    return _corrections_of(transition.corrections)


def _apply_begun(state: State, instance: InstanceState, event: UserTaskTransitionBegun) -> None:
    task, transition = instance.rows[UserTask][event.key], event.change.transition.value
    state.put(replace(task, state=transition))
    change, none = _encode(event.change), _encode(Corrections())
    state.put(UserTaskTransition(task.key, instance.key, transition, state.last_position, change, none))


def _apply_corrected(state: State, instance: InstanceState, event: UserTaskCorrected) -> None:
    transition = instance.rows[UserTaskTransition][event.key]
    corrections = replace(_corrections(transition), **event.corrections.given)
    state.put(replace(transition, corrections=_encode(corrections)))


def _apply_passed(state: State, instance: InstanceState, event: UserTaskListenersPassed) -> None:
    state.put(replace(instance.rows[UserTaskTransition][event.key], passed=event.count))


def count_answer(state: State, instance: InstanceState, job: Job) -> None:
    """The worker of a listener has answered; for the applier of its job's end."""
    transition = transition_of(instance, job.element_instance_key)
    if transition is not None:
        state.put(replace(transition, passed=transition.passed + 1))


def _apply_ended(state: State, instance: InstanceState, event: UserTaskTransitionEnded) -> None:
    state.delete(instance.rows[UserTaskTransition][event.key])
    task: UserTask = instance.rows[UserTask][event.key]
    assignee = event.corrections.assignee
    is_assigned = task.assignee if assignee is None else assignee
    user_tasks.change(state, replace(task, state=ASSIGNED if is_assigned else CREATED), event.corrections)


def _apply_denied(state: State, instance: InstanceState, event: UserTaskTransitionDenied) -> None:
    state.delete(instance.rows[UserTaskTransition][event.key])
    task: UserTask = instance.rows[UserTask][event.key]
    state.put(replace(task, state=ASSIGNED if task.assignee else CREATED))


CONTINUATIONS = {"others look": _others_look}
OF_INSTANCE = {
    UserTaskTransitionBegun: _apply_begun,
    UserTaskCorrected: _apply_corrected,
    UserTaskListenersPassed: _apply_passed,
    UserTaskTransitionEnded: _apply_ended,
    UserTaskTransitionDenied: _apply_denied,
}
