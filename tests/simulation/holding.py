"""Whether what a person has suspended rests: small books, kept from events alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from counterflow.kernel.course import moves
from counterflow.kernel.course.asking import JobCreated
from counterflow.kernel.course.beginning import ProcessInstanceCreated
from counterflow.kernel.events import conditional
from counterflow.kernel.events import message as messages
from counterflow.kernel.events import signal as signals
from counterflow.kernel.events import timer as timers
from counterflow.kernel.lives import jobs, suspension, user_tasks
from counterflow.kernel.lives.modification import ProcessInstanceModified
from counterflow.kernel.vocabulary import Event
from counterflow.kernel.work import incidents

RESTING = (
    *(moves.ElementActivating, moves.ElementActivated, moves.ElementCompleting, moves.ElementCompleted),
    *(moves.FlowTaken, jobs.JobActivated, jobs.JobCompleted, jobs.JobErrorThrown, jobs.JobFailed),
    *(timers.TimerTriggered, messages.MessageCorrelated, messages.ElementTriggered, signals.SignalReceived),
    *(conditional.ConditionalTriggered, user_tasks.UserTaskCompleted, user_tasks.UserTaskErrorThrown),
    *(incidents.IncidentResolved, ProcessInstanceModified),
)
"""What does not happen to an instance that is suspended."""
ABOUT = (
    *(JobCreated, jobs.JobActivated, ProcessInstanceCreated),
    *(suspension.InstanceSuspended, suspension.InstanceResumed),
    *(suspension.DefinitionSuspended, suspension.DefinitionResumed),
    *(suspension.JobTypeSuspended, suspension.JobTypeResumed),
)


class Holding:
    """Which instances, definitions and types of jobs are suspended."""

    def __init__(self) -> None:
        self.instances: set[int] = set()
        self.definitions: set[int] = set()
        self._types: set[str] = set()
        self._job_types: dict[int, str] = {}

    def follow(self, event: Event, instance_key: int) -> Iterable[str]:
        """Add what an event says; what is wrong with it, in words."""
        is_about = isinstance(event, ABOUT) or instance_key in self.instances
        return self._follow(event, instance_key) if is_about else ()

    def _follow(self, event: Event, instance_key: int) -> Iterator[str]:
        if isinstance(event, JobCreated):
            self._job_types[event.key] = event.type
        elif isinstance(event, jobs.JobActivated) and self._job_types[event.key] in self._types:
            yield f"{event} gives out what is suspended"
        elif isinstance(event, ProcessInstanceCreated) and event.definition_key in self.definitions:
            yield f"{event} begins what is suspended"
        self._hold(event, instance_key)
        if instance_key in self.instances and isinstance(event, RESTING):
            yield f"the instance is suspended, and then came {event}"

    def _hold(self, event: Event, instance_key: int) -> None:
        if isinstance(event, suspension.InstanceSuspended):
            self.instances.add(instance_key)
        elif isinstance(event, suspension.InstanceResumed):
            self.instances.discard(instance_key)
        elif isinstance(event, suspension.DefinitionSuspended):
            self.definitions.add(event.definition_key)
        elif isinstance(event, suspension.DefinitionResumed):
            self.definitions.discard(event.definition_key)
        elif isinstance(event, suspension.JobTypeSuspended):
            self._types.add(event.type)
        elif isinstance(event, suspension.JobTypeResumed):
            self._types.discard(event.type)
