"""The life of a timer: a moment that an element waits for.

    scheduled → triggered (and, with repetitions left, scheduled again)
              → canceled  (what waited is gone, or went on another way)

When that is, first and again, `model/schedules.py` says. BPMN 2.0.2, 10.5.5 (timer).
"""

from __future__ import annotations

from counterflow import feel
from counterflow.feel.temporal import Date, DateTime, DaysDuration, MonthsDuration, Time
from counterflow.kernel import variables
from counterflow.kernel.instance_state import InstanceState
from counterflow.kernel.records import BrokenInvariant, Event
from counterflow.kernel.rows import ElementInstance, Timer
from counterflow.kernel.state import State
from counterflow.kernel.step import Step
from counterflow.model import schedules, timer_texts
from counterflow.model.graph import TimerDefinition, TimerKind
from counterflow.model.schedules import Schedule


class TimerScheduled(Event, frozen=True, array_like=True, tag=90, gc=False):
    """An element instance waits for a moment, on behalf of the event `catch_id`."""

    key: int
    element_instance_key: int
    catch_id: str
    due_ms: int
    repetitions: int = 0
    interval: str | None = None


class TimerTriggered(Event, frozen=True, array_like=True, tag=91, gc=False):
    """The moment has come."""

    key: int


class TimerCanceled(Event, frozen=True, array_like=True, tag=92, gc=False):
    """Nothing waits for this moment any more."""

    key: int


class NotATime(Exception):
    """A timer's expression gives no moment. Becomes an incident EXTRACT_VALUE_ERROR."""


def schedule(step: Step, element: ElementInstance, catch_id: str, definition: TimerDefinition) -> None:
    """Wait for the moment that a definition gives at this element. Raises `NotATime`."""
    found = first_moment(
        definition, variables.evaluate(step, element.key, definition.expression), step.now_ms
    )
    step.emit(TimerScheduled(step.new_key(), element.key, catch_id, *found))


def trigger(step: Step, timer: Timer) -> None:
    """The moment has come: the timer is gone, or waits for its next repetition."""
    step.emit(TimerTriggered(timer.key))
    following = schedules.next_moment(Schedule(timer.due_ms, timer.repetitions, timer.interval), step.now_ms)
    if following is not None:
        step.emit(TimerScheduled(step.new_key(), timer.element_instance_key, timer.catch_id, *following))


def first_moment(definition: TimerDefinition, evaluation: feel.Evaluation, now_ms: int) -> Schedule:
    """The first moment of a timer whose expression gave this. Raises `NotATime`."""
    value = evaluation.value
    found = schedules.first_moment(definition.kind, value, now_ms) if evaluation.failure is None else None
    if found is None:
        examples = {
            TimerKind.DATE: "2030-01-01T09:00:00Z",
            TimerKind.DURATION: "PT15M",
            TimerKind.CYCLE: "R3/PT10S",
        }
        raise NotATime(
            f"Expected the timer's {definition.kind} '={definition.expression.text}' to give one such as "
            f"{examples[definition.kind]}, but {_shown(definition.kind, evaluation)}"
        )
    return found


def _shown(kind: TimerKind, evaluation: feel.Evaluation) -> str:
    value = evaluation.value
    if not isinstance(value, str | Time | Date | DateTime | DaysDuration | MonthsDuration):
        return variables.found_in(evaluation)
    return f"it is '{value}'{timer_texts.why_not(kind, str(value))}"


# -- applying ------------------------------------------------------------------------------------------------


def _timers(instance: InstanceState | None) -> dict[int, Timer]:
    if instance is None:
        raise BrokenInvariant("a timer event outside a process instance")
    return instance.timers


def _apply_scheduled(state: State, instance: InstanceState | None, event: TimerScheduled) -> None:
    if instance is not None:
        row = Timer(
            event.key,
            instance.key,
            event.element_instance_key,
            event.catch_id,
            event.due_ms,
            event.repetitions,
            event.interval,
        )
        state.put(row)


def _apply_ended(state: State, instance: InstanceState | None, event: TimerTriggered | TimerCanceled) -> None:
    state.delete(_timers(instance)[event.key])


APPLIERS = {TimerScheduled: _apply_scheduled, TimerTriggered: _apply_ended, TimerCanceled: _apply_ended}
