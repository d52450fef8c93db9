"""What became of a signal: it is over as soon as it has gone out, so the log tells.

Signals are mostly asked about right after they went out: so the log is read from its end, and no further back
than to one from outside that is older. One that was thrown has had its key since then, and says nothing of
the age of others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeAlias

from counterflow.kernel import events_of
from counterflow.kernel.events.signal import SignalBroadcast, SignalReceived
from counterflow.kernel.vocabulary import Event, LogEntry, Rejection, RejectionType
from counterflow.kernel.work.pages import PageEnded, WorkEnded, WorkPutOff
from counterflow.queries import log
from counterflow.queries.shapes import Broadcast, SignalReceiver
from counterflow.queries.story.fold import story_of
from counterflow.queries.story.story import Story
from counterflow.store.port import Store

Reception: TypeAlias = tuple[int, int, SignalReceived]
"""Of which process instance, where in the log, and what."""
RECEIVERS = 1_000
"""So many of those that a signal has reached are told by name; each costs reading its instance's log."""


def signal(store: Store, key: int) -> Broadcast:
    """A signal and whom it has reached. Raises `Rejection` for a key that is no signal's."""
    entry, event = _broadcast(store, key)
    receptions = list(_receptions(store, key, entry))
    return Broadcast(
        key=key,
        name=event.name,
        broadcast_at_ms=entry.timestamp_ms,
        thrower_instance_key=event.thrower_instance_key,
        thrower_key=event.thrower_key,
        receivers=list(_receivers(store, receptions[:RECEIVERS])),
        receivers_left_out=len(receptions[RECEIVERS:]),
    )


def _broadcast(store: Store, key: int) -> tuple[LogEntry, SignalBroadcast]:
    for entry in log.of_no_instance_from_end(store):
        for event in events_of(entry):
            if isinstance(event, SignalBroadcast):
                if event.key == key:
                    return entry, event
                if event.key < key and not event.thrower_key:
                    raise _unknown(key)
    raise _unknown(key)


def _unknown(key: int) -> Rejection:
    return Rejection(
        RejectionType.NOT_FOUND, f"Expected to find a signal with key '{key}', but none was found"
    )


def _receptions(store: Store, key: int, broadcast: LogEntry) -> Iterator[Reception]:
    """Where the signal has come to, in the command that sent it out and in the pages in which it goes on."""
    undertakings: set[int] = set()
    for entry in log.entries(store, after=broadcast.position - 1):
        is_same = (entry.command, entry.timestamp_ms) == (broadcast.command, broadcast.timestamp_ms)
        if not is_same and not undertakings:
            return
        for position, event in enumerate(events_of(entry), start=entry.position):
            if isinstance(event, SignalReceived) and event.signal_key == key:
                yield entry.process_instance_key, position, event
            elif isinstance(event, WorkEnded):
                undertakings.discard(event.undertaking_key)
            elif is_same:
                undertakings |= _goes_on_in(event)


def _goes_on_in(event: Event) -> set[int]:
    """The undertaking in which a command goes on, where this event tells of one. What waits until an instance
    is released is none.
    """
    if isinstance(event, WorkPutOff):
        return set() if event.process_instance_key else {event.key}
    return {event.undertaking_key} if isinstance(event, PageEnded) else set()


def _receivers(store: Store, receptions: Iterable[Reception]) -> Iterator[SignalReceiver]:
    stories: dict[int, Story] = {}
    for instance_key, position, event in receptions:
        story = stories.get(instance_key)
        if story is None:
            story = stories[instance_key] = story_of(store, instance_key)
        received = next(one for one in story.received_signals if one.position == position)
        yield SignalReceiver(
            process_instance_key=instance_key,
            bpmn_process_id=story.bpmn_process_id,
            catch_id=received.catch_id,
            catch_name=received.catch_name,
            begun=event.receiver_key == instance_key,
            position=position,
            received_at_ms=received.received_at_ms,
        )
