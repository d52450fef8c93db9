"""What the log says of migrations: where elements, waits, tokens and undo records stand from then on."""

from __future__ import annotations

from collections.abc import Mapping

from counterflow.kernel.course.joins import MARK
from counterflow.kernel.lives import migration
from counterflow.kernel.vocabulary import Event
from counterflow.queries.definitions import UNNAMED
from counterflow.queries.story.story import Addition, Story


def _migrated(story: Story, event: migration.ProcessInstanceMigrated) -> None:
    """What is at work has the name that the target gives it; what has ended keeps its own."""
    story.version, story.definition_key = event.version, event.definition_key
    story.bpmn_process_id = event.bpmn_process_id
    story.names = story.names_of(event.definition_key)
    for element in story.elements.values():
        if not element.ended_position:
            name = story.names.get(element.element_id, UNNAMED)
            element.element_name, element.element_type = name.name, name.type
    for wait in story.waits.values():
        if wait.state == "open":
            wait.catch_id = story.drawn(wait.catch_id)
            wait.catch_name = story.name_of(wait.catch_id)
    for record in story.undo_records.values():
        if record.state in {"available", "taken", "started"}:
            record.element_name = story.name_of(record.element_id)
            record.handler_name = story.name_of(record.handler_id)


def _element(story: Story, event: migration.ElementMigrated) -> None:
    element = story.elements[event.key]
    element.element_id = event.target_element_id
    for job in element.jobs:
        if job.ended_at_ms is None:
            job.element_id = event.target_element_id
    for incident in element.incidents:
        if incident.ended_at_ms is None:
            incident.element_id = event.target_element_id


def _wait(story: Story, event: migration.WaitMigrated) -> None:
    """What has come already, of an event all of whose parts have to, is waited for no more."""
    wait = story.waits.get(event.key)
    if wait is None:
        return
    wait.catch_id = event.catch_id
    if wait.kind == "condition":
        wait.name, wait.variable_names = event.condition, event.variable_names.split("\n")


def _tokens(story: Story, event: migration.TokensMigrated) -> None:
    """A mark of a round of a complex gateway is no token: it says which flow has given one."""
    scope_key = event.scope_key
    came = {
        move.flow_id: story.waiting.pop((scope_key, move.flow_id))[1]
        for move in event.moves
        if (scope_key, move.flow_id) in story.waiting
    }
    taken: dict[tuple[int, str], set[str]] = {}
    for flow_id, gateway_id, target_flow_id in event.moves:
        if flow_id in came:
            story.waiting[scope_key, target_flow_id] = (gateway_id, came[flow_id])
        before, mark, _ = flow_id.rpartition(MARK)
        if mark:
            story.taken.pop((scope_key, before), None)
            taken.setdefault((scope_key, gateway_id), set()).add(target_flow_id.rpartition(MARK)[2])
    story.taken |= taken


def _undo(story: Story, event: migration.UndoRecordMigrated) -> None:
    record = story.undo_records.get(event.key)
    if record is None:
        return
    if not event.handler:
        record.state = "dropped"  # only what is inside it can still be undone
        return
    record.element_id, record.handler_id = event.target_element_id, event.handler


ADDITIONS: Mapping[type[Event], Addition] = {
    migration.ProcessInstanceMigrated: _migrated,
    migration.ElementMigrated: _element,
    migration.WaitMigrated: _wait,
    migration.TokensMigrated: _tokens,
    migration.UndoRecordMigrated: _undo,
}
