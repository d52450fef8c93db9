"""The output collection of a multi-instance activity, or an ad-hoc sub-process, while it is being built.

It is a row for each place, a list only for who asks.

In a zeebe: model expressions inside the activity see it, in the order of the items, with null for each
instance that has not given anything yet (as a variable of the body, in Zeebe). It is no variable here: what
nobody reads costs nothing, and nothing inside can overwrite it.
"""

from __future__ import annotations

from collections.abc import Sequence

from counterflow.kernel.rows import ElementInstance, LoopOutput, Repetition
from counterflow.kernel.work.origin import BODY
from counterflow.kernel.work.step import Course

DESCRIPTION = "adHocSubProcessElements"
"""The variable of an ad-hoc sub-process that tells what may be activated in it."""
NULL = b"null"
PLACES_PER_FUEL = 8
"""Places of a list that is put together for one unit of the command's fuel."""


def gathered(course: Course, key: int) -> bytes:
    """What has been given until now to the body, or the ad-hoc sub-process, with this key: a JSON list."""
    rows = course.instance.rows
    repetition: Repetition = rows[Repetition][key]
    outputs = rows[LoopOutput]
    if course.instance.elements[key].loop_counter == BODY:
        places: Sequence[int] = range(1, repetition.total + 1)
    else:
        places = sorted(course.instance.loop_outputs.get(key, ()))
    course.step.budget.fuel_left -= len(places) // PLACES_PER_FUEL
    given = (outputs.get((key, number)) for number in places)
    return join([NULL if output is None else output.value for output in given])


def being_built(course: Course, element: ElementInstance, name: str) -> bytes | None:
    """The collection that a body, or an ad-hoc sub-process, gathers, if the name means it to those inside."""
    return gathered(course, element.key) if collection_of(course, element) == name else None


def collection_of(course: Course, element: ElementInstance) -> str | None:
    """The variable in which a body, or an ad-hoc sub-process, gathers what comes of it."""
    node = course.nodes[element.element_id]
    if element.loop_counter == BODY:
        return node.multi_instance.output_collection if node.multi_instance is not None else None
    return node.ad_hoc.output_collection if node.ad_hoc is not None else None


def join(values: Sequence[bytes]) -> bytes:
    """JSON values as one list."""
    return b"[" + b",".join(values) + b"]"
