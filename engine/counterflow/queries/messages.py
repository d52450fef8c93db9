"""What has become of a message: a message that is over has no row, so the log tells.

Messages are mostly asked about right after they were published: so the log is read from its end, and no
further back than to one that is older than the message.
"""

from __future__ import annotations

from collections.abc import Iterator

from counterflow.kernel import events_of, rows
from counterflow.kernel.events.message import MessageCorrelated, MessageExpired, MessagePublished
from counterflow.kernel.lives.correlation import CorrelateMessage, PublishMessage
from counterflow.kernel.vocabulary import LogEntry, Rejection, RejectionType
from counterflow.queries import log
from counterflow.queries.shapes import CorrelatedMessage, MessageReceiver, PublishedMessage
from counterflow.queries.story.fold import story_of
from counterflow.store.port import Store

SENT_BY = frozenset({PublishMessage.__name__, CorrelateMessage.__name__})
"""The commands that messages come with."""


def message(store: Store, key: int) -> PublishedMessage:
    """A message and whom it has reached so far. Raises `Rejection` for a key that is no message's."""
    position, published_at_ms, published = _publication(store, key)
    return PublishedMessage(
        key=key,
        name=published.name,
        correlation_key=published.correlation_key,
        message_id=published.message_id,
        published_at_ms=published_at_ms,
        expires_at_ms=published.expires_at_ms,
        is_kept=store.get(rows.Message, (key,)) is not None,
        receivers=[
            _receiver(store, key, entry, event) for entry, event in _correlations(store, key, position)
        ],
    )


def _publication(store: Store, key: int) -> tuple[int, int, MessagePublished]:
    """Where and when the message was published, and the event that says so."""
    for position, at_ms, published in _publications_from_end(store):
        if published.key == key:
            return position, at_ms, published
        if published.key < key:
            break
    raise Rejection(
        RejectionType.NOT_FOUND, f"Expected to find a message with key '{key}', but none was found"
    )


def _publications_from_end(store: Store) -> Iterator[tuple[int, int, MessagePublished]]:
    """Publications, the latest first, which is also the order of their keys."""
    for entry in log.of_no_instance_from_end(store):
        published = _published_in(entry)
        if published is not None:
            yield entry.position, entry.timestamp_ms, published


def _published_in(entry: LogEntry) -> MessagePublished | None:
    if entry.command not in SENT_BY:
        return None
    return next((event for event in events_of(entry) if isinstance(event, MessagePublished)), None)


def _correlations(store: Store, key: int, position: int) -> Iterator[tuple[LogEntry, MessageCorrelated]]:
    """Where the message has come to, from its publication until it is over or the log ends."""
    for entry in log.entries(store, after=position - 1):
        for event in events_of(entry):
            if isinstance(event, MessageCorrelated) and event.message_key == key:
                yield entry, event
            elif isinstance(event, MessageExpired) and event.message_key == key:
                return


def _receiver(store: Store, key: int, entry: LogEntry, event: MessageCorrelated) -> MessageReceiver:
    instance_key = entry.process_instance_key
    caught = _caught(store, instance_key, key)
    return MessageReceiver(
        process_instance_key=instance_key,
        bpmn_process_id=event.bpmn_process_id,
        catch_id=caught.catch_id,
        catch_name=caught.catch_name,
        begun=event.receiver_key == instance_key,
        position=caught.position,
        correlated_at_ms=entry.timestamp_ms,
    )


def _caught(store: Store, process_instance_key: int, message_key: int) -> CorrelatedMessage:
    return next(
        one
        for one in story_of(store, process_instance_key).correlated_messages
        if one.message_key == message_key
    )
