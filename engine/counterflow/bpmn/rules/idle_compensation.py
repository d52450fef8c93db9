"""A handler that no compensation can reach never runs.

BPMN 2.0.2, 10.7.2: a compensation event sub-process undoes the scope it is in, once that has completed, when
the scope around throws; around a process there is none, so that it is refused there. A handler of an activity
runs when a throw reaches that activity; where none does, that is told (warning).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from counterflow.bpmn.outline import Element, Outline
from counterflow.bpmn.undo import scopes_of, undoes_as_a_whole
from counterflow.documents.findings import Finding
from counterflow.model.graph import Behaviour

RULE = "idle-compensation"


def check(outline: Outline) -> Iterator[Finding]:
    """Compensation event sub-processes whose scope nobody can undo, and handlers of what no throw reaches."""
    for element in outline.elements:
        in_process = element.parent is not None and element.parent.behaviour is Behaviour.PROCESS
        if in_process and element.is_event_sub_process and undoes_as_a_whole(element):
            message = (
                f"compensation event sub-process '{element.id}' is directly in {element.parent}, which "
                "nothing undoes as a whole."
            )
            yield element.error(
                RULE, message, "Put it into the sub-process that it is to undo, or remove it."
            )
    reached = _reached(outline)
    for element in outline.elements:
        if element.handler is not None and id(element) not in reached:
            message = (
                f"no throw of compensation reaches {element.attached_to}, so that '{element.handler.id}' "
                "never runs."
            )
            yield element.warning(
                RULE, message, "Throw compensation in its scope or around it, or remove the handler."
            )


def _reached(outline: Outline) -> set[int]:
    """The compensation boundary events whose handlers some throw can start."""
    reached, seen = set[int](), set[int]()
    for scope, named in _thrown_at(outline):
        for child in scope.children:
            if not named or named == child.id:
                _take(child, reached, seen)
    return reached


def _thrown_at(outline: Outline) -> Iterable[tuple[Element, str | None]]:
    """The scopes that throws reach, each with the activity that is named, once.

    A process may throw in thousands of places.
    """
    places: dict[tuple[int, str | None], tuple[Element, str | None]] = {}
    for throw in outline.elements:
        if throw.throws_undo:
            named = throw.definitions[0].get("activityRef")
            for scope in scopes_of(throw):
                places.setdefault((id(scope), named), (scope, named))
    return places.values()


def _take(activity: Element, reached: set[int], seen: set[int]) -> None:
    """What undoing an activity starts: its own handler, and those inside.

    Those are not where an event sub-process stands in for them.
    """
    if id(activity) in seen or (activity.is_event_sub_process and undoes_as_a_whole(activity)):
        return
    seen.add(id(activity))
    if activity.compensation_boundary is not None:
        reached.add(id(activity.compensation_boundary))
    if not any(undoes_as_a_whole(child) for child in activity.event_sub_processes):
        for child in activity.children:
            _take(child, reached, seen)
