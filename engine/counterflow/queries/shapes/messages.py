"""Messages, as whoever published them and as an instance sees them."""

from __future__ import annotations

import msgspec


class MessageReceiver(msgspec.Struct, frozen=True):
    """A message has reached the event `catch_id` of a process instance, or has `begun` it there."""

    process_instance_key: int
    bpmn_process_id: str
    catch_id: str
    catch_name: str
    begun: bool
    position: int
    correlated_at_ms: int


class PublishedMessage(msgspec.Struct, frozen=True):
    """What has become of a message so far. `is_kept`: it may still reach others."""

    key: int
    name: str
    correlation_key: str
    message_id: str
    published_at_ms: int
    expires_at_ms: int
    is_kept: bool
    receivers: list[MessageReceiver]


class CorrelatedMessage(msgspec.Struct, frozen=True):
    """A message has reached the event `catch_id`: of the instance that waited, or the one that it began. The
    first is an element instance; of the second it is the start event.

    `message_name` is empty where it began the process instance and the log is from before that told it.
    """

    message_key: int
    catch_id: str
    catch_name: str
    element_instance_key: int
    message_name: str
    position: int
    correlated_at_ms: int
