"""The life of a start that waits: a timer or a message that begins instances of a definition, from its start
event.

    opened (with the latest version of a process) → closed (a later version has come) a timer: triggered, and
    with repetitions left opened again (also where the instance it begins has to be set aside)

Only the latest version of a process is begun by events. BPMN 2.0.2, 13.5.1; Zeebe's rule for versions.
"""

from __future__ import annotations

from collections.abc import Mapping

from counterflow.feel import Expression
from counterflow.kernel import timers, variables
from counterflow.kernel.instance_state import InstanceState
from counterflow.kernel.records import BrokenInvariant, Event, Rejection, RejectionType
from counterflow.kernel.rows import MessageStart, ProcessDefinition, StartTimer
from counterflow.kernel.state import State
from counterflow.kernel.step import Step
from counterflow.model import schedules
from counterflow.model.graph import MessageDefinition, Node, Process, TimerDefinition

NO_VARIABLES: Mapping[str, object] = {}


class StartTimerOpened(Event, frozen=True, array_like=True, tag=120, gc=False):
    """An instance of a definition begins at this moment."""

    key: int
    definition_key: int
    element_id: str
    due_ms: int
    repetitions: int = 0
    interval: str | None = None


class StartTimerClosed(Event, frozen=True, array_like=True, tag=121, gc=False):
    """The moment has come, or a later version of the process has taken over."""

    key: int


class MessageStartOpened(Event, frozen=True, array_like=True, tag=122, gc=False):
    """An instance of a definition begins with each message of this name."""

    key: int
    definition_key: int
    bpmn_process_id: str
    element_id: str
    message_name: str


class MessageStartClosed(Event, frozen=True, array_like=True, tag=123, gc=False):
    """A later version of the process has taken over."""

    key: int


def open_all(step: Step, definition_key: int, process: Process) -> None:
    """A definition is the latest of its process: its events begin instances from here. Raises `Rejection`."""
    for element_id in process.root.event_starts:
        node = process.nodes[element_id]
        if isinstance(node.event, TimerDefinition):
            schedule = _first_moment(step, node, node.event)
            step.emit(StartTimerOpened(step.new_key(), definition_key, element_id, *schedule))
        elif isinstance(node.event, MessageDefinition):
            name = _message_name(step, node, node.event.name)
            step.emit(MessageStartOpened(step.new_key(), definition_key, process.id, element_id, name))


def close_all(step: Step, definition_key: int) -> None:
    """A later version has come: the events of this one begin nothing any more."""
    for key, table in sorted(step.state.starts.get(definition_key, {}).items(), key=lambda start: start[0]):
        step.emit(StartTimerClosed(key) if table is StartTimer else MessageStartClosed(key))


def messages_of(state: State, process_id: str) -> list[MessageStart]:
    """The message starts of the latest version of a process."""
    latest = state.latest.get(process_id)
    opened = state.starts.get(latest.key, {}) if latest is not None else {}
    return [
        state.shared[MessageStart][key]
        for key, table in sorted(opened.items(), key=lambda start: start[0])
        if table is MessageStart
    ]


def trigger(step: Step, timer: StartTimer) -> ProcessDefinition:
    """A start timer's moment has come; answers the definition to begin."""
    step.emit(StartTimerClosed(timer.key))
    following = schedules.next_moment(
        schedules.Schedule(timer.due_ms, timer.repetitions, timer.interval), step.now_ms
    )
    if following is not None:
        step.emit(StartTimerOpened(step.new_key(), timer.definition_key, timer.element_id, *following))
    return step.state.definitions[timer.definition_key]


def _first_moment(step: Step, node: Node, definition: TimerDefinition) -> schedules.Schedule:
    try:
        return timers.first_moment(
            definition, variables.evaluate_in(step, NO_VARIABLES, definition.expression), step.now_ms
        )
    except timers.NotATime as failure:
        raise Rejection(RejectionType.INVALID_ARGUMENT, f"{failure} (start event '{node.id}')") from failure


def _message_name(step: Step, node: Node, name: str | Expression) -> str:
    if isinstance(name, str):
        return name
    value = (evaluation := variables.evaluate_in(step, NO_VARIABLES, name)).value
    if isinstance(value, str) and value:
        return value
    raise Rejection(
        RejectionType.INVALID_ARGUMENT,
        f"Expected the message name '={name.text}' of start event '{node.id}' to be text without variables, "
        f"but {variables.found_in(evaluation)}",
    )


def _apply_timer_opened(state: State, instance: InstanceState | None, event: StartTimerOpened) -> None:
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


def _apply_timer_closed(state: State, instance: InstanceState | None, event: StartTimerClosed) -> None:
    state.delete(_known(state, StartTimer, event.key))


def _apply_message_opened(state: State, instance: InstanceState | None, event: MessageStartOpened) -> None:
    state.put(
        MessageStart(
            event.key, event.definition_key, event.bpmn_process_id, event.element_id, event.message_name
        )
    )


def _apply_message_closed(state: State, instance: InstanceState | None, event: MessageStartClosed) -> None:
    state.delete(_known(state, MessageStart, event.key))


def _known(state: State, table: type[StartTimer] | type[MessageStart], key: int) -> StartTimer | MessageStart:
    row: StartTimer | MessageStart | None = state.shared[table].get(key)
    if row is None:
        raise BrokenInvariant(f"start {key} is unknown")
    return row


APPLIERS = {
    StartTimerOpened: _apply_timer_opened,
    StartTimerClosed: _apply_timer_closed,
    MessageStartOpened: _apply_message_opened,
    MessageStartClosed: _apply_message_closed,
}
