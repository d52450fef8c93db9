"""Whether what is being swept away in pages is gone for everybody: small books, kept from events alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from counterflow.kernel.course import asking, ending, moves
from counterflow.kernel.data import scopes
from counterflow.kernel.events import conditional
from counterflow.kernel.events import message as messages
from counterflow.kernel.events import signal as signals
from counterflow.kernel.events import timer as timers
from counterflow.kernel.lives import calls, jobs, user_tasks
from counterflow.kernel.vocabulary import Event
from tests.simulation.books import Life


class Sweeping:
    """What is being swept away, and whose every job and wait is. `elements` are those of the history."""

    def __init__(self, elements: Mapping[int, Life]) -> None:
        self._elements = elements
        self._sweeps: dict[int, ending.SweepBegun] = {}
        self._element_of: dict[int, int] = {}
        """By the key of a job, a timer, a subscription, or of a called instance."""

    def follow(self, event: Event) -> Iterator[str]:
        """Add what an event says; what is wrong with it, in words."""
        if isinstance(event, ending.SweepBegun):
            self._sweeps[event.element_instance_key] = event
        elif isinstance(event, ending.SweepEnded):
            del self._sweeps[event.element_instance_key]
        elif isinstance(event, calls.ProcessCalled):
            self._element_of[event.called_instance_key] = event.element_instance_key
        elif isinstance(
            event,
            asking.JobCreated
            | user_tasks.UserTaskCreated
            | timers.TimerScheduled
            | messages.SubscriptionOpened
            | signals.SignalSubscriptionOpened
            | conditional.ConditionalSubscriptionOpened,
        ):
            self._element_of[event.key] = event.element_instance_key
        elif self._sweeps and self.is_swept(self._reached_by(event)):
            yield f"{event} comes to what is being swept away"

    def _reached_by(self, event: Event) -> int:
        """The element instance that something is done at, or comes to; 0 where it is none."""
        if isinstance(event, jobs.JobActivated | jobs.JobCompleted | jobs.JobFailed | jobs.JobErrorThrown):
            return self._element_of[event.key]
        if isinstance(
            event,
            user_tasks.UserTaskAssigned
            | user_tasks.UserTaskUpdated
            | user_tasks.UserTaskCompleted
            | user_tasks.UserTaskErrorThrown,
        ):
            return self._element_of[event.key]
        if isinstance(event, timers.TimerTriggered):
            return self._element_of[event.key]
        if isinstance(event, conditional.ConditionalTriggered | conditional.ConditionalFailed):
            return self._element_of.get(event.key, 0)
        if isinstance(event, messages.MessageCorrelated | messages.ElementTriggered | signals.SignalReceived):
            return self._element_of.get(event.receiver_key, 0)
        if isinstance(event, moves.ElementActivated | moves.ElementCompleted):
            return event.key
        return event.scope_key if isinstance(event, scopes.VariableDocumentUpdated) else 0

    def is_swept(self, key: int) -> bool:
        """Whether an element instance is being swept away, or is inside what is."""
        inside = 0
        while key in self._elements:
            sweep = self._sweeps.get(key)
            if sweep is not None and _takes(sweep, inside):
                return True
            scope_key = self._elements[key].scope_key
            inside, key = (key, scope_key) if scope_key else (0, self._element_of.get(key, 0))
        return False


def _takes(sweep: ending.SweepBegun, child_key: int) -> bool:
    if not sweep.through_key:
        return True
    return 0 < child_key <= sweep.through_key and child_key != sweep.spared_key
