"""What must be true of the rows after every commit, whatever has happened.

Every active element has a next cause: a job, a wait, an incident, a child, a called instance, an undo under
way. Nothing is left of what has gone: no job, timer, subscription, variable, token or undo record without its
element.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from counterflow.kernel.elements.ad_hoc_activation import FULFILLED
from counterflow.kernel.row import Row
from counterflow.kernel.rows import (
    ArrivedPart,
    ArrivedToken,
    ConditionalStart,
    ConditionalSubscription,
    ElementInstance,
    Incident,
    Job,
    LoopItems,
    LoopOutput,
    Message,
    MessageCorrelation,
    MessageStart,
    MessageSubscription,
    ProcessDefinition,
    ProcessInstance,
    Quarantine,
    Repetition,
    SignalStart,
    SignalSubscription,
    StartLock,
    StartTimer,
    Timer,
    UndoRecord,
    UserTask,
    UserTaskCandidate,
    Variable,
)
from counterflow.kernel.suspended import Suspension
from counterflow.kernel.unfinished import Sweep, UserTaskTransition
from counterflow.kernel.work.origin import BODY
from counterflow.model.events import CatchDefinition, TimerDefinition
from counterflow.model.graph import TASK_LISTENER_EVENTS, Behaviour, Node, Process
from counterflow.store.memory import MemoryStore
from tests.simulation.unfinished import is_at_rest, is_swept, with_errands

WITH_JOBS = {Behaviour.JOB_TASK, Behaviour.AD_HOC_SUB_PROCESS}
SCOPES = {
    Behaviour.PROCESS,
    Behaviour.SUB_PROCESS,
    Behaviour.EVENT_SUB_PROCESS,
    Behaviour.AD_HOC_SUB_PROCESS,
    Behaviour.AD_HOC_INNER_INSTANCE,
}
PASSED_AT_ONCE = {
    Behaviour.START_EVENT,
    Behaviour.BOUNDARY_EVENT,
    Behaviour.PARALLEL_GATEWAY,
    Behaviour.PASS_THROUGH,
}


class Violation(AssertionError):
    """Something is not as it must be; the message says what, and where."""


class InstanceCheck:
    """One process instance as it was committed, and everything that is wrong with it."""

    def __init__(self, store: MemoryStore, process: Process, rows: Mapping[type[Row], Sequence[Any]]) -> None:
        self._store = store
        self._nodes = process.nodes
        self._header: ProcessInstance = rows[ProcessInstance][0]
        self._rows = rows
        self._elements: dict[int, ElementInstance] = {row.key: row for row in rows[ElementInstance]}
        self._children = Counter(row.scope_key for row in rows[ElementInstance])
        self._jobs: dict[int, Job] = {row.element_instance_key: row for row in rows[Job]}
        self._user_tasks: dict[int, UserTask] = {row.element_instance_key: row for row in rows[UserTask]}
        self._transitions: dict[int, UserTaskTransition] = {
            row.user_task_key: row for row in rows[UserTaskTransition]
        }
        self._held = Counter(row.element_instance_key for row in rows[Incident])
        self._waits = Counter(
            (row.element_instance_key, row.catch_id)
            for table in (Timer, MessageSubscription, SignalSubscription, ConditionalSubscription)
            for row in rows[table]
        )
        self._arrived = Counter((row.element_instance_key, row.catch_id) for row in rows[ArrivedPart])
        self._waiting = {key for key, _ in self._waits}
        self._loops: dict[int, Repetition] = {row.element_instance_key: row for row in rows[Repetition]}
        self._with_errands = with_errands(store, self._header.key)
        self._is_sweeping = bool(rows[Sweep]) or is_swept(store, self._header.key)
        self._undo: dict[int, UndoRecord] = {row.key: row for row in rows[UndoRecord]}
        self._undoing = {row.throw_key for row in rows[UndoRecord] if row.state == "started"}
        self._with_tokens = {row.scope_key for row in rows[ArrivedToken]}
        self._with_incident = {row.job_key for row in rows[Incident]}
        self._beginning = {
            row.scope_key
            for row in rows[ElementInstance]
            if process.nodes[row.element_id].behaviour is Behaviour.START_EVENT
        }
        """Scopes whose start event has not been left yet."""

    def wrong(self) -> Iterator[str]:
        """Everything that is wrong, in words."""
        if self._header.state != "active":
            yield from (
                f"it has ended and still has {row}"
                for table, rows in self._rows.items()
                if table is not ProcessInstance
                for row in rows
            )
        elif self._rows[Quarantine] and is_swept(self._store, self._header.key):
            if self._header.key not in self._elements:
                yield "it is cancelled as it stands, and its root element is gone before the others"
        else:
            checks = (
                self._element_rows,
                self._job_rows,
                self._user_task_rows,
                self._wait_rows,
                self._part_rows,
                self._loop_rows,
                self._undo_rows,
                self._small_rows,
            )
            for check in checks:
                yield from check()
            yield from (f"{row} sweeps nothing" for row in self._rows[Sweep] if not self._is_there(row))

    def _is_there(self, sweep: Sweep) -> bool:
        return sweep.element_instance_key in self._elements

    def _goes_on(self, key: int) -> bool:
        """Whether another page has something to do at an element, or is to sweep it away."""
        return key in self._with_errands or (self._is_sweeping and is_swept(self._store, key))

    def _element_rows(self) -> Iterator[str]:
        if self._header.key not in self._elements:
            yield "it is active and its root element is gone"
        caller_key = self._header.parent_element_key
        if caller_key and self._store.get(ElementInstance, (caller_key,)) is None:
            yield f"it is active and the call activity {caller_key} that has called it is gone"
        for element in self._elements.values():
            if element.scope_key and element.scope_key not in self._elements:
                yield f"{element} is in a scope that is gone"
            if self._goes_on(element.key) or self._waits_for_its_scope(element):
                continue
            if element.state == "terminating":
                yield f"{element} was left half swept away"
            elif element.state != "activated" and not self._held[element.key] and not self._listens(element):
                yield f"{element} stands still: it is {element.state} and no incident holds it"
            elif (
                element.state == "activated" and not self._held[element.key] and not self._has_cause(element)
            ):
                yield f"{element} has no next cause"

    def _waits_for_its_scope(self, element: ElementInstance) -> bool:
        """Whether it was put by hand inside something that has not begun itself yet."""
        scope = self._elements.get(element.scope_key)
        return element.state == "activating" and scope is not None and scope.state == "activating"

    def _listens(self, element: ElementInstance) -> bool:
        """Whether it stands before its work, or behind it, for a listener's job."""
        job = self._jobs.get(element.key)
        if job is not None and job.listener_event_type in TASK_LISTENER_EVENTS:
            task = self._user_tasks.get(element.key)
            return element.state == "activated" and task is not None and task.key in self._transitions
        told = {"activating": "start", "completing": "end"}.get(element.state)
        return job is not None and job.listener_event_type == told

    def _has_cause(self, element: ElementInstance) -> bool:
        node = self._nodes[element.element_id]
        behaviour = node.behaviour
        if element.loop_counter == BODY:
            return self._children[element.key] > 0 and element.key in self._loops
        if behaviour in SCOPES:
            return (
                self._children[element.key] > 0
                or element.key in self._with_tokens
                or (not element.scope_key and self._stands_at_its_end())
                or (element.key in self._jobs and node.ad_hoc is not None)
                or self._waits_for_somebody(element, node)
            )
        if behaviour is Behaviour.JOB_TASK:
            return element.key in self._jobs
        if behaviour is Behaviour.USER_TASK:
            return element.key in self._user_tasks
        if behaviour is Behaviour.CALL_ACTIVITY:
            called = self._store.get(ProcessInstance, (element.called_instance_key,))
            return (
                called is not None and called.state == "active" and called.parent_element_key == element.key
            )
        begins_with_others = behaviour is Behaviour.START_EVENT and node.all_have_to_come
        if begins_with_others or behaviour in (Behaviour.CATCH_EVENT, Behaviour.EVENT_BASED_GATEWAY):
            return element.key in self._waiting
        if behaviour in (Behaviour.THROW_EVENT, Behaviour.END_EVENT):
            return element.key in self._undoing
        return False

    def _waits_for_somebody(self, element: ElementInstance, node: Node) -> bool:
        """An ad-hoc sub-process in which nothing is active may wait for a person who activates something."""
        loop = self._loops.get(element.key)
        if node.ad_hoc is None or loop is None or element.interrupted or loop.total == FULFILLED:
            return False
        return node.work is not None or node.ad_hoc.completion_condition is not None or not loop.completed

    def _stands_at_its_end(self) -> bool:
        """It does not end before its caller, which is set aside, is released; nor before itself is."""
        header = self._header
        return any(
            self._store.get(table, (key,)) is not None
            for table in (Quarantine, Suspension)
            for key in (header.parent_instance_key, header.key)
        )

    def _job_rows(self) -> Iterator[str]:
        if len(self._jobs) != len(self._rows[Job]):
            yield "an element has two jobs"
        for job in self._jobs.values():
            if self._goes_on(job.element_instance_key):
                continue
            element = self._elements.get(job.element_instance_key)
            if element is not None and job.listener_event_type:
                if not self._listens(element):
                    yield f"{job} is told of what is not happening to {element}"
            elif (
                element is None
                or element.state != "activated"
                or element.interrupted
                or self._nodes[element.element_id].behaviour not in WITH_JOBS
            ):
                yield f"{job} is of no task at work, but of {element}"
            if (job.state in {"failed", "error_thrown"}) != (job.key in self._with_incident):
                yield f"{job} and its incident do not agree: {self._rows[Incident]}"
            if (job.due_ms is not None) != (job.state in {"activated", "backing_off"}):
                yield f"{job} waits for no moment, or for one that means nothing"

    def _user_task_rows(self) -> Iterator[str]:
        if len(self._user_tasks) != len(self._rows[UserTask]):
            yield "an element has two user tasks"
        for task in self._user_tasks.values():
            element = self._elements.get(task.element_instance_key)
            is_at_work = element is not None and element.state == "activated" and not element.interrupted
            if not is_at_work and not self._goes_on(task.element_instance_key):
                yield f"{task} is of no element at work, but of {element}"
            transition = self._transitions.get(task.key)
            if transition is not None and (transition.transition != task.state or not self._is_asked(task)):
                yield f"{task} does not agree with {transition}, or nobody is asked"
            if transition is None and (task.state == "assigned") != bool(task.assignee):
                yield f"{task} does not agree with itself"
        if not self._transitions.keys() <= {task.key for task in self._user_tasks.values()}:
            yield "something is to become of a user task that is not there"
        offered = {row.key: row.candidate_groups for row in self._user_tasks.values()}
        for candidate in self._rows[UserTaskCandidate]:
            if f'"{candidate.name}"' not in offered.get(candidate.user_task_key, ""):
                yield f"{candidate} may do nothing"

    def _is_asked(self, task: UserTask) -> bool:
        """Whether a listener of its task is, or an incident holds that."""
        key = task.element_instance_key
        return key in self._jobs or bool(self._held[key]) or self._goes_on(key)

    def _wait_rows(self) -> Iterator[str]:
        for (key, catch_id), count in self._waits.items():
            if self._goes_on(key):
                continue
            element = self._elements.get(key)
            if element is None or element.state != "activated":
                yield f"{element} waits for '{catch_id}' without being at work"
            elif catch_id not in self._expected_waits(element):
                yield f"{element} must not wait for '{catch_id}'"
            elif count > 1:
                yield f"{element} waits for '{catch_id}' {count} times"
        for element in self._elements.values():
            is_waiting = element.state == "activated" and not element.triggered
            if is_waiting and not (self._is_sweeping or self._with_errands):
                yield from self._missing_waits(element)

    def _part_rows(self) -> Iterator[str]:
        """Of several events that all have to come, some have: never all, and what comes once is waited for no
        more.
        """
        for (key, part_id), count in self._arrived.items():
            element, part = self._elements.get(key), self._nodes[part_id]
            event = self._nodes[part.part_of or ""]
            if element is None or part_id not in self._nodes[element.element_id].waits_for:
                yield f"'{part_id}' has come to {element}, which does not wait for it"
            if count > 1 or all(self._arrived[key, other] for other in event.parts):
                yield f"'{part_id}' has come to {element} {count} times, and with the others that have to come"
            is_once = event.interrupting or event.behaviour is Behaviour.CATCH_EVENT
            if is_once and self._waits[key, part_id]:
                yield f"{element} waits for '{part_id}', which has come"

    def _missing_waits(self, element: ElementInstance) -> Iterator[str]:
        """What begins event sub-processes is waited for once the start event of their scope is left."""
        is_beginning = element.key in self._beginning
        for catch_id in self._expected_waits(element):
            if is_beginning and self._nodes[catch_id].behaviour is Behaviour.START_EVENT:
                continue
            if (element.key, catch_id) in self._arrived:
                continue
            once = (
                isinstance(self._nodes[catch_id].event, TimerDefinition)
                and not self._nodes[catch_id].interrupting
            )
            if not once and not self._waits[element.key, catch_id]:
                yield f"{element} must wait for '{catch_id}'"

    def _expected_waits(self, element: ElementInstance) -> set[str]:
        node = self._nodes[element.element_id]
        return {
            catch_id
            for catch_id in node.waits_for
            if self._is_waited_for(element, node, self._nodes[catch_id])
        }

    def _is_waited_for(self, element: ElementInstance, node: Node, catch: Node) -> bool:
        if not isinstance(catch.event, CatchDefinition):
            return False
        is_on_border = catch.attached_to == node.id
        if element.loop_counter and is_on_border != (element.loop_counter == BODY):
            return False
        return is_on_border or not element.interrupted

    def _loop_rows(self) -> Iterator[str]:
        for loop in self._loops.values():
            body = self._elements.get(loop.element_instance_key)
            is_ad_hoc = body is not None and self._nodes[body.element_id].ad_hoc is not None
            if body is None or (body.loop_counter != BODY and not is_ad_hoc):
                yield f"{loop} is of no body"
            elif (
                body.loop_counter == BODY
                and not self._held[body.key]
                and not self._goes_on(body.key)
                and not self._is_sweeping
            ):
                yield from self._loop_counts(loop, body)
        for row in (*self._rows[LoopItems], *self._rows[LoopOutput]):
            if row.element_instance_key not in self._loops:
                yield f"{row} has outlived its loop"

    def _loop_counts(self, loop: Repetition, body: ElementInstance) -> Iterator[str]:
        definition = self._nodes[body.element_id].multi_instance
        at_work = self._children[body.key]
        is_parallel = definition is not None and not definition.is_sequential
        expected = loop.total - loop.completed if is_parallel else 1
        if at_work != expected or 0 <= loop.total <= loop.completed:
            yield f"{loop} has {at_work} instances at work"

    def _is_losing_undo(self) -> bool:
        """A scope that is about to complete lets go of what is in it, page by page."""
        completing = (row.key for row in self._elements.values() if row.state == "completing")
        return any(key in self._with_errands for key in completing)

    def _undo_rows(self) -> Iterator[str]:
        if self._is_sweeping:
            return
        inside = Counter(row.scope_key for row in self._undo.values())
        containers = {row.element_instance_key for row in self._undo.values() if row.variables is not None}
        for row in self._undo.values():
            if row.scope_key not in self._elements and row.scope_key not in containers:
                yield f"{row} can be reached by no throw"
            throw, handler = self._elements.get(row.throw_key), self._elements.get(row.handler_key)
            if row.state in {"taken", "started"} and throw is None:
                yield f"{row} was taken by a throw that is gone"
            if row.state == "started" and (handler is None or handler.undo_key != row.key):
                yield f"{row} was started and its handler is gone"
            if row.state in {"available", "container"} and (row.throw_key or row.handler_key):
                yield f"{row} belongs to a throw"
            is_empty = row.state == "container" and not inside[row.element_instance_key]
            if is_empty and not self._is_losing_undo():
                yield f"{row} is empty"

    def _small_rows(self) -> Iterator[str]:
        for table in (Variable, ArrivedToken):
            yield from (
                f"{row} has lost its scope"
                for row in self._rows[table]
                if row.scope_key not in self._elements
            )
        yield from (
            f"{row} has lost its element"
            for row in self._rows[Incident]
            if row.element_instance_key not in self._elements
        )
        tokens = {(token.scope_key, token.flow_id) for token in self._rows[ArrivedToken] if token.count > 0}
        for scope_key, gateway_id in {
            (token.scope_key, token.gateway_id) for token in self._rows[ArrivedToken]
        }:
            if self._goes_on(scope_key):
                continue
            if all((scope_key, flow.id) in tokens for flow in self._nodes[gateway_id].incoming):
                yield f"every flow into '{gateway_id}' has a token and nothing goes on"


