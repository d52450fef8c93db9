"""Signals, as whoever broadcast them and as an instance sees them."""

from __future__ import annotations

import msgspec


class SignalReceiver(msgspec.Struct, frozen=True):
    """A signal has reached the event `catch_id` of a process instance, or has `begun` it there."""

    process_instance_key: int
    bpmn_process_id: str
    catch_id: str
    catch_name: str
    begun: bool
    position: int
    received_at_ms: int


class Broadcast(msgspec.Struct, frozen=True):
    """A signal that went out, and whom it has reached. Both keys of the thrower are 0 where it came from
    outside; `receivers_left_out` counts those of which nothing else is told.
    """

    key: int
    name: str
    broadcast_at_ms: int
    thrower_instance_key: int
    thrower_key: int
    receivers: list[SignalReceiver]
    receivers_left_out: int = 0


class ReceivedSignal(msgspec.Struct, frozen=True):
    """A signal has reached the event `catch_id`: of the instance that waited, or the one that it began. The
    first is an element instance; of the second it is the start event.

    `signal_name` is empty where it began the process instance and the log is from before that told it.
    """

    signal_key: int
    catch_id: str
    catch_name: str
    element_instance_key: int
    signal_name: str
    position: int
    received_at_ms: int


class ThrownSignal(msgspec.Struct, frozen=True):
    """An element instance has thrown a signal, which goes out under this key when all else is at rest."""

    signal_key: int
    element_id: str
    element_name: str
    element_instance_key: int
    signal_name: str
    position: int
    thrown_at_ms: int
