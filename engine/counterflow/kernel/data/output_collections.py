"""The output collection of a multi-instance activity while it is being built.

It is a row for each place, a list only for who asks.

In a zeebe: model expressions inside the activity see it, in the order of the items, with null for each
instance that has not given anything yet (as a variable of the body, in Zeebe). It is no variable here: what
nobody reads costs nothing, and nothing inside can overwrite it.
"""

from __future__ import annotations

from collections.abc import Sequence

from counterflow.kernel.rows import ElementInstance, LoopOutput, Repetition
from counterflow.kernel.work.step import Course

NULL = b"null"
PLACES_PER_FUEL = 8
"""Places of a list that is put together for one unit of the command's fuel."""


def gathered(course: Course, body_key: int) -> bytes:
    """What has been given until now, as a JSON list."""
    rows = course.instance.rows
    repetition: Repetition = rows[Repetition][body_key]
    course.step.budget.fuel_left -= repetition.total // PLACES_PER_FUEL
    outputs = rows[LoopOutput]
    given = (outputs.get((body_key, place)) for place in range(1, repetition.total + 1))
    return join([NULL if output is None else output.value for output in given])


def being_built(course: Course, body: ElementInstance, name: str) -> bytes | None:
    """The collection, if it is what the name means to those inside a body."""
    loop = course.nodes[body.element_id].multi_instance
    if loop is None or loop.output_collection != name or body.key not in course.instance.rows[Repetition]:
        return None
    return gathered(course, body.key)


def join(values: Sequence[bytes]) -> bytes:
    """JSON values as one list."""
    return b"[" + b",".join(values) + b"]"