def check_shared(store: MemoryStore, now_ms: int) -> Iterator[str]:
    """What belongs to no instance, and who waits for a message that is there."""
    yield from _begun_by_others(store)
    yield from _missed_messages(store, now_ms)
    messages = {row.key for row in store.scan(Message, {})}
    yield from (
        f"{row} has outlived its message"
        for row in store.scan(MessageCorrelation, {})
        if row.message_key not in messages
    )
    for lock in store.scan(StartLock, {}):
        holder = store.get(ProcessInstance, (lock.process_instance_key,))
        if holder is None or holder.state != "active":
            yield f"{lock} is held by an instance that has ended"


def _begun_by_others(store: MemoryStore) -> Iterator[str]:
    """What begins instances of a version that is not the latest that is left."""
    latest = {row.bpmn_process_id: row.key for row in store.scan(ProcessDefinition, {"deleted_at_ms": None})}
    begin: list[StartTimer | MessageStart | SignalStart | ConditionalStart] = [
        *store.scan(StartTimer, {}),
        *store.scan(MessageStart, {}),
        *store.scan(SignalStart, {}),
        *store.scan(ConditionalStart, {}),
    ]
    for row in begin:
        if row.definition_key not in latest.values():
            yield f"{row} begins instances of a version that is not the latest"


def _missed_messages(store: MemoryStore, now_ms: int) -> Iterator[str]:
    there = [message for message in store.scan(Message, {}) if message.expires_at_ms > now_ms]
    if not there:
        return
    aside = {row.process_instance_key for row in store.scan(Quarantine, {})}
    aside |= {row.process_instance_key for row in store.scan(Suspension, {})}
    waiting = [row for row in store.scan(MessageSubscription, {}) if row.process_instance_key not in aside]
    for message in there:
        for row in waiting:
            if not is_at_rest(store, row.process_instance_key):
                continue
            # One without a key reaches who comes to wait alone, and not who is left alone.
            if row.message_name == message.name and message.correlation_key in {*row.keys} - {""}:
                header = store.get(ProcessInstance, (row.process_instance_key,))
                if (
                    header is not None
                    and store.get(MessageCorrelation, (message.key, header.bpmn_process_id)) is None
                ):
                    yield f"{row} waits, and {message} is there and has not reached it"
