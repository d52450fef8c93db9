"""The fold: a story grows by each entry of its instance's log, one after another."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from counterflow.kernel import events_of
from counterflow.kernel.course import beginning
from counterflow.kernel.vocabulary import BrokenInvariant, Event, LogEntry, Rejection, RejectionType
from counterflow.queries import log
from counterflow.queries.definitions import element_names
from counterflow.queries.story import (
    decisions,
    elements,
    escalations,
    jobs,
    migration,
    quarantine,
    suspension,
    terminations,
    undo,
    user_tasks,
    waits,
)
from counterflow.queries.story.story import Addition, Story
from counterflow.store.port import Store

ADDITIONS: Mapping[type[Event], Addition] = {
    **elements.ADDITIONS,
    **jobs.ADDITIONS,
    **user_tasks.ADDITIONS,
    **waits.ADDITIONS,
    **undo.ADDITIONS,
    **decisions.ADDITIONS,
    **migration.ADDITIONS,
    **quarantine.ADDITIONS,
    **suspension.ADDITIONS,
    **escalations.ADDITIONS,
}
"""By kind of event, what adds it. A test holds this table against the kernel's."""


def story_of(store: Store, key: int) -> Story:
    """What has happened in an instance so far. Raises `Rejection` for an unknown key."""
    story: Story | None = None
    for entry in log.entries(store, key) if key > 0 else ():
        if story is None:
            created = created_in(entry)
            story = Story(created, partial(element_names, store))
        add(story, entry)
    if story is None:
        raise Rejection(
            RejectionType.NOT_FOUND,
            f"Expected to find a process instance with key '{key}', but none was found",
        )
    return story


def add(story: Story, entry: LogEntry) -> None:
    """Add the events of a log entry; entries come in the order of their positions."""
    story.position = entry.position - 1
    story.now_ms = entry.timestamp_ms
    story.started_at_ms = story.started_at_ms or entry.timestamp_ms
    terminations.begin_entry(story, entry)
    for event in events_of(entry):
        story.position += 1
        terminations.note_cause(story, event)
        addition = ADDITIONS.get(type(event))
        if addition is not None:
            addition(story, event)


def created_in(entry: LogEntry) -> beginning.ProcessInstanceCreated:
    """The event that an instance's log begins with. Raises `BrokenInvariant` where it does not."""
    for event in events_of(entry):
        if isinstance(event, beginning.ProcessInstanceCreated):
            return event
    raise BrokenInvariant(
        f"the log of process instance {entry.process_instance_key} does not begin with its creation"
    )
