"""The life of a timer: a moment that an element waits for.

    scheduled → triggered (and, with repetitions left, scheduled again)
              → canceled  (what waited is gone, or went on another way)

    start: opened (with the latest version of a process) → closed (a later version has come)
                                                         → triggered, and with repetitions left opened again

When that is, first and again, `model/schedules.py` says. A timer that leaves no time to wait is no wait: what
it brings about goes on with what is left of the budget of the command that has scheduled it, so that a loop
around it is a loop like any other (`work/pages.py`). BPMN 2.0.2, 10.5.5 (timer).
"""

from __future__ import annotations

from collections.abc import Mapping

from counterflow import feel
from counterflow.feel.temporal import Date, DateTime, DaysDuration, MonthsDuration, Time
from counterflow.kernel.data import evaluation
from counterflow.kernel.events import arrivals
from counterflow.kernel.rows import ProcessDefinition, StartTimer, Timer
from counterflow.kernel.state.instance import InstanceState
from counterflow.kernel.state.partition import State
from counterflow.kernel.vocabulary import (
    BrokenInvariant,
    InstanceEvent,
    PartitionEvent,
    Rejection,
    RejectionType,
)
from counterflow.kernel.work import pages
from counterflow.kernel.work.held import SET_VARIABLES, Held, IncidentType
from counterflow.kernel.work.step import Course, EventRoom, Step, Token
from counterflow.model import schedules, timer_texts
from counterflow.model.events import TimerDefinition, TimerKind
from counterflow.model.graph import Behaviour, Node, Process
from counterflow.model.schedules import LEAST_WAIT_MS, Schedule

NO_VARIABLES: Mapping[str, object] = {}
EXAMPLES = {
    TimerKind.DATE: "2030-01-01T09:00:00Z",
    TimerKind.DURATION: "PT15M",
    TimerKind.DATE_OR_DURATION: "2030-01-01T09:00:00Z or PT15M",
    TimerKind.CYCLE: "R3/PT10S",
    TimerKind.QUARTZ_CYCLE: "R3/PT10S or 0 0 9 ? * MON-FRI",
}


class TimerScheduled(InstanceEvent, frozen=True):
    """An element instance waits for a moment, on behalf of the event `catch_id`."""

    key: int
    element_instance_key: int
    catch_id: str
    due_ms: int
    repetitions: int = 0
    interval: str | None = None
    undertaking_key: int = 0


class TimerTriggered(InstanceEvent, frozen=True):
    """The moment has come."""

    key: int


class TimerCanceled(InstanceEvent, frozen=True):
    """Nothing waits for this moment any more."""

    key: int


class StartTimerOpened(PartitionEvent, frozen=True):
    """An instance of a definition begins at this moment."""

    key: int
    definition_key: int
    element_id: str
    due_ms: int
    repetitions: int = 0
    interval: str | None = None


class StartTimerClosed(PartitionEvent, frozen=True):
    """The moment has come, or a later version of the process has taken over."""

    key: int


def timer_due(course: Course, timer: Timer) -> None:
    """The moment has come that an element waited for: the timer is gone, or waits for its next repetition."""
    pages.go_on_with(course.step, timer.undertaking_key)
    course.emit(TimerTriggered(timer.key))
    following = schedules.next_moment(
        Schedule(timer.due_ms, timer.repetitions, timer.interval), course.step.now_ms
    )
    if following is not None:
        _schedule(course, timer.element_instance_key, timer.catch_id, following)
    arrivals.event_arrived(course.token(timer.element_instance_key), timer.catch_id, {})


def start_due(step: Step, timer: StartTimer) -> ProcessDefinition:
    """A start timer's moment has come; answers the definition to begin."""
    step.emit(StartTimerClosed(timer.key))
    following = schedules.next_moment(Schedule(timer.due_ms, timer.repetitions, timer.interval), step.now_ms)
    if following is not None:
        step.emit(StartTimerOpened(step.new_key(), timer.definition_key, timer.element_id, *following))
    return step.state.definitions[timer.definition_key]


