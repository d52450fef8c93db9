"""What must be true of the log, event by event: keys rise, lives take legal courses, undo is exact and in
mirror order.

The history keeps its own small books from the events alone; it never looks at the kernel's state.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from msgspec.structs import replace

from counterflow import kernel
from counterflow.kernel.course import asking, ending, joins, moves, undo
from counterflow.kernel.course.beginning import ProcessInstanceCreated
from counterflow.kernel.course.ending import SweepBegun
from counterflow.kernel.events import cancel, conditional, multiple
from counterflow.kernel.events import message as messages
from counterflow.kernel.events import signal as signals
from counterflow.kernel.events import timer as timers
from counterflow.kernel.lives import (
    jobs,
    migration,
    quarantine,
    suspension,
    user_task_transitions,
    user_tasks,
)
from counterflow.kernel.lives.modification import JoinEmptied
from counterflow.kernel.vocabulary import Event, LogEntry
from counterflow.model.events import CompensateDefinition, SignalDefinition
from counterflow.model.graph import Behaviour, Dialect, Process
from tests.simulation.asking import Asking
from tests.simulation.books import Life, Undo
from tests.simulation.coming import Coming
from tests.simulation.faults import SET_ASIDE
from tests.simulation.hearing import Hearing
from tests.simulation.holding import Holding
from tests.simulation.invariants import Violation

THROWS = {Behaviour.THROW_EVENT, Behaviour.END_EVENT}
UNCONDITIONAL = {
    Behaviour.JOB_TASK,
    Behaviour.USER_TASK,
    Behaviour.SUB_PROCESS,
    Behaviour.CALL_ACTIVITY,
    Behaviour.PARALLEL_GATEWAY,
    Behaviour.CATCH_EVENT,
}


RISING = (
    signals.SignalThrown,
    signals.SignalSubscriptionOpened,
    conditional.ConditionalSubscriptionOpened,
    conditional.ConditionalStartOpened,
    multiple.PartArrived,
)
HELD = suspension.InstanceSuspended | suspension.InstanceResumed
ENDS_AS_IT_STANDS = ending.SweepBegun | quarantine.RowsAbandoned | quarantine.InstanceAbandoned


class History(Coming):
    """Reads the committed log as it grows."""

    def __init__(self, process_of: Callable[[int], Process]) -> None:
        super().__init__()
        self._process_of = process_of
        self.hearing = Hearing()
        self.asking = Asking(self.books.elements)
        self._holding = Holding()
        self._is_by_hand = False
        """Whether somebody modifies an instance: what begins in it may be inside what has yet to begin."""
        self._flow_next: tuple[int, str] | None = None
        self._leaving: list[tuple[int, str]] = []
        self._must_take: set[int] | None = None

    def read(self, entries: Iterable[LogEntry]) -> None:
        """Check what has been committed. Raises `Violation`."""
        for entry in entries:
            self._expect(
                entry.position == self._position + 1,
                f"the log goes on at {entry.position} after {self._position}",
            )
            self._expect(entry.timestamp_ms >= self._now_ms, "time goes back in the log")
            self._now_ms, self._instance_key = entry.timestamp_ms, entry.process_instance_key
            self._is_by_hand = entry.command == "ModifyProcessInstance"
            for event in kernel.events_of(entry):
                self._position += 1
                self._one(event)
        for wrong in (*self.hearing.missed(), *self.asking.missed()):
            self._expect(False, wrong)

    def _one(self, event: Event) -> None:
        # who cancels one that is set aside sweeps away first what it has called, in pages
        is_cancelled = isinstance(event, SweepBegun) and event.element_instance_key == self._instance_key
        leaves = is_cancelled or isinstance(event, quarantine.InstanceReleased | HELD | ENDS_AS_IT_STANDS)
        if self._instance_key in self.books.aside and not leaves:
            self._expect(False, f"the instance is set aside, and then came {event}")
        held = self._holding.follow(event, self._instance_key)
        aside, suspended = self.books.aside, self._holding.instances
        still = aside | suspended if suspended else aside
        heard = self.hearing.follow(event, self._instance_key, still, self._holding.definitions)
        asked = self.asking.follow(event, self._instance_key)
        for wrong in (*self._sweeping.follow(event), *held, *heard, *asked):
            self._expect(False, wrong)
        if isinstance(event, RISING) or (
            isinstance(event, signals.SignalBroadcast) and not event.thrower_key
        ):
            self._rises(event.key)
        self._follow_up(event)
        if (check := _CHECKS.get(type(event))) is not None:
            check(self, event)

    # -- tokens ----------------------------------------------------------------------------------------------

    def _follow_up(self, event: Event) -> None:
        """A flow that is taken reaches its end at once; an activity that completes is left along its
        flows.
        """
        if self._flow_next is not None:
            scope_key, flow_id = self._flow_next
            target = self._flow_target(flow_id)
            is_entered = isinstance(event, moves.ElementActivating) and (
                event.scope_key,
                event.element_id,
            ) == (scope_key, target)
            has_arrived = isinstance(event, joins.TokenArrived) and (
                event.scope_key,
                event.flow_id,
            ) == (scope_key, flow_id)
            self._expect(is_entered or has_arrived, f"a token went along '{flow_id}' and got lost: {event}")
            self._flow_next = None
        elif (
            self._leaving
            and isinstance(event, moves.FlowTaken)
            and (event.scope_key, event.flow_id) == self._leaving[0]
        ):
            self._leaving.pop(0)
        elif self._leaving and not isinstance(
            event, moves.ElementActivating | joins.FlowsJoined | undo.UndoCompleted
        ):
            self._expect(
                False, f"a completed element was to be left along {self._leaving[0]}, and then came {event}"
            )
        if self._must_take is not None:
            taken = set(event.keys) if isinstance(event, undo.UndoTaken) else set()
            self._expect(self._must_take <= taken, f"a throw reaches {self._must_take} and takes {taken}")
            self._must_take = None

    def _flow_target(self, flow_id: str) -> str:
        process = self._process_of(self._instance_key)
        return next(
            flow.target for node in process.nodes.values() for flow in node.outgoing if flow.id == flow_id
        )

    def flow_taken(self, event: moves.FlowTaken) -> None:
        self._flow_next = (event.scope_key, event.flow_id)

    def token_arrived(self, event: joins.TokenArrived) -> None:
        self.books.tokens[event.scope_key, event.flow_id] += 1

    def joined(self, event: joins.FlowsJoined | joins.GatewayActivated | joins.GatewayReset) -> None:
        node = self._process_of(self._instance_key).nodes[event.gateway_id]
        incoming, joined = {flow.id for flow in node.incoming}, set(event.flow_ids)
        is_whole = joined == incoming if node.behaviour is Behaviour.PARALLEL_GATEWAY else joined <= incoming
        self._expect(is_whole, f"{event} joins other flows than those of the diagram")
        for flow_id in event.flow_ids:
            self._expect(
                self.books.tokens[event.scope_key, flow_id] > 0, f"{event} joins a token that is not there"
            )
            self.books.tokens[event.scope_key, flow_id] -= 1

    # -- elements --------------------------------------------------------------------------------------------

    def created(self, event: ProcessInstanceCreated) -> None:
        self._instance_key = event.key
        self._rises(event.key)

    def activating(self, event: moves.ElementActivating) -> None:
        if event.scope_key:
            self._rises(event.key)
            scope = self.books.elements.get(event.scope_key)
            is_made = self._is_by_hand and scope is not None and scope.state == "activating"
            self._expect(
                is_made or (scope is not None and scope.state == "activated"),
                f"{event} begins in a scope that is not at work: {scope}",
            )
        self._expect(event.key not in self.books.elements, f"{event} comes a second time")
        life = Life(
            event.key,
            self._instance_key,
            event.scope_key,
            event.element_id,
            event.loop_counter,
            event.undo_key,
        )
        self.books.elements[event.key] = life
        if event.undo_key:
            self.books.handlers[event.undo_key] = life
        self.books.children[event.scope_key] += 1

    def activated(self, event: moves.ElementActivated) -> None:
        life = self._move(event.key, "activated", "activating")
        life.activated = self._position
        definition = self._process_of(self._instance_key).nodes[life.element_id].event
        behaviour = self._process_of(self._instance_key).nodes[life.element_id].behaviour
        if (
            isinstance(definition, CompensateDefinition)
            and definition.activity is None
            and behaviour in THROWS
        ):
            self._must_take = {
                row.recorded.key for row in self.books.undo_inside[life.scope_key] if row.state == "available"
            }

    def completing(self, event: moves.ElementCompleting) -> None:
        life = self._move(event.key, "completing", "activated")
        node = self._process_of(self._instance_key).nodes[life.element_id]
        if isinstance(node.event, SignalDefinition) and node.behaviour in THROWS:
            self._expect(event.key in self.hearing.out, f"{life} goes on before its signal is out")
        self._expect(
            self.books.children[event.key] == 0,
            f"{self.books.elements[event.key]} ends before what is inside it",
        )

    def completed(self, event: moves.ElementCompleted) -> None:
        life = self._move(event.key, "completed", "completing")
        self._gone(life)
        process = self._process_of(self._instance_key)
        node = process.nodes[life.element_id]
        if (
            life.loop_counter <= 0
            and node.behaviour in UNCONDITIONAL
            and not any(flow.condition for flow in node.outgoing)
        ):
            self._leaving = [(life.scope_key, flow.id) for flow in node.outgoing]
        each = process.dialect is Dialect.CAMUNDA or node.standard_loop is not None
        by_itself = life.loop_counter == 0 or (life.loop_counter > 0) == each
        own = node.compensation is not None and by_itself and not life.undo_key
        recorded = self.books.own_undo[event.key]
        self._expect(recorded == int(own), f"{life} has completed with {recorded} undo records of its own")

    def terminating(self, event: moves.ElementTerminating) -> None:
        self._move(event.key, "terminating", "activating", "activated", "completing")

    def terminated(self, event: moves.ElementTerminated) -> None:
        self._gone(self._move(event.key, "terminated", "terminating"))

    def _move(self, key: int, to: str, *sources: str) -> Life:
        life = self.books.elements.get(key)
        if life is None or life.state not in sources:
            raise Violation(f"at position {self._position}: {life} cannot become {to}")
        life.state = to
        return life

    def _gone(self, life: Life) -> None:
        self.books.children[life.scope_key] -= 1
        if not life.scope_key:
            self.books.ended[life.key] = life.state

    # -- by hand ---------------------------------------------------------------------------------------------

    def joins_emptied(self, event: JoinEmptied) -> None:
        for flow in self._process_of(self._instance_key).nodes[event.gateway_id].incoming:
            self.books.tokens[event.scope_key, flow.id] = 0

    def element_migrated(self, event: migration.ElementMigrated) -> None:
        self.books.elements[event.key].element_id = event.target_element_id

    def wait_migrated(self, event: migration.WaitMigrated) -> None:
        """A timer is due at its moment and as often as before, a message is for whom it was."""
        if event.key in self.books.subscriptions:
            found = self.books.subscriptions[event.key]
            self.books.subscriptions[event.key] = replace(found, catch_id=event.catch_id)
        before = self.books.timer_places.get(event.key)
        if before is not None:
            place = event.element_instance_key, event.catch_id
            self.books.timer_places[event.key] = place
            self.books.repetitions[place] = self.books.repetitions.pop(before)

    def tokens_migrated(self, event: migration.TokensMigrated) -> None:
        tokens = self.books.tokens
        counts = [tokens.pop((event.scope_key, move.flow_id), 0) for move in event.moves]
        for move, count in zip(event.moves, counts, strict=True):
            tokens[event.scope_key, move.target_flow_id] = count

    def undo_migrated(self, event: migration.UndoRecordMigrated) -> None:
        row = self.books.undo[event.key]
        self._expect(row.state in {"available", "container", "taken", "started"}, f"{event} moves {row}")
        row.recorded = replace(row.recorded, element_id=event.target_element_id, handler=event.handler)
        if row.state in {"available", "container"}:
            row.state = "available" if event.handler else "container"

    # -- undo ------------------------------------------------------------------------------------------------

    def recorded(self, event: undo.UndoRecorded) -> None:
        self._rises(event.key)
        row = Undo(event, self._position, state="available" if event.handler else "container")
        self.books.undo[event.key] = row
        self.books.own_undo[event.element_instance_key] += event.variables is None
        self.books.undo_inside[event.scope_key].append(row)

    def taken(self, event: undo.UndoTaken) -> None:
        for key in event.keys:
            row = self.books.undo[key]
            self._expect(row.state == "available", f"{event} takes what is {row.state}")
            row.state, row.throw_key = "taken", event.throw_key
            self.books.undo_of_throw[event.throw_key][key] = row

    def started(self, event: undo.UndoStarted) -> None:
        row = self.books.undo[event.undo_key]
        self._expect(row.state == "taken", f"{event} starts what is {row.state}")
        handler = self.books.elements[event.handler_key]
        self._expect(
            (handler.element_id, handler.undo_key) == (row.recorded.handler, event.undo_key),
            f"{event} starts {handler}",
        )
        row.state = "started"
        for other in self.books.undo_of_throw[row.throw_key].values():
            if row.position < other.recorded.activated_position:
                self._expect(
                    False,
                    f"{event} undoes {row.recorded} before {other.recorded}, which began after it had ended",
                )

    def undo_ended(self, event: undo.UndoCompleted) -> None:
        row = self.books.undo[event.undo_key]
        self._expect(row.state in {"started", "container"}, f"{event} ends what is {row.state}")
        row.state = "undone"
        self.books.undo_of_throw[row.throw_key].pop(event.undo_key, None)

    def released(self, event: undo.UndoReleased | undo.UndoPartReleased) -> None:
        taken = self.books.undo_of_throw[event.throw_key]
        for row in [taken.pop(key) for key in getattr(event, "keys", list(taken))]:
            outcome = ("available", 0) if row.state == "taken" else ("used up", event.throw_key)
            row.state, row.throw_key = outcome

    def taken_back(self, event: undo.UndoTakenBack) -> None:
        for key in event.keys:
            row = self.books.undo[key]
            handler = self.books.handlers[key].state
            self._expect(
                (row.state, handler) == ("started", "activating"),
                f"{event} takes back what is {row.state}, by {handler}",
            )
            row.state = "taken"

    def dropped(self, event: undo.UndoDropped) -> None:
        for key in (*event.keys, *event.containers):
            self._expect(
                self.books.undo[key].state not in {"started", "undone"},
                f"{event} drops what is {self.books.undo[key].state}",
            )
            row = self.books.undo[key]
            row.state = "dropped"
            self.books.undo_of_throw[row.throw_key].pop(key, None)

    def transaction_canceled(self, event: cancel.TransactionCanceled) -> None:
        left = [row for row in self.books.undo_inside[event.at_key] if row.state in {"available", "taken"}]
        self._expect(not left, f"{event} leaves {left} not undone")

    def set_aside(self, event: quarantine.InstanceQuarantined) -> None:
        self._expect(event.reason == SET_ASIDE, f"the instance was quarantined: {event.reason}")
        self.books.aside.add(self._instance_key)

    def released_again(self, event: quarantine.InstanceReleased) -> None:
        self.books.aside.discard(self._instance_key)

    def abandoned(self, event: quarantine.InstanceAbandoned) -> None:
        """Everything of the instance is gone at once; what waits has no event of its own."""
        self.books.aside.discard(self._instance_key)
        self.hearing.forget(self._instance_key)
        self.asking.forget(self._instance_key)
        for life in self.books.elements.values():
            if life.instance_key == self._instance_key and life.state in {
                "activating",
                "activated",
                "completing",
            }:
                life.state = "terminated"
                self._gone(life)


# every method takes the one event it stands beside, which no type checker can follow through a table
_CHECKS: Mapping[type[Event], Callable[[History, Any], None]] = {
    ProcessInstanceCreated: History.created,
    moves.ElementActivating: History.activating,
    moves.ElementActivated: History.activated,
    moves.ElementCompleting: History.completing,
    moves.ElementCompleted: History.completed,
    moves.ElementTerminating: History.terminating,
    moves.ElementTerminated: History.terminated,
    moves.FlowTaken: History.flow_taken,
    joins.TokenArrived: History.token_arrived,
    joins.FlowsJoined: History.joined,
    joins.GatewayActivated: History.joined,
    joins.GatewayReset: History.joined,
    JoinEmptied: History.joins_emptied,
    migration.ElementMigrated: History.element_migrated,
    migration.WaitMigrated: History.wait_migrated,
    migration.TokensMigrated: History.tokens_migrated,
    migration.UndoRecordMigrated: History.undo_migrated,
    undo.UndoRecorded: History.recorded,
    undo.UndoTaken: History.taken,
    undo.UndoStarted: History.started,
    undo.UndoCompleted: History.undo_ended,
    undo.UndoReleased: History.released,
    undo.UndoPartReleased: History.released,
    undo.UndoDropped: History.dropped,
    undo.UndoTakenBack: History.taken_back,
    cancel.TransactionCanceled: History.transaction_canceled,
    asking.JobCreated: History.job_created,
    jobs.JobActivated: History.job_activated,
    jobs.JobCompleted: History.job_completed,
    jobs.JobFailed: History.job_failed,
    jobs.JobErrorThrown: History.job_error,
    jobs.JobReturned: History.job_returned,
    asking.JobCanceled: History.job_canceled,
    user_tasks.UserTaskCreated: History.user_task_created,
    user_tasks.UserTaskAssigned: History.user_task_assigned,
    user_tasks.UserTaskUpdated: History.user_task_updated,
    user_tasks.UserTaskCompleted: History.user_task_completed,
    user_tasks.UserTaskErrorThrown: History.user_task_over,
    user_tasks.UserTaskCanceled: History.user_task_over,
    user_task_transitions.UserTaskTransitionBegun: History.transition_begun,
    user_task_transitions.UserTaskCorrected: History.transition_corrected,
    user_task_transitions.UserTaskTransitionEnded: History.transition_over,
    user_task_transitions.UserTaskTransitionDenied: History.transition_over,
    timers.TimerScheduled: History.timer_scheduled,
    timers.TimerTriggered: History.timer_triggered,
    timers.TimerCanceled: History.timer_canceled,
    messages.MessagePublished: History.published,
    messages.SubscriptionOpened: History.subscribed,
    messages.SubscriptionClosed: History.closed,
    messages.MessageCorrelated: History.correlated,
    messages.ElementTriggered: History.triggered,
    messages.MessageExpired: History.expired,
    quarantine.InstanceQuarantined: History.set_aside,
    quarantine.InstanceReleased: History.released_again,
    quarantine.InstanceAbandoned: History.abandoned,
    jobs.JobDeadlineUpdated: History.deadline_updated,
}
