"""What the log says of undo: which activities can be undone, by what, and what has come of it."""

from __future__ import annotations

from collections.abc import Mapping

from counterflow.kernel.course import undo
from counterflow.kernel.vocabulary import Event
from counterflow.queries.shapes import UndoRecord
from counterflow.queries.story.story import Addition, Story


def _recorded(story: Story, event: undo.UndoRecorded) -> None:
    if not event.handler:
        return  # a container: it leads to the records inside it and undoes nothing itself
    story.undo_records[event.key] = UndoRecord(
        key=event.key,
        element_id=event.element_id,
        element_name=story.name_of(event.element_id),
        element_instance_key=event.element_instance_key,
        scope_key=event.scope_key,
        handler_id=event.handler,
        handler_name=story.name_of(event.handler),
        activated_position=event.activated_position,
        completed_position=story.position,
    )


def _taken(story: Story, event: undo.UndoTaken) -> None:
    for key in event.keys:
        record = story.undo_records[key]
        record.state, record.throw_key = "taken", event.throw_key


def _started(story: Story, event: undo.UndoStarted) -> None:
    record = story.undo_records[event.undo_key]
    story.undo_started += 1
    record.state, record.handler_key, record.order, record.started_position = (
        "started",
        event.handler_key,
        story.undo_started,
        story.position,
    )


def _completed(story: Story, event: undo.UndoCompleted) -> None:
    record = story.undo_records.get(event.undo_key)
    if record is not None:
        record.state, record.undone_position, record.undone_at_ms = "completed", story.position, story.now_ms


def _released(story: Story, event: undo.UndoReleased) -> None:
    for record in story.undo_records.values():
        if record.throw_key == event.throw_key and record.state == "taken":
            record.state, record.throw_key = "available", 0
        elif record.throw_key == event.throw_key and record.state == "started":
            record.state = "used_up"


def _part_released(story: Story, event: undo.UndoPartReleased) -> None:
    for key in event.keys:
        record = story.undo_records[key]
        if record.state == "taken":
            record.state, record.throw_key = "available", 0
        elif record.state == "started":
            record.state = "used_up"


def _taken_back(story: Story, event: undo.UndoTakenBack) -> None:
    for key in event.keys:
        record = story.undo_records[key]
        record.state, record.handler_key, record.order, record.started_position = "taken", 0, 0, 0


def _dropped(story: Story, event: undo.UndoDropped) -> None:
    for key in (*event.keys, *event.containers):
        if key in story.undo_records:
            story.undo_records[key].state = "dropped"


def drop_all(story: Story) -> None:
    """Mark all that has not been undone as dropped: nobody can ask for it any more."""
    for record in story.undo_records.values():
        if record.state in {"available", "taken", "started"}:
            record.state = "dropped"


ADDITIONS: Mapping[type[Event], Addition] = {
    undo.UndoRecorded: _recorded,
    undo.UndoTaken: _taken,
    undo.UndoStarted: _started,
    undo.UndoCompleted: _completed,
    undo.UndoReleased: _released,
    undo.UndoPartReleased: _part_released,
    undo.UndoDropped: _dropped,
    undo.UndoTakenBack: _taken_back,
}
