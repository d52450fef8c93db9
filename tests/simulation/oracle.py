"""Follows the committed log, tells the reference what came from outside, and compares what is open after
every commit.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from counterflow import kernel
from counterflow.kernel.course import asking, ending, moves, undo
from counterflow.kernel.course.beginning import ProcessInstanceCreated
from counterflow.kernel.data import scopes
from counterflow.kernel.events import conditional
from counterflow.kernel.events import message as messages
from counterflow.kernel.events import signal as signals
from counterflow.kernel.events import timer as timers
from counterflow.kernel.lives import jobs, quarantine, suspension, user_task_transitions, user_tasks
from counterflow.kernel.lives.deletions import ProcessDeleted
from counterflow.kernel.lives.deployments import ProcessDefined
from counterflow.kernel.lives.migration import ProcessInstanceMigrated
from counterflow.kernel.lives.modification import ProcessInstanceModified
from counterflow.kernel.rows import (
    ConditionalSubscription,
    Job,
    MessageSubscription,
    SignalSubscription,
    Timer,
    UserTask,
)
from counterflow.kernel.vocabulary import PARTITION_BITS, Event, LogEntry
from counterflow.kernel.work import held, incidents, pages
from counterflow.kernel.work.origin import INNER
from counterflow.model.graph import TASK_LISTENER_EVENTS
from counterflow.store.memory import MemoryStore
from tests.simulation.answers import KEYS_OF_A_WORLD, answer_of, listener_answer
from tests.simulation.invariants import Violation
from tests.simulation.reference import Reference
from tests.simulation.scopes import Disagreement, Path, undoing
from tests.simulation.shapes import Activity, ProcessShape, name_of
from tests.simulation.unfinished import is_at_rest

ACTIVATE = "ActivateAdHocSubProcessActivities"
WAITS = (
    timers.TimerScheduled,
    messages.SubscriptionOpened,
    signals.SignalSubscriptionOpened,
    conditional.ConditionalSubscriptionOpened,
)


def decision_of(seed: int, job_key: int) -> bool:
    """Whether the task of a job is to be done once more: the same for everyone who completes it."""
    is_late = job_key % (1 << PARTITION_BITS) > KEYS_OF_A_WORLD
    return not is_late and random.Random(f"{seed} again {job_key}").random() < 0.3


def data_of(seed: int, key: int) -> object:
    """The object that a job's worker, or a message, brings for mappings to read: the same for everyone who
    brings it.
    """
    x, y = random.Random(f"{seed} data {key}").choices(range(100), k=2)
    return {"x": x, "y": {"x": y}, "z": 0}


@dataclass
class Sightings:
    """What the log has named: where each key is, and when each element was at work."""

    paths: dict[int, Path] = field(default_factory=dict)
    names: Counter[tuple[int, str, int]] = field(default_factory=Counter)
    intervals: dict[Path, tuple[int, int]] = field(default_factory=dict)
    undone: dict[int, Path] = field(default_factory=dict)
    jobs: dict[int, int] = field(default_factory=dict)
    listeners: dict[int, str] = field(default_factory=dict)
    """The jobs of user tasks' listeners, and what each is asked about."""
    waits: dict[int, tuple[int, str]] = field(default_factory=dict)
    throws: set[int] = field(default_factory=set)
    """Element instances whose signal is out."""
    incidents: dict[int, int] = field(default_factory=dict)
    roots: dict[int, int] = field(default_factory=dict)
    """The instance that was begun from outside, by each instance that belongs to it."""


