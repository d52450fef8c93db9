"""Which conditions are to be asked again when variables change: those that see the change, and want to know.

A condition sees what its element sees: the variables of its own scope and of those around it, but for what a
nearer one hides. Asked are they when the turn in which it has happened is over, each once, whatever it has
changed (as in Zeebe, after a document is merged). BPMN 2.0.2, 10.5.5 (conditional).
"""

from __future__ import annotations

from collections.abc import Mapping

from counterflow.kernel.rows import ConditionalSubscription
from counterflow.kernel.state.instance import InstanceState
from counterflow.kernel.work.step import Course
from counterflow.model.events import ConditionalDefinition


def notice(
    course: Course,
    scope_key: int,
    conditions: Mapping[str, Mapping[int, None]],
    is_new: Mapping[str, bool],
) -> None:
    """Variables of a scope have changed, by name, and whether they are new there; conditions may see it. The
    conditions are those in it, by the names that they are asked for.
    """
    rows = course.instance.rows[ConditionalSubscription]
    for name, created in is_new.items():
        for key in [*conditions.get(name, ()), *conditions.get("", ())]:
            row: ConditionalSubscription = rows[key]
            if key not in course.step.asked and _counts(course, row, scope_key, name, created=created):
                course.step.ask(key, course.token(row.element_instance_key))


def _counts(
    course: Course, row: ConditionalSubscription, scope_key: int, name: str, *, created: bool
) -> bool:
    definition = course.nodes[row.catch_id].event
    if not isinstance(definition, ConditionalDefinition):
        return False
    is_wanted = definition.on_create if created else definition.on_update
    return is_wanted and not _is_hidden(course.instance, row.element_instance_key, scope_key, name)


def _is_hidden(instance: InstanceState, key: int, scope_key: int, name: str) -> bool:
    """Whether a scope nearer to the element has a variable of that name."""
    while key != scope_key:
        if name in instance.variables.get(key, ()):
            return True
        key = instance.elements[key].scope_key
    return False
