"""The pure heart, and its one door: a command and the time go in, answer and events come out. With them comes
what to tell whom.

`decide` is a function of state, command and time, nothing else; it either changes the state by the events it
returns or raises and leaves it as it was. `replay` folds events back into state and never decides anything.

The kernel knows no clock, no database, no network, no XML. Its folders stand in the order in which they
import: rows and vocabulary, `state/`, `work/` (one command), `data/` (variables), `course/` (of an instance),
`events/` and `lives/`, `elements/`.
"""

from __future__ import annotations

import functools
import operator
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import CodeType, TracebackType
from typing import Any

import msgspec

from counterflow.kernel.course import (
    asking,
    beginning,
    ending,
    entering,
    joins,
    leaving,
    listeners,
    moves,
    undo,
)
from counterflow.kernel.data import conditions, scopes
from counterflow.kernel.elements import (
    ad_hoc_activation,
    ad_hoc_sub_process,
    complex_gateway,
    inclusive_gateway,
    multi_instance,
)
from counterflow.kernel.elements.registry import ROOMS
from counterflow.kernel.events import cancel, compensation, conditional, message, signal, terminate
from counterflow.kernel.events.registry import KINDS, KINDS_BY_ROW
from counterflow.kernel.lives import (
    calls,
    correlation,
    decision_deployments,
    decisions,
    deletions,
    deployments,
    due,
    forms,
    instances,
    job_delivery,
    jobs,
    migration,
    modification,
    quarantine,
    suspension,
    user_task_commands,
    user_task_transitions,
    user_tasks,
    variables,
)
from counterflow.kernel.state.changing import is_changing
from counterflow.kernel.state.journal import StateMark
from counterflow.kernel.state.partition import State
from counterflow.kernel.state.shelf import ModelNeeded
from counterflow.kernel.vocabulary import (
    BrokenInvariant,
    Command,
    CommandBrokenOff,
    DamagedInstance,
    Event,
    InstanceEnded,
    LogEntry,
    Rejection,
    Settled,
)
from counterflow.kernel.work import incidents, pages
from counterflow.kernel.work.budget import ProcessLimits
from counterflow.kernel.work.step import Come, House, InstanceApplier, PartitionApplier, Step

_PAGES: tuple[Any, ...] = (
    ad_hoc_activation,
    ad_hoc_sub_process,
    asking,
    beginning,
    calls,
    cancel,
    compensation,
    conditional,
    conditions,
    correlation,
    decision_deployments,
    decisions,
    deletions,
    deployments,
    due,
    ending,
    entering,
    incidents,
    complex_gateway,
    inclusive_gateway,
    instances,
    job_delivery,
    jobs,
    joins,
    leaving,
    listeners,
    message,
    migration,
    modification,
    moves,
    multi_instance,
    pages,
    quarantine,
    scopes,
    signal,
    suspension,
    terminate,
    undo,
    forms,
    user_task_commands,
    user_task_transitions,
    user_tasks,
    variables,
)
OF_INSTANCE: Mapping[type[Event], InstanceApplier] = {
    **{event: apply for page in _PAGES for event, apply in getattr(page, "OF_INSTANCE", {}).items()},
    **{event: apply for kind in KINDS.values() for event, apply in kind.of_instance.items()},
}
OF_PARTITION: Mapping[type[Event], PartitionApplier] = {
    **{event: apply for page in _PAGES for event, apply in getattr(page, "OF_PARTITION", {}).items()},
    **{event: apply for kind in KINDS.values() for event, apply in kind.of_partition.items()},
}
EVENTS: tuple[type[Event], ...] = tuple({**OF_INSTANCE, **OF_PARTITION})
COMMANDS: Mapping[type[Command], Callable[[Step, Any], Any]] = {
    **{command: decide for page in _PAGES for command, decide in getattr(page, "COMMANDS", {}).items()},
    **{command: decide for kind in KINDS.values() for command, decide in kind.commands.items()},
}
CONTINUATIONS: Mapping[str, Callable[..., Any]] = {
    name: go_on for page in _PAGES for name, go_on in getattr(page, "CONTINUATIONS", {}).items()
}
COMING: Mapping[str, Come] = {
    name: comes for page in _PAGES for name, comes in getattr(page, "COMING", {}).items()
}
HOUSE = House(
    OF_INSTANCE,
    OF_PARTITION,
    ROOMS,
    {**KINDS, **KINDS_BY_ROW},
    message.look,
    conditional.ask,
    conditions.ASKING,
    jobs.resume,
    CONTINUATIONS,
    COMING,
    {function: name for name, function in [*CONTINUATIONS.items(), *COMING.items()]},
    {ending.go_on: False, instances.go_on_ending: True},
)

REASON_LIMIT = 2_000
"""Characters that are kept of what an exception says."""
_ADDRESS = re.compile(r" at 0x[0-9A-Fa-f]+")

_encode = msgspec.msgpack.Encoder().encode
# the union of every event is only known here, at run time, so no type checker can follow it
_decode = msgspec.msgpack.Decoder(list[functools.reduce(operator.or_, EVENTS)]).decode  # type: ignore[misc]


class Outcome(msgspec.Struct, frozen=True):
    """What a command has brought about. Nothing of it may leave the house before its log is committed."""

    answer: Any
    log: list[LogEntry]
    ended: list[InstanceEnded]
    events: list[tuple[int, Event]]
    """What the log tells, each with its process instance, 0 where it is of none."""
    settled: list[Settled]


