"""Why an instance has not gone on: for each token what it waits for, since when, and what would end that."""

from __future__ import annotations

import shlex
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Set
from typing import Final

from msgspec.structs import replace

from counterflow.kernel.unfinished import Errand
from counterflow.kernel.work.origin import BODY
from counterflow.model.graph import TASK_LISTENER_EVENTS
from counterflow.queries.instances import process_instance
from counterflow.queries.shapes import (
    ElementInstance,
    Incident,
    InstanceTree,
    Job,
    Join,
    Reason,
    Reasons,
    UndoRecord,
    UserTask,
    Wait,
)
from counterflow.store.port import Store

MOST_REASONS = 1_000
"""Of an instance and those that it has called, together."""
HELD_JOBS = {"failed", "error_thrown"}
"""States in which an incident speaks for the job."""
_OTHER_BRANCHES = "tokens of the other branches, from {}"
_OTHERS_GO_ON = "whatever lets those branches go on; if none can ever come, cancel the instance"
_STILL_TO_COME = "whatever can still come to it, of {}"
_NONE_CAN_COME = (
    "whatever lets the other tokens go on, or end: it goes on when none can reach it any more; where two "
    "such joins wait for each other, cancel the instance"
)
_ITS_CONDITION = "its activation condition to hold, which each token asks that comes; still to come: {}"
_A_ROUND = (
    "whatever lets the other tokens go on, or end: a round that has begun is over when none can reach it any "
    "more; if the condition can never hold, cancel the instance"
)
_JOINS: Final = {
    "inclusiveGateway": (_STILL_TO_COME, _NONE_CAN_COME),
    "complexGateway": (_ITS_CONDITION, _A_ROUND),
}
"""What each kind of join waits for, and the way on; the others wait for all branches."""
NOBODY = "no worker asks for this type at the moment"


def reasons(store: Store, process_instance_key: int, asked_for: Set[str]) -> Reasons:
    """Why an instance, and those that it has called, have not gone on. `asked_for` are the types of jobs that
    somebody takes by now. Raises `Rejection` for an unknown key.
    """
    first = process_instance(store, process_instance_key, active_only=True)
    reasons_found: list[Reason] = []
    trees = deque([first])
    left_out = False
    while trees and not left_out:
        tree = trees.popleft()
        key = tree.process_instance.key
        if left := len(store.scan(Errand, {"process_instance_key": key})):
            reasons_found.append(_Reasoning(tree, asked_for).work(left))
        for reason in _of_instance(tree, asked_for):
            reasons_found.append(reason)
            if reason.kind == "called_instance":
                trees.append(process_instance(store, reason.key, active_only=True))
        left_out = len(reasons_found) > MOST_REASONS or bool(tree.elements_left_out and _is_cut(tree))
    header = first.process_instance
    return Reasons(
        process_instance_key, header.bpmn_process_id, header.state, reasons_found[:MOST_REASONS], left_out
    )


def _is_cut(tree: InstanceTree) -> bool:
    """Whether more runs than the tree shows."""
    return sum(1 for _ in _running(tree.root)) >= MOST_REASONS


def _of_instance(tree: InstanceTree, asked_for: Set[str]) -> Iterator[Reason]:
    context = _Reasoning(tree, asked_for)
    if tree.quarantine_reason:
        yield context.quarantine(tree.quarantine_reason)
    if tree.process_instance.suspended_at_ms is not None:
        yield context.suspension(tree.process_instance.suspended_at_ms)
    if _waits_for_caller(tree):
        yield context.caller()
    undone_by = _undone_by(tree.undo_records)
    for element in _running(tree.root):
        yield from _of_element(context, element, undone_by.get(element.key, ()))


def _waits_for_caller(tree: InstanceTree) -> bool:
    """Whether nothing is left in a called process, which has not ended all the same."""
    root = tree.root
    is_done = root.state == "active" and not root.joins
    return (
        bool(tree.process_instance.parent_process_instance_key)
        and is_done
        and not any(not child.ended_position for child in root.children)
    )


def _running(root: ElementInstance) -> Iterator[ElementInstance]:
    """Those that have not ended, a scope before what is in it."""
    here = [root]
    while here:
        element = here.pop()
        if not element.ended_position:
            yield element
            here += reversed(element.children)


