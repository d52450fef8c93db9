"""Who waits for a message of a name and correlation key, and which messages wait for somebody. It is answered
from memory, and where that does not hold all, from the store with what is in memory laid over it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from heapq import merge
from itertools import chain, islice
from typing import Any

from counterflow.kernel.row import Row
from counterflow.kernel.rows import Message, MessageCorrelation, MessageSubscription, StartLock
from counterflow.kernel.state.partition import State
from counterflow.kernel.state.swept import is_swept
from counterflow.kernel.unfinished import Sweep
from counterflow.kernel.vocabulary import PARTITION_BITS

AT_ONCE = 50
"""Entries read at a time."""
MOST_CURSORS = 10_000
MOST_ASKED = 1_000
"""Who wait by their instance for one name: where they are more, what is being swept away counts with them."""
LONGEST_KEY = len(str(2**63 - 1))


def waiting_processes(state: State, name: str, correlation_key: str) -> list[str]:
    """The ids of the processes that wait for a message, the one first that has waited longest."""
    if not correlation_key:
        return [process_id for _, process_id in who_waits_alone(state, name)]
    in_memory = state.receivers.get((name, correlation_key), {})
    first = {process_id: next(iter(keys)) for process_id, keys in in_memory.items()}
    if not state.is_whole(MessageSubscription):
        stored = _first_stored(state, name, correlation_key)
        for process_id, key in chain(stored, _of_instance(state, name, correlation_key)):
            first[process_id] = min(first.get(process_id, key), key)
    return sorted(first, key=first.__getitem__)


def receivers_of(state: State, name: str, correlation_key: str, process_id: str) -> Iterator[int]:
    """Keys of the subscriptions of a process to a message, the longest waiting first."""
    if not correlation_key:
        return (key for key, waiting_process in who_waits_alone(state, name) if waiting_process == process_id)
    in_memory = state.receivers.get((name, correlation_key), {}).get(process_id, ())
    if state.is_whole(MessageSubscription):
        return iter(in_memory)
    stored = _stored(state, MessageSubscription, "message", (name, correlation_key, process_id))
    meant = sorted(
        key
        for waiting_process, key in _of_instance(state, name, correlation_key)
        if waiting_process == process_id
    )
    return merge(sorted(in_memory), (key for (key,) in stored), meant)


def do_several_wait(state: State, name: str) -> bool:
    """Whether several wait by their instance for a message of this name."""
    return _count_by_name(state, name) > 1


def who_waits_alone(state: State, name: str) -> list[tuple[int, str]]:
    """The only one that waits by its instance for a message of this name, with its process's id, or None.
    Nobody does where several wait. What is being swept away waits no more.
    """
    return list(_not_swept(state, _by_name(state, name))) if _count_by_name(state, name) == 1 else []


def next_unreached(state: State, process_id: str, name: str, correlation_key: str) -> Message | None:
    """The oldest message of this name and key that is still there and has not reached this process."""
    conversation = name, correlation_key
    if state.is_whole(Message, MessageCorrelation):
        buffered = state.buffered.get(conversation)
        reached = state.shared[MessageCorrelation]
        keys = (
            buffered.unreached_by(process_id, lambda key: (key, process_id) in reached)
            if buffered is not None
            else ()
        )
        messages: Iterator[Message] = (state.shared[Message][key] for key in keys)
        return next((message for message in messages if message.expires_at_ms > state.now_ms), None)
    return _next_stored(state, process_id, conversation)


def is_published(state: State, name: str, correlation_key: str, message_id: str) -> bool:
    """Whether a message with this id of its publisher is still there."""
    buffered = state.buffered.get((name, correlation_key))
    if buffered is not None and buffered.has_id(message_id):
        return True
    if not message_id or state.is_whole(Message):
        return False
    return any(_stored(state, Message, "published", (name, correlation_key, message_id)))


def reached_by(state: State, message_key: int) -> set[str]:
    """The ids of the processes that a message has reached."""
    reached = set(state.reached.get(message_key, ()))
    if not state.is_whole(MessageCorrelation):
        stored = _stored(state, MessageCorrelation, "key", (message_key,))
        reached |= {process_id for (process_id,) in stored}
    return reached


def lock_of(state: State, process_instance_key: int) -> StartLock | None:
    """What keeps a message from beginning another instance as long as this one goes on."""
    lock = state.lock_of.get(process_instance_key)
    if lock is not None or state.is_whole(StartLock):
        return lock
    instance = state.instances.get(process_instance_key)
    if instance is not None and instance.header is not None and instance.header.start_at is None:
        return None  # no message has begun it
    for key in _stored(state, StartLock, "instance", (process_instance_key,)):
        return state.row(StartLock, key)
    return None


def _count_by_name(state: State, name: str) -> int:
    """How many wait by their instance for a message of this name; two where they are more."""
    in_memory = sum(map(len, state.receivers.get((name, ""), {}).values()))
    stored = islice(_stored_by_name(state, name), 2) if in_memory < 2 else ()
    count = min(in_memory + len(list(stored)), 2)
    if count > 1 and state.indexed[Sweep] and in_memory <= MOST_ASKED:
        waiting = list(islice(_by_name(state, name), MOST_ASKED + 1))
        if len(waiting) <= MOST_ASKED:
            return len(list(islice(_not_swept(state, waiting), 2)))
    return count


def _by_name(state: State, name: str) -> Iterator[tuple[int, str]]:
    """What waits by its instance for a message of this name, with the id of its process."""
    for process_id, keys in state.receivers.get((name, ""), {}).items():
        yield from ((key, process_id) for key in keys)
    yield from ((key, process_id) for _, process_id, key in _stored_by_name(state, name))


def _not_swept(state: State, waiting: Iterable[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    for key, process_id in waiting:
        instance = state.owner_of(MessageSubscription, key) if state.indexed[Sweep] else None
        if instance is None or not is_swept(
            state, instance, instance.subscriptions[key].element_instance_key
        ):
            yield key, process_id


def _stored_by_name(state: State, name: str) -> Iterator[tuple[Any, ...]]:
    if state.is_whole(MessageSubscription):
        return iter(())
    return _stored(state, MessageSubscription, "by_instance", (name, True))


def _of_instance(state: State, name: str, correlation_key: str) -> Iterator[tuple[str, int]]:
    """What waits in the store by the instance of this key, but for what its correlation key finds as well."""
    is_key = len(correlation_key) <= LONGEST_KEY and correlation_key.isascii() and correlation_key.isdecimal()
    key = int(correlation_key) if is_key else 0
    if key >> PARTITION_BITS != state.partition_id or str(key) != correlation_key:
        return iter(())
    return _stored(state, MessageSubscription, "by_instance", (name, True, key))


def _stored(
    state: State,
    table: type[Row],
    index: str,
    equal: tuple[Any, ...],
    after: tuple[Any, ...] = (),
    behind: Callable[[tuple[Any, ...]], tuple[Any, ...]] = tuple,
) -> Iterator[tuple[Any, ...]]:
    """The entries of an index of the store, but for the rows of which memory knows better. What follows
    `equal` in an entry begins with what names the row, or ends with it. `behind` says, of the last entry of
    a page that was taken, where to go on.
    """
    laid = state.laid[table]
    while True:
        entries = state.source.walk(table, index, equal, after=after, limit=AT_ONCE)
        for entry in entries:
            if not laid.is_known(_place(table, equal, entry)):
                yield entry
        if len(entries) < AT_ONCE:
            return
        after = behind(entries[-1])


def _place(table: type[Row], equal: tuple[Any, ...], entry: tuple[Any, ...]) -> Any:
    if table is MessageCorrelation:
        return (*equal, *entry)
    if table is StartLock:
        return entry
    return entry[-1 if table is MessageSubscription else 0]


def _first_stored(state: State, name: str, correlation_key: str) -> Iterator[tuple[str, int]]:
    """Per process the first subscription in the store that memory does not know better of."""
    first = ""

    def behind(last: tuple[Any, ...]) -> tuple[Any, ...]:
        return (first,) if last[0] == first else last  # the rest of a process is skipped

    conversation = name, correlation_key
    for process_id, key in _stored(state, MessageSubscription, "message", conversation, behind=behind):
        if process_id != first:
            first = process_id
            yield process_id, key


def _next_stored(state: State, process_id: str, conversation: tuple[str, str]) -> Message | None:
    start = (process_id, *conversation)
    cursor = state.cursors.get(start, 0)
    rows = state.shared[Message]
    in_memory = ((key, rows[key].expires_at_ms) for key in sorted(state.buffered.get(conversation, ())))
    stored = _stored(state, Message, "waiting", conversation, (cursor,))
    all_reached = True
    for key, expires_at_ms in merge(in_memory, stored):
        if state.row(MessageCorrelation, (key, process_id)) is not None:
            if all_reached and key > cursor:
                state.cursors[start] = key
            continue
        all_reached = False
        message = state.row(Message, key) if expires_at_ms > state.now_ms else None
        if message is not None:
            return message
    if len(state.cursors) > MOST_CURSORS:
        state.cursors.clear()
    return None