class StateLost(Exception):
    """A command was broken off while it changed the state: go on from the store. The state is not to be
    trusted any more.
    """


class KernelFault(Exception):
    """An exception inside a command, which was rolled back.

    `process_instance_key` is the instance to set aside; 0 where none was at work that had been there before.
    `is_broken_off`: the command had taken too long.
    """

    def __init__(self, command: str, process_instance_key: int, cause: BaseException) -> None:
        reason = _ADDRESS.sub("", str(cause))[:REASON_LIMIT]
        super().__init__(
            f"{command} on process instance {process_instance_key}: {type(cause).__name__}: {reason}"
        )
        self.command = command
        self.process_instance_key = process_instance_key
        self.is_broken_off = isinstance(cause, CommandBrokenOff)


def _nothing() -> None:
    """Nobody breaks this command off."""


def decide(
    state: State,
    command: Command,
    now_ms: int,
    limits: ProcessLimits = ProcessLimits(),  # noqa: B008 - a frozen tuple
    decided: Callable[[], None] = _nothing,
) -> Outcome:
    """Carry out one command. Raises `Rejection` (the caller's mistake), `KernelFault` (ours) or `ModelNeeded`
    (to be read before the command is given again); the state is then as before.

    Whoever may raise `CommandBrokenOff` into it must not do so any more once `decided` has been called.
    Raises `StateLost` where that came at a moment at which nothing can be taken back.
    """
    mark = state.mark()
    state.now_ms = now_ms
    step = Step(state, HOUSE, limits)
    try:
        try:
            answer = COMMANDS[type(command)](step, command)
            _run(step)
            if step.page is not None or step.undertaking_key or not step.is_done:
                pages.put_off(step)
            log = log_of(step, type(command).__name__, mark.last_position + 1)
        finally:
            decided()
    except (Rejection, ModelNeeded):
        state.roll_back(mark)
        raise
    except (Exception, CommandBrokenOff) as fault:
        decided()  # which may be where it was broken off
        if isinstance(fault, CommandBrokenOff) and is_changing(_code_of(fault.__traceback__)):
            raise StateLost(f"{type(command).__name__}: {fault}") from fault
        instance_key = _broken_instance(step, mark, fault)
        state.roll_back(mark)
        raise KernelFault(type(command).__name__, instance_key, fault) from fault
    return Outcome(answer, log, step.ended, step.events, step.settled)


def _code_of(trace: TracebackType | None) -> Iterator[CodeType]:
    """What was being run when an exception was raised."""
    while trace is not None:
        yield trace.tb_frame.f_code
        trace = trace.tb_next


def _broken_instance(step: Step, mark: StateMark, fault: BaseException) -> int:
    """The instance to set aside: the damaged one, else the one at work, else its nearest older caller. The
    caller is asked where the one at work is of this command: it was there before.
    """
    if isinstance(fault, DamagedInstance):
        return fault.process_instance_key
    instance = step.at_work
    while instance is not None and instance.key > mark.last_key:
        parent_key = instance.header.parent_instance_key if instance.header is not None else 0
        instance = step.state.instance_as_found(parent_key) if parent_key else None
    return instance.key if instance is not None else 0


def _run(step: Step) -> None:
    """Work until nothing is left to do, or the page is full. The end of an instance may be what a call or a
    message has waited for.

    What comes from outside waits until all that came of the command, and of what came before it, is at rest.
    """
    announced = 0
    step.run()
    while announced < len(step.ended) or step.next_arrival():
        if announced < len(step.ended):
            end = step.ended[announced]
            announced += 1
            calls.called_ended(step, end)
            correlation.instance_ended(step, end.process_instance_key)
        step.run()


def log_of(step: Step, command: str, first_position: int) -> list[LogEntry]:
    """The step's events as log entries: one for each run of events of one instance."""
    entries: list[LogEntry] = []
    events = step.events
    start = 0
    while start < len(events):
        instance_key = events[start][0]
        end = start + 1
        while end < len(events) and events[end][0] == instance_key:
            end += 1
        encoded = _encode([event for _, event in events[start:end]])
        entries.append(
            LogEntry(first_position + start, instance_key, step.now_ms, command, end - start, encoded)
        )
        start = end
    return entries


def events_of(entry: LogEntry) -> list[Event]:
    """The events of a log entry. Raises `BrokenInvariant` where they cannot be read."""
    try:
        events: list[Event] = _decode(entry.events)
    except msgspec.DecodeError as error:
        raise BrokenInvariant(f"the events at position {entry.position} cannot be read: {error}") from error
    return events


def replay(state: State, entries: Iterable[LogEntry]) -> None:
    """Fold log entries into a state, in order of position."""
    for entry in entries:
        state.now_ms = entry.timestamp_ms
        state.last_position = entry.position - 1
        for event in events_of(entry):
            _replay_event(state, entry.process_instance_key, event)


def _replay_event(state: State, instance_key: int, event: Event) -> None:
    if isinstance(event, beginning.ProcessInstanceCreated):
        state.open_instance(event.key)
    state.last_position += 1
    state.last_key = max(state.last_key, getattr(event, "key", 0))
    if not instance_key:
        OF_PARTITION[type(event)](state, event)
        return
    instance = state.instance(instance_key)
    if instance is None:
        raise BrokenInvariant(f"the log tells of process instance {instance_key}, which is not there")
    OF_INSTANCE[type(event)](state, instance, event)
