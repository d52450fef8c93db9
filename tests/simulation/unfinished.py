"""What the rows say of work that goes on in pages: who has still something to do, and who is being swept away."""

from __future__ import annotations

from counterflow.kernel.rows import ElementInstance, ProcessInstance
from counterflow.kernel.unfinished import Errand, Sweep
from counterflow.store.memory import MemoryStore


def with_errands(store: MemoryStore, instance_key: int) -> set[int]:
    """The element instances of a process instance at which something is still to be done, or to come."""
    return {row.key for row in store.scan(Errand, {"process_instance_key": instance_key})}


def is_swept(store: MemoryStore, key: int) -> bool:
    """Whether an element instance, or something around it, is being swept away."""
    inside = 0
    while key and store.scan(Sweep, {}):
        sweep = store.get(Sweep, (key,))
        if sweep is not None and sweep.takes(inside):
            return True
        element, header = store.get(ElementInstance, (key,)), store.get(ProcessInstance, (key,))
        inside, key = key, element.scope_key if element is not None else 0
        if not key and header is not None:
            inside, key = 0, header.parent_element_key
    return False


def is_at_rest(store: MemoryStore, instance_key: int) -> bool:
    """Whether nothing of a process instance is still to be done, to come or to be swept away."""
    of_it = {"process_instance_key": instance_key}
    has_errands, is_sweeping = bool(store.scan(Errand, of_it)), bool(store.scan(Sweep, of_it))
    return not (has_errands or is_sweeping or is_swept(store, instance_key) or comes(store))


def comes(store: MemoryStore) -> bool:
    """Whether something is on its way that belongs to no process instance yet: a message, a signal."""
    return any(not row.process_instance_key for row in store.scan(Errand, {}))