def _numbers(root: ElementInstance) -> dict[int, int]:
    """Of each element instance the number of the innermost instance of a loop that it is, or is in."""
    numbers: dict[int, int] = {}
    here = [(root, 0)]
    while here:
        element, around = here.pop()
        number = numbers[element.key] = element.loop_counter if element.loop_counter > 0 else around
        here += ((child, number) for child in element.children)
    return numbers


def _undone_by(records: Iterable[UndoRecord]) -> dict[int, list[UndoRecord]]:
    """What each throw waits for, by its key."""
    by_undo: dict[int, list[UndoRecord]] = {}
    for record in records:
        if record.state in {"taken", "started"}:
            by_undo.setdefault(record.throw_key, []).append(record)
    return by_undo


def _of_element(
    context: _Reasoning, element: ElementInstance, undone: Iterable[UndoRecord]
) -> Iterator[Reason]:
    """What holds the element itself first, then what would end that from its border."""
    for incident in element.incidents:
        if incident.state == "open":
            yield context.incident(element, incident)
    for job in element.jobs:
        if job.ended_at_ms is None and job.state not in HELD_JOBS:
            yield context.job(element, job)
    for task in element.user_tasks:
        if task.ended_at_ms is None and task.state not in TASK_LISTENER_EVENTS:
            yield context.user_task(element, task)
    waits = [context.wait(element, wait) for wait in element.waits if wait.state == "open"]
    yield from (reason for reason in waits if not reason.is_alternative)
    if element.called_instance_key:
        yield context.called(element)
    if undone := list(undone):
        yield context.compensation(element, undone)
    yield from (reason for reason in waits if reason.is_alternative)
    yield from _of_others(context, element)
    for join in element.joins:
        yield context.join(element, join)


def _of_others(context: _Reasoning, element: ElementInstance) -> Iterator[Reason]:
    """What others have to do before it goes on."""
    if context.waits_for_scope(element):
        yield context.scope(element)
    if context.waits_for_listeners(element):
        yield context.listeners(element)
    if _waits_for_activation(element):
        yield context.activation(element)


def _waits_for_activation(element: ElementInstance) -> bool:
    """Whether it is an ad-hoc sub-process in which nothing is active, and whose worker is not asked."""
    return (
        element.element_type == "adHocSubProcess"
        and element.state == "active"
        and element.loop_counter != BODY
        and all(child.ended_position for child in element.children)
        and all(job.ended_at_ms is not None for job in element.jobs)
    )


