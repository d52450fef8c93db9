"""What is being swept away page by page is gone for everybody, before its turn to go has come."""

from __future__ import annotations

from collections.abc import Iterator

from counterflow.kernel.state.instance import InstanceState
from counterflow.kernel.state.partition import State
from counterflow.kernel.unfinished import Sweep, UserTaskTransition
from counterflow.model.graph import Transition


def is_swept(state: State, instance: InstanceState, key: int) -> bool:
    """Whether an element instance is being swept away, or is inside what is.

    That may be in its own process instance, or in one that has called that.
    """
    return next(sweeps_around(state, instance, key), None) is not None


def is_gone(state: State, instance: InstanceState, key: int) -> bool:
    """Whether an element instance is gone for everybody: swept away, and it asks nobody before it goes."""
    return is_swept(state, instance, key) and not asks_first(instance, key)


def asks_first(instance: InstanceState, key: int) -> bool:
    """Whether an element instance is there still, though it was swept away: its user task asks listeners."""
    task_key = instance.user_task_of.get(key, 0)
    transition = instance.rows[UserTaskTransition].get(task_key) if task_key else None
    return transition is not None and transition.transition == Transition.CANCELING


def sweeps_around(state: State, instance: InstanceState, key: int) -> Iterator[tuple[InstanceState, int]]:
    """The elements that are being swept away with all or some of what is inside them, and this with it.

    The innermost first, each with its process instance: this one, or one that has called it.
    """
    inside = 0
    while state.indexed[Sweep]:
        sweep: Sweep | None = instance.rows[Sweep].get(key)
        if sweep is not None and sweep.takes(inside):
            yield instance, key
        element, header = instance.elements.get(key), instance.header
        if element is not None and element.scope_key:
            inside, key = key, element.scope_key
            continue
        caller = state.instance(header.parent_instance_key) if header and header.parent_instance_key else None
        if header is None or caller is None:
            break
        instance, inside, key = caller, 0, header.parent_element_key
