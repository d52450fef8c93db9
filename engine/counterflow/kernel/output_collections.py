"""The output collection of a multi-instance activity while it is being built: a row for each place, a list
only for who asks.

In a zeebe: model expressions inside the activity see it, in the order of the items, with null for each
instance that has not given anything yet (as a variable of the body, in Zeebe). It is no variable here: what
nobody reads costs nothing, and nothing inside can overwrite it.
"""

from __future__ import annotations

from collections.abc import Sequence

from counterflow.kernel.rows import ElementInstance, Loop, LoopOutput
from counterflow.kernel.step import Step

NULL = b"null"
PLACES_PER_FUEL = 8
"""Places of a list that is put together for one unit of the command's fuel."""


def gathered(step: Step, body_key: int) -> bytes:
    """What has been given until now, as a JSON list."""
    rows = step.current().rows
    loop: Loop = rows[Loop][body_key]
    step.fuel_left -= loop.total // PLACES_PER_FUEL
    outputs = rows[LoopOutput]
    found = (outputs.get((body_key, place)) for place in range(1, loop.total + 1))
    return join([NULL if output is None else output.value for output in found])


def being_built(step: Step, body: ElementInstance, name: str) -> bytes | None:
    """The collection, if it is what the name means to those inside a body."""
    loop = step.node(body).multi_instance
    if loop is None or loop.output_collection != name or body.key not in step.current().rows[Loop]:
        return None
    return gathered(step, body.key)


def join(values: Sequence[bytes]) -> bytes:
    """JSON values as one list."""
    return b"[" + b",".join(values) + b"]"