class _Reasoning:
    """Reasons in words, of one instance."""

    def __init__(self, tree: InstanceTree, asked_for: Set[str]) -> None:
        self._header = tree.process_instance
        self._root = tree.root
        self._asked_for = asked_for
        self._running = {element.key: element for element in _running(tree.root)}
        self._numbers = _numbers(tree.root)

    def quarantine(self, reason: str) -> Reason:
        """A person has to look at the whole instance."""
        key = self._header.key
        return self._reason(
            self._root,
            "quarantine",
            self._root.activated_at_ms,
            f"a person: it was set aside after a fault ({reason})",
            f"release it (`counterflow quarantine release {key}`), or cancel it",
        )

    def suspension(self, since_ms: int) -> Reason:
        """A person holds back the whole instance."""
        key = self._header.key
        return self._reason(
            self._root,
            "suspension",
            since_ms,
            "a person: it is suspended, and nothing of it goes on",
            f"resume it (`counterflow resume {key}`), or cancel it",
        )

    def work(self, left: int) -> Reason:
        """Nobody has to do anything: a large step is under way."""
        things = "one thing is" if left == 1 else f"{left} things are"
        return self._reason(
            self._root,
            "work",
            self._root.activated_at_ms,
            f"the server: a large step goes on in pages, of which {things} still to be done",
            "it goes on by itself, a page at a time, between what others ask for",
        )

    def caller(self) -> Reason:
        """A called process is done, and its caller takes nothing yet."""
        caller = self._header.parent_process_instance_key
        return self._reason(
            self._root,
            "suspension",
            self._root.activated_at_ms,
            f"process instance {caller}, which has called it and stands still: it ends when that goes on",
            f"resume the caller (`counterflow resume {caller}`), or release it",
        )

    def incident(self, element: ElementInstance, incident: Incident) -> Reason:
        """A person has to mend something."""
        reason = self._reason(
            element,
            "incident",
            incident.created_at_ms,
            f"a person: {incident.message}",
            f"{incident.remedy} (`counterflow resolve {incident.key}`)",
        )
        return replace(reason, key=incident.key, name=incident.error_type)

    def job(self, element: ElementInstance, job: Job) -> Reason:
        """A worker has to do something."""
        is_asked_for = job.type in self._asked_for
        waits_for, way_on = _JOB_WORDS[job.state](job, "" if is_asked_for else f"; {NOBODY}")
        if job.listener_event_type:
            waits_for = f"its {job.listener_event_type} listener: {waits_for}"
        reason = self._reason(
            element,
            "job",
            job.activated_at_ms or job.created_at_ms or 0,
            waits_for,
            way_on,
        )
        return replace(reason, key=job.key, name=job.type, due_at_ms=job.due_at_ms, is_asked_for=is_asked_for)

    def user_task(self, element: ElementInstance, task: UserTask) -> Reason:
        """A person has to do something."""
        waits_for, way_on = _user_task(task)
        reason = self._reason(element, "user_task", task.created_at_ms, waits_for, way_on)
        return replace(reason, key=task.key, name=task.assignee)

    def wait(self, element: ElementInstance, wait: Wait) -> Reason:
        """Something has to happen: to the element itself, or to an event that stands beside it."""
        is_other = wait.catch_id != element.element_id
        waits_for, way_on = _WAIT_WORDS[wait.kind](wait, element)
        reason = self._reason(
            element,
            wait.kind,
            wait.opened_at_ms,
            waits_for,
            way_on,
        )
        return replace(
            reason,
            key=wait.key,
            name=wait.name,
            correlation_key=wait.correlation_key,
            due_at_ms=wait.due_at_ms,
            catch_id=wait.catch_id if is_other else "",
            catch_name=wait.catch_name if is_other else "",
            is_alternative=is_other and element.element_type != "eventBasedGateway",
        )

    def called(self, element: ElementInstance) -> Reason:
        """Another instance has to end."""
        key = element.called_instance_key
        reason = self._reason(
            element,
            "called_instance",
            element.activated_at_ms,
            f"the end of process instance {key}, which it has called",
            f"whatever ends that instance (`counterflow why {key}`)",
        )
        return replace(reason, key=key)

    def waits_for_scope(self, element: ElementInstance) -> bool:
        """Whether somebody has put it into a scope that has not begun itself, and nothing is inside it."""
        scope = self._running.get(element.scope_key)
        is_innermost = all(child.ended_position for child in element.children)
        return is_innermost and scope is not None and scope.state == element.state == "activating"

    def waits_for_listeners(self, element: ElementInstance) -> bool:
        """Whether something is swept away before it goes on, and user tasks in that ask their listeners."""
        return element.awaited_key in self._running

    def listeners(self, element: ElementInstance) -> Reason:
        """What is swept away has to be gone first."""
        swept = self._running[element.awaited_key]
        name = swept.element_name or swept.element_id
        return self._reason(
            element,
            "task_listeners",
            element.activated_at_ms,
            f"what is swept away with '{name}' to be gone: listeners of its user tasks are asked before",
            "the workers of those listeners",
        )

    def scope(self, element: ElementInstance) -> Reason:
        """What is around it has to begin first."""
        scope = self._running[element.scope_key]
        name = scope.element_name or scope.element_id
        return self._reason(
            element,
            "scope",
            element.activated_at_ms,
            f"'{name}' around it to begin",
            f"whatever lets '{name}' begin",
        )

    def activation(self, element: ElementInstance) -> Reason:
        """Somebody has to begin something."""
        return self._reason(
            element,
            "ad_hoc",
            element.activated_at_ms,
            "somebody to activate one of its activities: nothing in it is active",
            f"activate some (`counterflow activate {element.key} ELEMENT`)",
        )

    def compensation(self, element: ElementInstance, undone: list[UndoRecord]) -> Reason:
        """What was done has to be undone."""
        handlers = ", ".join(f"'{record.handler_name or record.handler_id}'" for record in undone[:10])
        more = f" and {len(undone) - 10} more" if len(undone) > 10 else ""
        return self._reason(
            element,
            "compensation",
            element.activated_at_ms,
            f"the undo of {len(undone)} completed {'activity' if len(undone) == 1 else 'activities'}: "
            f"{handlers}{more}",
            "whatever ends the handlers that run",
        )

    def join(self, scope: ElementInstance, join: Join) -> Reason:
        """Another token has to come."""
        missing = [flow for flow in join.flows if flow.is_awaited]
        sources = ", ".join(f"'{flow.source_name or flow.source_id}' ({flow.flow_id})" for flow in missing)
        waits_for, way_on = _JOINS.get(join.element_type, (_OTHER_BRANCHES, _OTHERS_GO_ON))
        waits_for = waits_for.format(sources or "nothing")
        reason = self._reason(scope, "join", join.since_ms, waits_for, way_on)
        return replace(reason, element_id=join.element_id, element_name=join.element_name)

    def _reason(
        self, element: ElementInstance, kind: str, since_ms: int, waits_for: str, way_on: str
    ) -> Reason:
        return Reason(
            process_instance_key=self._header.key,
            bpmn_process_id=self._header.bpmn_process_id,
            element_instance_key=element.key,
            element_id=element.element_id,
            element_name=element.element_name,
            loop_counter=self._numbers.get(element.key, 0),
            kind=kind,
            since_ms=since_ms,
            waits_for=waits_for,
            way_on=way_on,
        )


