"""Faults of ours, put in on purpose: each breaks one promise in one place, and the simulation must notice it.

A mutant is a function that puts its fault in; what it has changed is put back when the test is over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from counterflow import kernel
from counterflow.kernel.course import (
    asking,
    ending,
    entering,
    flows,
    leaving,
    moves,
    travel,
    undo,
    undo_order,
    waits,
)
from counterflow.kernel.data import evaluation, mappings, scopes
from counterflow.kernel.elements import (
    complex_gateway,
    event_based_gateway,
    parallel_gateway,
    standard_loop,
    sub_process,
    throw_event,
)
from counterflow.kernel.elements.registry import ROOMS
from counterflow.kernel.events import arrivals, cancel
from counterflow.kernel.events import message as messages
from counterflow.kernel.events import signal as signals
from counterflow.kernel.events import timer as timers
from counterflow.kernel.events.registry import KINDS
from counterflow.kernel.lives import correlation, job_delivery, jobs, user_tasks
from counterflow.kernel.row import Row
from counterflow.kernel.rows import (
    ElementInstance,
    Job,
    Message,
    MessageCorrelation,
    MessageSubscription,
    Partition,
    Timer,
    UserTaskCandidate,
    Variable,
)
from counterflow.kernel.state import conversations
from counterflow.kernel.state.instance import InstanceState
from counterflow.kernel.state.partition import State
from counterflow.kernel.state.queues import OldestFirst
from counterflow.kernel.vocabulary import InstanceEnded, LogEntry
from counterflow.kernel.work.errands import Arrival
from counterflow.kernel.work.step import Course, Step, Token
from counterflow.model import schedules
from counterflow.model.data import VariableMapping
from counterflow.model.events import (
    CancelDefinition,
    CompensateDefinition,
    EscalationDefinition,
)
from counterflow.model.graph import Behaviour, Flow, Node
from counterflow.partition import batch, clock, decider, writer
from counterflow.partition.answers import Answered, Failed, InstanceEnds
from counterflow.partition.batch import OpenBatch
from counterflow.partition.decider import Decider
from counterflow.partition.pending import Pending
from counterflow.store.port import Batch
from tests.simulation.mutants_of_pages import (
    activations_in_turn_begin_together,
    activations_survive_the_condition,
    asked_while_listeners_are,
    claimed_from_somebody,
    condition_forgotten_between_pages,
    condition_never_asked_again,
    condition_not_asked_at_first,
    condition_sees_what_is_hidden,
    condition_triggers_whatever_it_gives,
    denial_overheard,
    end_listener_forgotten,
    escalation_begins_where_it_was_thrown,
    flow_goes_on_before_the_sweep,
    flows_of_activations_not_counted,
    listener_waits_with_the_border,
    listeners_told_from_the_first,
    one_part_is_all,
    page_forgets_an_errand,
    parts_are_kept,
    swept_and_still_at_work,
    worker_asked_once,
)
from tests.simulation.mutants_of_steering import (
    more_ended_than_was_named,
    suspension_without_walls,
    timer_closed_without_a_word,
    undo_left_behind_by_a_migration,
    undo_lost_without_a_word,
)

Patch = pytest.MonkeyPatch


def one_undo_dropped(patch: Patch) -> None:
    take = undo.take
    patch.setattr(undo, "take", lambda throw, records: take(throw, records[:-1] or records))


def undo_in_order_of_completion(patch: Patch) -> None:
    def next_wrong(plan: undo_order.UndoPlan, most: int) -> list[int]:
        found, plan._pending = plan._pending[:1], plan._pending[1:]
        return [key for _, key in found]

    patch.setattr(undo_order.UndoPlan, "next_mirrored", next_wrong)


def undo_all_at_once(patch: Patch) -> None:
    def next_wrong(plan: undo_order.UndoPlan, most: int) -> list[int]:
        found, plan._pending = plan._pending, []
        return [key for _, key in found]

    patch.setattr(undo_order.UndoPlan, "next_mirrored", next_wrong)


def undo_recorded_twice(patch: Patch) -> None:
    record = undo.record

    def twice(token: Token, element: ElementInstance) -> None:
        record(token, element)
        if token.node.compensation is not None:
            record(token, element)

    patch.setattr(undo, "record", twice)


def undo_never_released(patch: Patch) -> None:
    kind = KINDS[CompensateDefinition]
    thrown = replace(kind.thrown or throw_event.ROOM, terminating=_nothing)
    patch.setitem(_mutable(kernel.HOUSE.kinds), CompensateDefinition, replace(kind, thrown=thrown))


def undo_not_recorded_in_loops(patch: Patch) -> None:
    patch.setattr(undo, "_is_undone_by_itself", lambda token: token.loop_counter == 0)


def loop_of_one_round_more(patch: Patch) -> None:
    holds = standard_loop._holds
    patch.setattr(standard_loop, "_holds", lambda token, loop, number: holds(token, loop, number - 1))


def transaction_left_at_once(patch: Patch) -> None:
    patch.setattr(cancel, "_undo", cancel._leave)


def others_survive_a_cancel(patch: Patch) -> None:
    kind = KINDS[CancelDefinition]
    thrown = replace(kind.thrown or throw_event.ROOM, activated=cancel._undo)
    patch.setitem(_mutable(kernel.HOUSE.kinds), CancelDefinition, replace(kind, thrown=thrown))


def completion_doubled(patch: Patch) -> None:
    """The job stays when it is done, so a second completion is accepted."""
    patch.setitem(_mutable(kernel.OF_INSTANCE), jobs.JobCompleted, _nothing)


def join_that_forgets(patch: Patch) -> None:
    """The first token goes on alone, and nobody knows of the others."""

    def arrive(scope: Token, gateway: Node, flow: Flow) -> None:
        entering.enter(scope, gateway)

    patch.setitem(_mutable(ROOMS), Behaviour.PARALLEL_GATEWAY, replace(parallel_gateway.ROOM, arrive=arrive))


def late_tokens_go_on(patch: Patch) -> None:
    patch.setattr(complex_gateway, "_at_reset", flows.outgoing)


def gateway_forgets_what_has_to_come(patch: Patch) -> None:
    def activated(token: Token) -> None:
        if token.row.triggered:
            brought = scopes.take_away(token, sorted(token.variables))
            arrivals.event_arrived(token, token.header.starts[0], brought)

    forgetful = replace(event_based_gateway.ROOM, activated=activated)
    patch.setitem(_mutable(ROOMS), Behaviour.EVENT_BASED_GATEWAY, forgetful)


def timer_fires_early(patch: Patch) -> None:
    schedule = kernel.OF_INSTANCE[timers.TimerScheduled]

    def early(state: State, instance: InstanceState, event: timers.TimerScheduled) -> None:
        schedule(state, instance, msgspec.structs.replace(event, due_ms=event.due_ms - 900))

    patch.setitem(_mutable(kernel.OF_INSTANCE), timers.TimerScheduled, early)


def answer_before_the_commit(patch: Patch) -> None:
    def at_once(
        batch: OpenBatch, pending: Pending, size: int, answer: Any, told: Answered, failed: Failed
    ) -> None:
        told(answer)

    patch.setattr(writer, "answer_later", at_once)


def subscription_left_over(patch: Patch) -> None:
    def close_timers_only(token: Token) -> None:
        for key in [
            key for key in token.instance.waits_of.get(token.key, {}) if key in token.instance.timers
        ]:
            token.emit(timers.TimerCanceled(key))

    patch.setattr(waits, "close_all", close_timers_only)


def variable_never_written(patch: Patch) -> None:
    _without_rows(patch, lambda batch: batch.puts.pop(Variable, None))


def counters_never_written(patch: Patch) -> None:
    _without_rows(patch, lambda batch: batch.puts.pop(Partition, None))


def job_offered_twice(patch: Patch) -> None:
    def offer(step: Step, key: int) -> Course | None:
        instance = step.state.owner_of(Job, key)
        return None if instance is None else step.at(instance)

    patch.setattr(job_delivery, "_offer", offer)
    patch.setattr(OldestFirst, "discard", _nothing)


def scope_ends_too_early(patch: Patch) -> None:
    patch.setattr(
        leaving, "_is_busy", lambda instance, scope_key: len(instance.children.get(scope_key, ())) > 1
    )


def incident_dropped(patch: Patch) -> None:
    patch.setattr(Token, "hold", _nothing)


def any_error_is_caught_by_the_first(patch: Patch) -> None:
    def first(events: Iterable[Node], kind: travel.CodedDefinition, code: str) -> Node | None:
        return next((event for event in events if isinstance(event.event, kind)), None)

    patch.setattr(travel, "_matching", first)


def escalation_always_interrupts(patch: Patch) -> None:
    go_on_from = travel.go_on_from

    def interrupting(at: Token, catch: Node, local: Mapping[str, bytes], **_: bool) -> None:
        is_escalation = isinstance(catch.event, EscalationDefinition)
        go_on_from(at, catch, local, interrupting=is_escalation or catch.interrupting)

    patch.setattr(travel, "go_on_from", interrupting)


def mapping_reads_its_target(patch: Patch) -> None:
    """Behind a nested target a mapping sees what stands outside, and no more what the element has."""

    def map_values(
        token: Token, found: Sequence[VariableMapping], present: Mapping[str, bytes]
    ) -> dict[str, bytes]:
        made: dict[str, bytes] = {}
        for mapping in found:
            name, path = mapping.target[0], mapping.target[1:]
            value = evaluation.json(token, token.key, mapping.source, name, made)
            made[name] = (
                mappings._with_member(token.step.budget, made.get(name, present.get(name)), path, value)
                if path
                else value
            )
        return made

    patch.setattr(mappings, "map_values", map_values)


def interruption_spares_what_runs(patch: Patch) -> None:
    patch.setattr(ending, "interrupt", lambda scope: scope.emit(moves.ScopeInterrupted(scope.key)) is None)


def user_task_survives_its_element(patch: Patch) -> None:
    patch.setitem(
        _mutable(ROOMS), Behaviour.USER_TASK, replace(ROOMS[Behaviour.USER_TASK], terminating=_nothing)
    )


def offered_to_those_of_before(patch: Patch) -> None:
    """Groups that may not do it any more still find it."""
    of_instance = _mutable(kernel.OF_INSTANCE)
    apply = of_instance[user_tasks.UserTaskUpdated]

    def keeps_its_candidates(state: State, instance: InstanceState, event: Any) -> None:
        before = dict(instance.rows[UserTaskCandidate])
        apply(state, instance, event)
        for place, row in before.items():
            if place not in instance.rows[UserTaskCandidate]:
                state.put(row)

    patch.setitem(of_instance, user_tasks.UserTaskUpdated, keeps_its_candidates)


def call_survives_its_caller(patch: Patch) -> None:
    patch.setitem(
        _mutable(ROOMS),
        Behaviour.CALL_ACTIVITY,
        replace(ROOMS[Behaviour.CALL_ACTIVITY], terminating=_nothing),
    )


def message_reaches_twice(patch: Patch) -> None:
    def next_again(state: State, process_id: str, name: str, correlation_key: str) -> Message | None:
        for key in sorted(state.buffered.get((name, correlation_key), ())):
            message: Message = state.shared[Message][key]
            return message
        return None

    patch.setattr(conversations, "next_unreached", next_again)


def message_reaches_one_of_several(patch: Patch) -> None:
    """Who is meant by its name alone is not asked for being alone."""
    count = conversations._count_by_name
    patch.setattr(conversations, "_count_by_name", lambda state, name: min(count(state, name), 1))


def triggered_and_waits_on(patch: Patch) -> None:
    def in_vain(course: Course, subscription: MessageSubscription, document: scopes.Document) -> None:
        course.emit(messages.ElementTriggered(subscription.element_instance_key, subscription.key))

    patch.setattr(messages, "trigger", in_vain)


def correlated_with_another(patch: Patch) -> None:
    told = correlation.Correlated
    patch.setattr(correlation, "Correlated", lambda key, _, *others, **more: told(key, key, *others, **more))


def timers_forgotten_at_start(patch: Patch) -> None:
    _admit_all_but(Timer, patch)


def time_taken_from_elsewhere(patch: Patch) -> None:
    """A decision that depends on more than state, command and time."""
    count = iter(range(10**9))

    def later(token: Token) -> None:
        entering.map_inputs(token)
        entering.activate(token)
        key = token.step.new_key()
        token.emit(asking.JobCreated(key, token.key, "odd", 3, str(next(count)).encode()))

    patch.setitem(_mutable(ROOMS), Behaviour.JOB_TASK, replace(ROOMS[Behaviour.JOB_TASK], beginning=later))


def failed_commit_kept_in_memory(patch: Patch) -> None:
    """What could not be written is decided on as if it had been."""

    def go_on(self: Decider) -> bool:
        self.is_lost = False
        return True

    patch.setattr(Decider, "recover", go_on)


def ids_of_messages_forgotten(patch: Patch) -> None:
    patch.setattr(correlation, "_refuse_known_id", _nothing)


def message_correlated_again_after_a_restart(patch: Patch) -> None:
    """Which processes a message has reached is not read when the engine starts."""
    _admit_all_but(MessageCorrelation, patch)


def _admit_all_but(table: type[Row], patch: Patch) -> None:
    admit = State.admit

    def partly(state: State, row: Row) -> None:
        if not isinstance(row, table):
            admit(state, row)

    patch.setattr(State, "admit", partly)


def result_told_before_the_commit(patch: Patch) -> None:
    def at_once(self: InstanceEnds, batch: OpenBatch, ends: Iterable[InstanceEnded]) -> None:
        for end in ends:
            self._answer(end)

    patch.setattr(InstanceEnds, "answer_later", at_once)


def cycle_without_end(patch: Patch) -> None:
    next_moment = schedules.next_moment

    def endless(last: schedules.Schedule, now_ms: int) -> schedules.Schedule | None:
        found = next_moment(last, now_ms)
        return None if found is None else found._replace(repetitions=last.repetitions)

    patch.setattr(schedules, "next_moment", endless)


def more_time_asked_for_in_vain(patch: Patch) -> None:
    patch.setitem(_mutable(kernel.OF_INSTANCE), jobs.JobDeadlineUpdated, _nothing)


def begun_at_the_start_all_the_same(patch: Patch) -> None:
    def at_start(scope: Token, targets: Sequence[str]) -> None:
        sub_process.begin_at_start(scope)

    patch.setattr(sub_process, "begin_inside", at_start)


def released_and_hears_nothing(patch: Patch) -> None:
    """What has come while an instance was set aside is not looked for when it is released."""
    patch.setattr(Step, "look_for_buffered", _nothing)


def quarantine_without_walls(patch: Patch) -> None:
    patch.setattr(Step, "admitted_to", Step.at)


def time_that_falls_back(patch: Patch) -> None:
    """What the wall clock shows is the time."""
    patch.setattr(clock.Clock, "now_ms", lambda self: self._wall())


def time_that_stands_still(patch: Patch) -> None:
    """Where the wall clock was set back, it is the same moment until that has caught up."""
    patch.setattr(clock, "SLOWEST", 0.0)


def signal_reaches_one_only(patch: Patch) -> None:
    reach, reached = signals._reach, set[int]()

    def once(step: Step, arrival: Arrival) -> None:
        if arrival.document_key not in reached:
            reached.add(arrival.document_key)
            reach(step, arrival)

    patch.setattr(signals, "_reach", once)


def signal_out_when_its_event_is_gone(patch: Patch) -> None:
    """The event goes on at once, and so hears of its own signal further on."""
    go_out = signals._go_out

    def late(step: Step, arrival: Arrival) -> None:
        signals._is_out(step, arrival)
        step.at_rest(arrival._replace(reach=go_out), arrival.causes)

    patch.setattr(signals, "_go_out", late)


MUTANTS = (
    one_undo_dropped,
    undo_in_order_of_completion,
    undo_all_at_once,
    undo_recorded_twice,
    undo_never_released,
    undo_not_recorded_in_loops,
    loop_of_one_round_more,
    transaction_left_at_once,
    others_survive_a_cancel,
    completion_doubled,
    join_that_forgets,
    gateway_forgets_what_has_to_come,
    late_tokens_go_on,
    timer_fires_early,
    answer_before_the_commit,
    subscription_left_over,
    variable_never_written,
    counters_never_written,
    job_offered_twice,
    scope_ends_too_early,
    incident_dropped,
    any_error_is_caught_by_the_first,
    escalation_always_interrupts,
    escalation_begins_where_it_was_thrown,
    mapping_reads_its_target,
    interruption_spares_what_runs,
    call_survives_its_caller,
    user_task_survives_its_element,
    denial_overheard,
    asked_while_listeners_are,
    claimed_from_somebody,
    offered_to_those_of_before,
    message_reaches_twice,
    message_reaches_one_of_several,
    triggered_and_waits_on,
    correlated_with_another,
    timers_forgotten_at_start,
    time_taken_from_elsewhere,
    failed_commit_kept_in_memory,
    ids_of_messages_forgotten,
    message_correlated_again_after_a_restart,
    result_told_before_the_commit,
    cycle_without_end,
    more_time_asked_for_in_vain,
    begun_at_the_start_all_the_same,
    released_and_hears_nothing,
    quarantine_without_walls,
    time_that_falls_back,
    time_that_stands_still,
    signal_reaches_one_only,
    signal_out_when_its_event_is_gone,
    page_forgets_an_errand,
    swept_and_still_at_work,
    flow_goes_on_before_the_sweep,
    flows_of_activations_not_counted,
    activations_in_turn_begin_together,
    activations_survive_the_condition,
    worker_asked_once,
    condition_never_asked_again,
    condition_not_asked_at_first,
    condition_triggers_whatever_it_gives,
    condition_sees_what_is_hidden,
    condition_forgotten_between_pages,
    one_part_is_all,
    parts_are_kept,
    end_listener_forgotten,
    listeners_told_from_the_first,
    listener_waits_with_the_border,
    undo_left_behind_by_a_migration,
    undo_lost_without_a_word,
    timer_closed_without_a_word,
    more_ended_than_was_named,
    suspension_without_walls,
)


def _nothing(*_: Any, **__: Any) -> None:
    """What was to be done is not done."""


def _mutable(table: Mapping[Any, Any]) -> dict[Any, Any]:
    if not isinstance(table, dict):
        raise TypeError(f"expected a dictionary, found {type(table)}")
    return table


def _without_rows(patch: Patch, leave_out: Callable[[Batch], object]) -> None:
    seal = batch.seal

    def incomplete(state: State, log: list[LogEntry]) -> Batch:
        batch = seal(state, log)
        leave_out(batch)
        return batch

    patch.setattr(decider, "seal", incomplete)
