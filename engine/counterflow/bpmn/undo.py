"""What a compensation throw reaches, as far as the drawing tells.

BPMN 2.0.2, 10.7; docs/ARCHITECTURE.md, "Undo".

A throw undoes activities of its own flow scope; inside an event sub-process also those of the scope that the
event sub-process belongs to, through any nesting of event sub-processes. From there undo goes down into
sub-processes, never up.
"""

from __future__ import annotations

from collections.abc import Iterator

from counterflow.bpmn.elements import COMPENSATION
from counterflow.bpmn.outline import Element


class UndoReach:
    """What can be undone in one file, worked out once per activity and scope.

    A file may hold thousands of throws.
    """

    def __init__(self) -> None:
        self._inner: dict[int, bool] = {}
        self._in_scope: dict[int, list[Element]] = {}
        self._finds: dict[int, bool] = {}

    def of(self, throw: Element) -> list[Element]:
        """The activities that a throw can undo, in document order, nearest scope first."""
        return [activity for scope in scopes_of(throw) for activity in self._undoable_in(scope)]

    def finds_any(self, throw: Element) -> bool:
        """Whether a throw that names nothing can undo anything.

        That is an activity, or what an event sub-process has completed.
        """
        return any(self._finds_in(scope) for scope in scopes_of(throw))

    def has_inner_undo(self, scope: Element) -> bool:
        """Whether something inside a scope can be undone from outside."""
        known = self._inner.get(id(scope))
        if known is None:
            as_a_whole = any(undoes_as_a_whole(child) for child in scope.event_sub_processes)
            known = self._inner[id(scope)] = as_a_whole or any(
                self.can_be_undone(child) for child in scope.children
            )
        return known

    def can_be_undone(self, activity: Element) -> bool:
        """Whether an activity of the normal flow has a handler, or holds something that can be undone."""
        if activity.is_for_compensation:
            return False
        boundary = activity.compensation_boundary
        return (boundary is not None and boundary.handler is not None) or self.has_inner_undo(activity)

    def _finds_in(self, scope: Element) -> bool:
        known = self._finds.get(id(scope))
        if known is None:
            known = any(
                not undoes_as_a_whole(child) and self.can_be_undone(child) for child in scope.children
            )
            self._finds[id(scope)] = known
        return known

    def _undoable_in(self, scope: Element) -> list[Element]:
        known = self._in_scope.get(id(scope))
        if known is None:
            known = [child for child in scope.children if child.is_activity and self.can_be_undone(child)]
            self._in_scope[id(scope)] = known
        return known


def undoes_as_a_whole(event_sub_process: Element) -> bool:
    """Whether an event sub-process is started by compensation of the scope that it is in."""
    return any(event.catches(COMPENSATION) for event in event_sub_process.start_events)


def scopes_of(throw: Element) -> Iterator[Element]:
    """The scopes whose undo a throw reaches, its own first."""
    for scope in throw.ancestors():
        yield scope
        if not scope.is_event_sub_process:
            return
