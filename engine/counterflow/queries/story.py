"""A process instance folded from its events for people to look at: what the appliers throw away when it is
over is kept here.

One function per kind of event, in one table; an event that is not in it tells nothing that a tree of elements
could show, and is seen in the history all the same. The functions say nothing of whether a move is legal:
that was decided, once, before it was written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from counterflow.kernel import events_of
from counterflow.kernel.course import joins, moves
from counterflow.kernel.data import scopes
from counterflow.kernel.lives import instances, quarantine
from counterflow.kernel.vocabulary import BrokenInvariant, Event, LogEntry
from counterflow.queries import story_of_ends, story_of_jobs, story_of_undo, story_of_waits
from counterflow.queries.definitions import UNNAMED, Names
from counterflow.queries.shapes import (
    CaughtError,
    CorrelatedMessage,
    ElementInstance,
    FlowTaken,
    Incident,
    Job,
    Termination,
    UndoRecord,
    Variable,
    Wait,
)


class Story:
    """What has happened so far. `position` and `now_ms` are those of the event that is being told."""

    def __init__(self, created: instances.ProcessInstanceCreated, names: Names) -> None:
        self.created = created
        self.names = names
        self.position = 0
        self.now_ms = 0
        self.started_at_ms = 0
        self.elements: dict[int, ElementInstance] = {}
        self.variables: dict[int, dict[str, bytes]] = {}
        self.jobs: dict[int, Job] = {}
        self.incidents: dict[int, Incident] = {}
        self.undo_records: dict[int, UndoRecord] = {}
        self.undo_started = 0
        self.flows_taken: list[FlowTaken] = []
        self.waiting: dict[tuple[int, str], tuple[str, int]] = {}
        self.caught_errors: list[CaughtError] = []
        self.waits: dict[int, Wait] = {}
        self.correlated_messages: list[CorrelatedMessage] = []
        self.quarantine_reason = ""
        self.command = ("", 0)
        self.cause = Termination("command")
        """What would have terminated an element, if one were terminated now."""

    @property
    def root(self) -> ElementInstance:
        """The process itself."""
        return self.elements[self.created.key]

    def tell(self, entry: LogEntry) -> None:
        """Fold the events of a log entry in."""
        self.position = entry.position - 1
        self.now_ms = entry.timestamp_ms
        self.started_at_ms = self.started_at_ms or entry.timestamp_ms
        story_of_ends.begin_entry(self, entry)
        for event in events_of(entry):
            self.position += 1
            story_of_ends.note_cause(self, event)
            teller = TELLERS.get(type(event))
            if teller is not None:
                teller(self, event)

    def variables_of(self, scope_key: int) -> list[Variable]:
        """The variables of a scope alone, by name, with their last values."""
        return [
            Variable(name, value.decode())
            for name, value in sorted(self.variables.get(scope_key, {}).items())
        ]


def created_in(entry: LogEntry) -> instances.ProcessInstanceCreated:
    """The event that an instance's log begins with. Raises `BrokenInvariant` where it does not."""
    for event in events_of(entry):
        if isinstance(event, instances.ProcessInstanceCreated):
            return event
    raise BrokenInvariant(
        f"the log of process instance {entry.process_instance_key} does not begin with its creation"
    )


# -- elements ------------------------------------------------------------------------------------------------


def _activating(story: Story, event: moves.ElementActivating) -> None:
    name = story.names.get(event.element_id, UNNAMED)
    element = ElementInstance(
        key=event.key,
        scope_key=event.scope_key,
        element_id=event.element_id,
        element_name=name.name,
        element_type=name.type,
        state="activating",
        activated_position=story.position,
        activated_at_ms=story.now_ms,
        undo_record_key=event.undo_key,
        loop_counter=event.loop_counter,
    )
    story.elements[event.key] = element
    if event.scope_key:
        story.elements[event.scope_key].children.append(element)


def _activated(story: Story, event: moves.ElementActivated) -> None:
    element = story.elements[event.key]
    element.state, element.activated_position = "active", story.position