def _activatable(job: Job, nobody: str) -> tuple[str, str]:
    return f"a worker to take a job of type '{job.type}'{nobody}", (
        f"a worker for '{job.type}', or a person (`counterflow jobs complete {job.key}`)"
    )


def _activated(job: Job, _: str) -> tuple[str, str]:
    return f"worker '{job.worker}', which has taken its job of type '{job.type}'", (
        f"that worker; after the deadline another one for '{job.type}'"
    )


def _backing_off(job: Job, nobody: str) -> tuple[str, str]:
    return f"the end of the back-off after a failed try, then a worker for '{job.type}'{nobody}", (
        f"the clock, then a worker for '{job.type}'"
    )


def _user_task(task: UserTask) -> tuple[str, str]:
    complete = f"`counterflow tasks complete {task.key}`"
    until = f", until {task.due_date}" if task.due_date else ""
    if task.assignee:
        return f"'{task.assignee}' to complete the user task{until}", f"{task.assignee} ({complete})"
    offered = [
        f"{kind} {', '.join(repr(name) for name in names[:10])}{' and others' if len(names) > 10 else ''}"
        for kind, names in (("groups", task.candidate_groups), ("users", task.candidate_users))
        if names
    ]
    whom = f" of the {' or '.join(offered)}" if offered else ""
    return f"somebody{whom} to complete the user task{until}", (
        f"whoever takes it (`counterflow tasks claim {task.key}`, then {complete})"
    )


def _timer(_: Wait, __: ElementInstance) -> tuple[str, str]:
    return "a moment", "the clock"


def _message(wait: Wait, element: ElementInstance) -> tuple[str, str]:
    """A receive task without a message waits by its own id."""
    command = f"`counterflow publish {shlex.quote(wait.name)} --key {shlex.quote(wait.correlation_key)}`"
    if element.element_type == "receiveTask" and wait.name == element.element_id == wait.catch_id:
        return "its trigger", f"whoever triggers it (`counterflow trigger {element.key}`, or {command})"
    or_instance = f", or with `--key {wait.instance_key}`" if wait.instance_key else ""
    return f"message '{wait.name}' with correlation key '{wait.correlation_key}'", (
        f"whoever publishes it ({command}{or_instance})"
    )


def _signal(wait: Wait, _: ElementInstance) -> tuple[str, str]:
    return f"signal '{wait.name}'", (
        f"whoever broadcasts it (`counterflow broadcast {shlex.quote(wait.name)}`)"
    )


def _condition(wait: Wait, element: ElementInstance) -> tuple[str, str]:
    """A change of any variable counts where none is named."""
    changes = " or ".join(f"'{name}'" for name in wait.variable_names) or "any variable"
    failure = f" (when it was asked last: {wait.failure})" if wait.failure else ""
    return f"condition '{wait.name}' to hold{failure}", (
        f"a change of {changes} after which it holds (`counterflow set-variables {element.key}`)"
    )


_JOB_WORDS: dict[str, Callable[[Job, str], tuple[str, str]]] = {
    "activatable": _activatable,
    "activated": _activated,
    "backing_off": _backing_off,
}
_WAIT_WORDS: dict[str, Callable[[Wait, ElementInstance], tuple[str, str]]] = {
    "timer": _timer,
    "message": _message,
    "signal": _signal,
    "condition": _condition,
}
