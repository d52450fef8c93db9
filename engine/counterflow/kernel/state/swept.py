"""What is being swept away page by page is gone for everybody, before its turn to go has come."""

from __future__ import annotations

from counterflow.kernel.state.instance import InstanceState
from counterflow.kernel.state.partition import State
from counterflow.kernel.unfinished import Sweep


def is_swept(state: State, instance: InstanceState, key: int) -> bool:
    """Whether an element instance is being swept away, or is inside what is.

    That may be in its own process instance, or in one that has called that.
    """
    inside = 0
    while state.indexed[Sweep]:
        sweep: Sweep | None = instance.rows[Sweep].get(key)
        if sweep is not None and sweep.takes(inside):
            return True
        element, header = instance.elements.get(key), instance.header
        if element is not None and element.scope_key:
            inside, key = key, element.scope_key
            continue
        caller = state.instance(header.parent_instance_key) if header and header.parent_instance_key else None
        if header is None or caller is None:
            break
        instance, inside, key = caller, 0, header.parent_element_key
    return False