def _open(token: Token, catch: Node) -> None:
    """Wait for the moment that a definition gives at this element. Raises `Held`."""
    definition = _definition(catch)
    given = evaluation.evaluate(token, token.key, definition.expression)
    moment = first_moment(definition, given, token.step.now_ms)
    if catch.interrupting or catch.behaviour is Behaviour.CATCH_EVENT:
        moment = Schedule(moment.due_ms)  # over after the first time, whatever its cycle says
    _schedule(token, token.key, catch.id, moment)


def _schedule(course: Course, element_instance_key: int, catch_id: str, moment: Schedule) -> None:
    step = course.step
    is_wait = moment.due_ms - step.now_ms >= LEAST_WAIT_MS
    undertaking_key = 0 if is_wait else pages.key_of(step)
    # the timer's key is the later one: a replay takes the last key from those that events are about
    course.emit(TimerScheduled(step.new_key(), element_instance_key, catch_id, *moment, undertaking_key))


def _close(course: Course, key: int) -> None:
    course.emit(TimerCanceled(key))


def _open_start(step: Step, definition_key: int, process: Process, node: Node) -> None:
    definition = _definition(node)
    given = evaluation.evaluate_in(step, NO_VARIABLES, definition.expression)
    try:
        moment = first_moment(definition, given, step.now_ms)
    except Held as held:
        raise Rejection(RejectionType.INVALID_ARGUMENT, f"{held.fact} (start event '{node.id}')") from held
    step.emit(StartTimerOpened(step.new_key(), definition_key, node.id, *moment))


def _close_start(step: Step, key: int) -> None:
    step.emit(StartTimerClosed(key))


def _definition(event: Node) -> TimerDefinition:
    if not isinstance(event.event, TimerDefinition):
        raise BrokenInvariant(f"'{event.id}' is no timer event")
    return event.event


def first_moment(definition: TimerDefinition, given: feel.Evaluation, now_ms: int) -> Schedule:
    """The first moment of a timer whose expression gave this. Raises `Held`."""
    moment = schedules.first_moment(definition.kind, given.value, now_ms) if given.failure is None else None
    if moment is None:
        raise Held(
            IncidentType.EXTRACT_VALUE_ERROR,
            f"Expected the timer's {definition.kind} '{evaluation.written(definition.expression)}' to give "
            f"one such as {EXAMPLES[definition.kind]}, but {_shown(definition.kind, given)}",
            remedy=SET_VARIABLES,
        )
    return moment


def _shown(kind: TimerKind, given: feel.Evaluation) -> str:
    value = given.value
    if not isinstance(value, str | Time | Date | DateTime | DaysDuration | MonthsDuration):
        return evaluation.shown(given)
    return f"it is '{value}'{timer_texts.why_not(kind, str(value))}"


# -- applying ------------------------------------------------------------------------------------------------


def _apply_scheduled(state: State, instance: InstanceState, event: TimerScheduled) -> None:
    state.put(
        Timer(
            event.key,
            instance.key,
            event.element_instance_key,
            event.catch_id,
            event.due_ms,
            event.repetitions,
            event.interval,
            event.undertaking_key,
        )
    )
    pages.count_timers(state, event.undertaking_key, 1)


def _apply_ended(state: State, instance: InstanceState, event: TimerTriggered | TimerCanceled) -> None:
    timer = instance.timers[event.key]
    state.delete(timer)
    pages.count_timers(state, timer.undertaking_key, -1)


def _apply_start_opened(state: State, event: StartTimerOpened) -> None:
    state.put(
        StartTimer(
            event.key,
            event.definition_key,
            event.element_id,
            event.due_ms,
            event.repetitions,
            event.interval,
        )
    )


def _apply_start_closed(state: State, event: StartTimerClosed) -> None:
    state.delete(state.shared[StartTimer][event.key])


KIND = EventRoom(
    waits_in=Timer,
    starts_in=StartTimer,
    open=_open,
    close=_close,
    open_start=_open_start,
    close_start=_close_start,
    of_instance={TimerScheduled: _apply_scheduled, TimerTriggered: _apply_ended, TimerCanceled: _apply_ended},
    of_partition={StartTimerOpened: _apply_start_opened, StartTimerClosed: _apply_start_closed},
)