class Oracle:
    """Judges the structured process instances of one world, until somebody moves their tokens by hand.

    `drawn` are the processes of each file, by its checksum.
    """

    def __init__(self, seed: int, drawn: Mapping[bytes, Sequence[ProcessShape]]) -> None:
        self._seed = seed
        self._drawn = drawn
        self._defined: dict[int, ProcessShape] = {}
        self._latest: dict[str, ProcessShape] = {}
        self._seen = Sightings()
        self._references: dict[int, Reference] = {}
        self._not_followed: set[int] = set()
        """Instances that were told something between the pages of their work, their first one included."""
        self._position = 0
        self._under_way: dict[int, dict[int, int]] = {}
        """The errands of each undertaking by their places: the instances at which they are done."""
        self._untold: list[tuple[int, LogEntry, Sequence[Event]]] = []

    def read(self, entries: Sequence[LogEntry], store: MemoryStore) -> None:
        """Follow what was committed, and compare. Raises `Violation`."""
        for entry in entries:
            for event in kernel.events_of(entry):
                self._position += 1
                self._see(entry.process_instance_key, event)
        for entry in entries:
            events = kernel.events_of(entry)
            root = self._seen.roots.get(entry.process_instance_key, 0)
            self._follow_pages(root, entry, events)
            self._untold.append((root, entry, events))
        self._tell_what_is_at_rest()
        touched = dict.fromkeys(
            self._seen.roots[key] for key in (entry.process_instance_key for entry in entries) if key
        )
        for root in touched:
            if root in self._references and self._is_at_rest(root, store):
                self._compare(root, store)

    def _tell_what_is_at_rest(self) -> None:
        """What goes on in pages is told at its end, when it is known how long everything took."""
        waiting = {
            root for root in {root for root, _, _ in self._untold} if root and self._is_under_way(root)
        }
        untold, self._untold = self._untold, []
        for root, entry, events in untold:
            if root in waiting:
                self._untold.append((root, entry, events))
                continue
            for place, event in enumerate(events):
                self._tell(root, entry, event, events[place + 1 :])

    def _follow_pages(self, root: int, entry: LogEntry, events: Sequence[Event]) -> None:
        """Whoever is told something between the pages of their work is not followed any further: the reference
        does all that a command brings about at once.
        """
        if entry.command != "GoOn" and root and self._is_under_way(root):
            self._follow_no_more(root)
        for event in events:
            if isinstance(event, ProcessDefined):
                untold = {root for root, _, _ in self._untold if root}
                for changing in [key for key in untold | set(self._references) if self._is_under_way(key)]:
                    self._follow_no_more(changing)
            elif isinstance(event, ProcessInstanceMigrated | ProcessInstanceModified) and root:
                self._follow_no_more(root)
            elif isinstance(event, pages.WorkPutOff):
                self._under_way[event.key] = {row.place: row.process_instance_key for row in event.errands}
            elif isinstance(event, pages.PageEnded):
                errands = self._under_way[event.undertaking_key]
                for place in event.done:
                    del errands[place]
                errands.update({row.place: row.process_instance_key for row in event.errands})
            elif isinstance(event, pages.WorkEnded):
                del self._under_way[event.undertaking_key]

    def _follow_no_more(self, root: int) -> None:
        self._not_followed.add(root)
        self._references.pop(root, None)

    def _is_under_way(self, root: int) -> bool:
        """Whether an instance has something left for other pages, or something is on its way to nobody in
        particular.
        """
        return any(
            not key or self._seen.roots[key] == root
            for errands in self._under_way.values()
            for key in errands.values()
        )

    # -- naming ----------------------------------------------------------------------------------------------

    def _see(self, instance_key: int, event: Event) -> None:
        seen = self._seen
        if isinstance(event, ProcessInstanceCreated):
            seen.roots[event.key] = seen.roots.get(event.parent_instance_key, event.key)
            seen.paths[event.key] = (
                *seen.paths.get(event.parent_element_key, ()),
                (event.bpmn_process_id, 0, 0),
            )
        elif isinstance(event, moves.ElementActivating) and event.scope_key:
            own = (
                undoing(event.element_id, seen.undone[event.undo_key]) if event.undo_key else event.element_id
            )
            name = (event.scope_key, own, event.loop_counter)
            seen.paths[event.key] = (
                *seen.paths[event.scope_key],
                (own, event.loop_counter, seen.names[name]),
            )
            seen.names[name] += 1
        elif isinstance(event, undo.UndoRecorded):
            seen.undone[event.key] = seen.paths[event.element_instance_key]
        elif isinstance(event, moves.ElementActivated):
            seen.intervals[self._own(instance_key, event.key)] = (self._position, 0)
        elif isinstance(event, moves.ElementCompleted):
            path = self._own(instance_key, event.key)
            seen.intervals[path] = (seen.intervals[path][0], self._position)
        elif isinstance(event, asking.JobCreated | user_tasks.UserTaskCreated):
            seen.jobs[event.key] = event.element_instance_key
            if isinstance(event, asking.JobCreated) and event.listener_event_type in TASK_LISTENER_EVENTS:
                seen.listeners[event.key] = event.listener_event_type
        elif isinstance(event, WAITS):
            seen.waits[event.key] = (event.element_instance_key, event.catch_id)
        elif isinstance(event, signals.SignalBroadcast):
            seen.throws.add(event.thrower_key)
        elif isinstance(event, held.IncidentRaised):
            seen.incidents[event.key] = event.element_instance_key

    def _own(self, instance_key: int, key: int) -> Path:
        """Paths of different instances may be alike; those of one are its own."""
        return ((str(self._seen.roots[instance_key]), 0, 0), *self._seen.paths[key])

    # -- telling ---------------------------------------------------------------------------------------------

    def _tell(self, root: int, entry: LogEntry, event: Event, following: Sequence[Event]) -> None:
        if isinstance(event, ProcessDefined):
            shape = next(shape for shape in self._drawn[event.checksum] if shape.id == event.bpmn_process_id)
            self._defined[event.key] = self._latest[shape.id] = shape
        if isinstance(event, ProcessDeleted):
            gone = self._defined[event.key]
            left = [
                shape for key, shape in self._defined.items() if shape.id == gone.id and shape is not gone
            ]
            self._latest[gone.id] = left[-1]
        if isinstance(event, ProcessInstanceCreated):
            self._begin(event, following)
            return
        reference = self._references.get(root)
        if reference is None:
            return
        try:
            self._stimulate(reference, entry, event, following)
        except Disagreement as found:
            raise Violation(f"instance {root}, position {entry.position} on: {found}; {event}") from found

    def _begin(self, event: ProcessInstanceCreated, following: Sequence[Event]) -> None:
        if event.parent_instance_key:
            return
        first = next((found.values for found in following if isinstance(found, scopes.VariablesSet)), {})
        values: Mapping[str, Any] = {name: msgspec.json.decode(value) for name, value in first.items()}
        if "key" in values and event.key not in self._not_followed:
            root = ((str(event.key), 0, 0),)
            start_at = [name for name in (event.start_at or "").split("\n") if name]
            self._references[event.key] = Reference(
                self._defined[event.definition_key],
                self._latest.get,
                values,
                lambda path: self._seen.intervals[*root, *path],
                start_at,
            )

    def _stimulate(
        self, reference: Reference, entry: LogEntry, event: Event, following: Iterable[Event]
    ) -> None:
        seen, root = self._seen, self._seen.roots[entry.process_instance_key]
        if isinstance(event, jobs.JobCompleted | user_tasks.UserTaskCompleted):
            self._job_done(reference, event.key, following)
        elif isinstance(event, moves.ElementActivating) and entry.command == ACTIVATE:
            self._activated(reference, event, kernel.events_of(entry))
        elif isinstance(event, jobs.JobErrorThrown | user_tasks.UserTaskErrorThrown):
            caught = not isinstance(event, jobs.JobErrorThrown) or event.caught
            reference.job_threw(seen.paths[seen.jobs[event.key]], event.error_code, caught=caught)
        elif isinstance(event, timers.TimerTriggered):
            element_key, catch_id = seen.waits[event.key]
            after = next(iter(following), None)
            again = isinstance(after, timers.TimerScheduled) and (
                after.element_instance_key,
                after.catch_id,
            ) == (element_key, catch_id)
            reference.came(seen.paths[element_key], catch_id, again=again)
        elif (
            isinstance(event, messages.MessageCorrelated | messages.ElementTriggered | signals.SignalReceived)
            and event.receiver_key in seen.waits
        ):
            self._came(reference, event.receiver_key)
        elif isinstance(event, conditional.ConditionalTriggered) and event.key in seen.waits:
            self._came(reference, event.key)
        elif isinstance(event, moves.ElementCompleting) and event.key in seen.throws:
            reference.heard(seen.paths[event.key])
        elif _is_cancelled(root, entry, event):
            reference.cancelled()
        elif isinstance(event, incidents.IncidentResolved):
            reference.resolved(seen.paths[seen.incidents[event.key]])
        elif isinstance(event, scopes.VariablesSet) and event.scope_key == root:
            ways = {name: value for name, value in event.values.items() if name.startswith("c_")}
            reference.learn({name: msgspec.json.decode(value) for name, value in ways.items()})
        else:
            _stands_still_or_not(reference, event, seen.paths[entry.process_instance_key])

    def _listener_answered(self, job_key: int, following: Iterable[Event]) -> None:
        """What it has said is heeded: nothing becomes of a task whose listener has denied that."""
        answer = listener_answer(self._seed, job_key, self._seen.listeners[job_key])
        next_one = next(iter(following), None)
        is_denied = isinstance(next_one, user_task_transitions.UserTaskTransitionDenied)
        is_corrected = isinstance(next_one, user_task_transitions.UserTaskCorrected)
        if is_denied != answer.is_denied or is_corrected != bool(answer.corrections.given):
            raise Disagreement(f"the listener of job {job_key} has said {answer}, and then came {next_one}")

    def _job_done(self, reference: Reference, job_key: int, following: Iterable[Event]) -> None:
        if job_key in self._seen.listeners:
            self._listener_answered(job_key, following)
            return
        path = self._seen.paths[self._seen.jobs[job_key]]
        live = reference.by_path.get(path)
        if live is not None and isinstance(live.shape, Activity) and live.shape.kind == "ad_hoc":
            names = [name_of(course.steps[0]) for course in live.shape.activations]
            reference.answered(path, answer_of(self._seed, job_key, names))
        else:
            reference.job_done(path, repeats=decision_of(self._seed, job_key))

    def _activated(
        self, reference: Reference, first: moves.ElementActivating, events: Sequence[Event]
    ) -> None:
        """Somebody has activated something: the first activation that the reference does not know tells of all.

        What was swept away before it had to make way.
        """
        if first.loop_counter != INNER or self._seen.paths[first.key] in reference.by_path:
            return
        before = events[: events.index(first)]
        begun = [event for event in events[len(before) :] if isinstance(event, moves.ElementActivating)]
        inner = {event.key for event in begun if event.scope_key == first.scope_key}
        activities: dict[int, str] = {}
        for event in begun:  # what is entered first in each; a condition on its border may have come already
            if event.scope_key in inner:
                activities.setdefault(event.scope_key, event.element_id)
        reference.activated(
            self._seen.paths[first.scope_key],
            list(activities.values()),
            instead=any(isinstance(event, moves.ElementTerminated | ending.SweepBegun) for event in before),
        )

    def _came(self, reference: Reference, receiver_key: int) -> None:
        element_key, catch_id = self._seen.waits[receiver_key]
        live = reference.by_path.get(self._seen.paths[element_key])
        catch = live.waits.get(catch_id) if live is not None else None
        reference.came(
            self._seen.paths[element_key], catch_id, again=not getattr(catch, "interrupting", True)
        )

    # -- comparing -------------------------------------------------------------------------------------------

    def _is_at_rest(self, root: int, store: MemoryStore) -> bool:
        """Between the pages of its work there is nothing to compare: the reference knows no pages."""
        return all(is_at_rest(store, key) for key, found in self._seen.roots.items() if found == root)

    def _compare(self, root: int, store: MemoryStore) -> None:
        members = [key for key, found in self._seen.roots.items() if found == root]
        rows = [store.load_instance(key) for key in members]
        seen, reference = self._seen, self._references[root]
        at_work = {
            seen.paths[row.element_instance_key]
            for found in rows
            for table in (Job, UserTask)
            for row in found[table]
            if isinstance(row, Job | UserTask)
        }
        waits = {
            (seen.paths[row.element_instance_key], row.catch_id)
            for found in rows
            for table in (Timer, MessageSubscription, SignalSubscription, ConditionalSubscription)
            for row in found[table]
            if isinstance(row, Timer | MessageSubscription | SignalSubscription | ConditionalSubscription)
        }
        _agree(root, "jobs", reference.open_jobs(), at_work)
        _agree(root, "events waited for", reference.open_waits(), waits)


def _stands_still_or_not(reference: Reference, event: Event, path: Path) -> None:
    """An instance is set aside or suspended, or goes on."""
    if isinstance(event, quarantine.InstanceQuarantined):
        reference.aside.add(path)
    elif isinstance(event, suspension.InstanceSuspended):
        reference.suspended.add(path)
    elif isinstance(event, quarantine.InstanceReleased):
        reference.released(path)
    elif isinstance(event, suspension.InstanceResumed):
        reference.resumed(path)


def _is_cancelled(root: int, entry: LogEntry, event: Event) -> bool:
    """Whether the instance that was begun from outside ends here because somebody wants it to."""
    if isinstance(event, quarantine.InstanceAbandoned):
        return entry.process_instance_key == root
    is_ending = entry.command in {"CancelProcessInstance", "GoOn"}
    return isinstance(event, moves.ElementTerminating) and is_ending and event.key == root


def _agree(root: int, what: str, expected: set[Any], found: set[Any]) -> None:
    if expected != found:
        missing, surplus = sorted(expected - found), sorted(found - expected)
        raise Violation(
            f"instance {root}: {what} that must be open and are not: {missing}; that are open and must not be: {surplus}"
        )