def _completing(story: Story, event: moves.ElementCompleting) -> None:
    story.elements[event.key].state = "completing"


def _completed(story: Story, event: moves.ElementCompleted) -> None:
    _end(story, story.elements[event.key], "completed")


def _terminated(story: Story, event: moves.ElementTerminated) -> None:
    _end(story, story.elements[event.key], "terminated")


def _end(story: Story, element: ElementInstance, state: str) -> None:
    element.state, element.ended_position, element.ended_at_ms = state, story.position, story.now_ms


# -- flows and joins -----------------------------------------------------------------------------------------


def _flow_taken(story: Story, event: moves.FlowTaken) -> None:
    story.flows_taken.append(FlowTaken(event.flow_id, event.scope_key, story.position, story.now_ms))


def _token_arrived(story: Story, event: joins.TokenArrived) -> None:
    _, count = story.waiting.get((event.scope_key, event.flow_id), ("", 0))
    story.waiting[event.scope_key, event.flow_id] = (event.gateway_id, count + 1)


def _flows_joined(story: Story, event: joins.FlowsJoined) -> None:
    for flow_id in event.flow_ids:
        gateway_id, count = story.waiting.pop((event.scope_key, flow_id))
        if count > 1:
            story.waiting[event.scope_key, flow_id] = (gateway_id, count - 1)


def _tokens_swept_away(story: Story, event: moves.TokensSweptAway) -> None:
    for place in [place for place in story.waiting if place[0] == event.scope_key]:
        del story.waiting[place]


# -- variables -----------------------------------------------------------------------------------------------


def _variables_set(story: Story, event: scopes.VariablesSet) -> None:
    story.variables.setdefault(event.scope_key, {}).update(event.values)


def _variables_removed(story: Story, event: scopes.VariablesRemoved) -> None:
    for name in event.names:
        story.variables[event.scope_key].pop(name, None)


# -- quarantine ----------------------------------------------------------------------------------------------


def _quarantined(story: Story, event: quarantine.InstanceQuarantined) -> None:
    story.quarantine_reason = event.reason


def _released(story: Story, _: quarantine.InstanceReleased) -> None:
    story.quarantine_reason = ""


def _abandoned(story: Story, _: quarantine.InstanceAbandoned) -> None:
    story.quarantine_reason = ""
    story.waiting.clear()
    for element in story.elements.values():
        if not element.ended_position:
            story_of_ends.tell_cause(story, element)
            _end(story, element, "terminated")
    for job in story.jobs.values():
        if job.ended_at_ms is None:
            story_of_jobs.end_job(story, job, "canceled")
    for wait in story.waits.values():
        if wait.state == "open":
            story_of_waits.end_wait(story, wait, "closed")
    for incident in story.incidents.values():
        if incident.state == "open":
            story_of_jobs.end_incident(story, incident, "dropped")
    for record in story.undo_records.values():
        if record.state in {"available", "taken", "started"}:
            record.state = "dropped"


TELLERS: Mapping[type[Event], Callable[[Story, Any], None]] = {
    moves.ElementActivating: _activating,
    moves.ElementActivated: _activated,
    moves.ElementCompleting: _completing,
    moves.ElementCompleted: _completed,
    moves.ElementTerminating: story_of_ends.terminating,
    moves.ElementTerminated: _terminated,
    moves.FlowTaken: _flow_taken,
    moves.TokensSweptAway: _tokens_swept_away,
    joins.TokenArrived: _token_arrived,
    joins.FlowsJoined: _flows_joined,
    scopes.VariablesSet: _variables_set,
    scopes.VariablesRemoved: _variables_removed,
    quarantine.InstanceQuarantined: _quarantined,
    quarantine.InstanceReleased: _released,
    quarantine.InstanceAbandoned: _abandoned,
    **story_of_jobs.TELLERS,
    **story_of_undo.TELLERS,
    **story_of_waits.TELLERS,
}
"""What tells a person something about the tree of an instance. A test holds this table against the
kernel's.
"""
