"""By what an element instance was terminated, as far as its own log can tell. It is the last thing that
happened before the sweep began.

A sweep is the doing of what came last within the same command: an event that was triggered, an end event that
was reached, or the command itself. What is swept away inside something else ends with its scope; a called
process, which nobody can cancel by itself, with its call.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from counterflow.kernel.course import moves
from counterflow.kernel.elements import ad_hoc_sub_process
from counterflow.kernel.events import cancel, error, escalation
from counterflow.kernel.events import conditional as conditions
from counterflow.kernel.events import message as messages
from counterflow.kernel.events import signal as signals
from counterflow.kernel.events import timer as timers
from counterflow.kernel.lives import modification
from counterflow.kernel.vocabulary import Event, LogEntry
from counterflow.queries.shapes import ElementInstance, Termination
from counterflow.queries.story.story import Story

END_EVENT = "endEvent"


def begin_entry(story: Story, entry: LogEntry) -> None:
    """Take the entry's command for the cause of what is swept away in it, unless that was so before.

    A command that goes back and forth between instances has several entries in each: what caused a sweep
    stays the cause in them.
    """
    command = (entry.command, entry.timestamp_ms)
    if story.command != command:
        story.command, story.cause = command, Termination("command", command=entry.command)


def note_cause(story: Story, event: Event) -> None:
    """Remember what would have been the cause of a sweep that begins now."""
    cause_of = CAUSES.get(type(event))
    if cause_of is not None:
        story.cause = cause_of(story, event) or story.cause


def add_termination(story: Story, element: ElementInstance) -> None:
    """Say of an element instance that is being swept away by what."""
    scope = story.elements.get(element.scope_key)
    if element.key in story.ended_by_hand:
        element.termination = Termination("command", command=modification.ModifyProcessInstance.__name__)
    elif scope is not None and scope.termination is not None:
        element.termination = Termination("scope")
    elif scope is None and story.created.parent_instance_key:
        element.termination = Termination("caller")
    elif element.loop_counter > 0:
        element.termination = Termination("completion_condition")
    else:
        element.termination = story.cause


def _by_event(story: Story, catch_id: str, **caught: str) -> Termination:
    return Termination("event", catch_id, story.name_of(catch_id), **caught)


def _triggered(story: Story, event: timers.TimerTriggered) -> Termination:
    return _by_event(story, story.waits[event.key].catch_id)


def _reached_by(
    story: Story, event: messages.MessageCorrelated | signals.SignalReceived
) -> Termination | None:
    wait = story.waits.get(event.receiver_key)
    return _by_event(story, wait.catch_id) if wait is not None else None


def _held(story: Story, event: conditions.ConditionalTriggered) -> Termination:
    return _by_event(story, event.catch_id)


def _caught(story: Story, event: error.ErrorCaught) -> Termination:
    return _by_event(story, event.catch_id, error_code=event.error_code, error_message=event.message)


def _escalated(story: Story, event: escalation.EscalationCaught) -> Termination:
    return _by_event(story, event.catch_id, escalation_code=event.escalation_code)


def _canceled(story: Story, event: cancel.TransactionCanceled) -> Termination:
    return _by_event(story, event.catch_id)


def _reached(story: Story, event: moves.ElementActivated) -> Termination | None:
    """An end event that sweeps was reached: it is its terminate or cancel definition that has swept. A plain
    end event sweeps nothing away; so whatever is swept after one was reached, was so by its definition.
    """
    element = story.elements[event.key]
    if element.element_type != END_EVENT:
        return None
    return Termination("terminate_end_event", element.element_id, element.element_name)


def _modified(story: Story, event: modification.ProcessInstanceModified) -> None:
    story.ended_by_hand = frozenset(event.terminated)


def _fulfilled(_: Story, __: ad_hoc_sub_process.AdHocFulfilled) -> Termination:
    return Termination("completion_condition")


CAUSES: Mapping[type[Event], Callable[[Story, Any], Termination | None]] = {
    timers.TimerTriggered: _triggered,
    messages.MessageCorrelated: _reached_by,
    signals.SignalReceived: _reached_by,
    conditions.ConditionalTriggered: _held,
    error.ErrorCaught: _caught,
    escalation.EscalationCaught: _escalated,
    cancel.TransactionCanceled: _canceled,
    moves.ElementActivated: _reached,
    modification.ProcessInstanceModified: _modified,
    ad_hoc_sub_process.AdHocFulfilled: _fulfilled,
}
"""What may sweep something away."""
