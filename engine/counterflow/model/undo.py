"""What a compensation throw reaches, as far as the drawing tells (BPMN 2.0.2, 10.7; docs/ARCHITECTURE.md, "Undo").

A throw undoes activities of its own flow scope; inside an event sub-process also those of the scope that the event
sub-process belongs to, through any nesting of event sub-processes. From there undo goes down into sub-processes, never up.
"""

from __future__ import annotations

from collections.abc import Iterator

from counterflow.model.outline import Element


def can_be_undone(activity: Element) -> bool:
    """Whether an activity has a handler, or holds something that can be undone."""
    boundary = activity.compensation_boundary
    return (boundary is not None and boundary.handler is not None) or has_inner_undo(activity)


def has_inner_undo(scope: Element) -> bool:
    """Whether something inside a scope can be undone from outside."""
    if any(undoes_as_a_whole(child) for child in scope.event_sub_processes):
        return True
    return any(can_be_undone(child) for child in scope.children if not child.is_for_compensation)


def undoes_as_a_whole(event_sub_process: Element) -> bool:
    """Whether an event sub-process is started by compensation of the scope that it is in."""
    return any(event.catches_compensation for event in event_sub_process.start_events)


def reached_by(throw: Element) -> list[Element]:
    """The activities that a throw can undo, in document order, nearest scope first."""
    return [child for scope in _scopes_of(throw) for child in scope.children if child.is_activity and _is_undoable(child)]


def _is_undoable(activity: Element) -> bool:
    return not activity.is_for_compensation and can_be_undone(activity)


def _scopes_of(throw: Element) -> Iterator[Element]:
    for scope in throw.ancestors():
        yield scope
        if not scope.is_event_sub_process:
            return
