"""Whether every signal reaches all who wait for it, and nobody else: small books, kept from events alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Set

from counterflow.kernel.events import signal as signals
from counterflow.kernel.vocabulary import Event


class Hearing:
    """Who waits for which signal, and who has yet to receive one that is out."""

    def __init__(self) -> None:
        self.out: set[int] = set()
        """Element instances whose signal is out."""
        self._listening: dict[int, signals.SignalSubscriptionOpened] = {}
        self._listener: dict[int, int] = {}
        self._starts: dict[int, str] = {}
        self._to_hear: dict[int, set[int]] = {}
        self._to_begin: Counter[int] = Counter()

    def follow(self, event: Event, instance_key: int, aside: Set[int]) -> Iterator[str]:
        """Add what an event says of signals; what is wrong with it, in words. `aside` are the instances that
        hear nothing.
        """
        if isinstance(event, signals.SignalSubscriptionOpened):
            self._listening[event.key], self._listener[event.key] = event, instance_key
        elif isinstance(event, signals.SignalSubscriptionClosed):
            if self._listening.pop(event.key, None) is None:
                yield f"{event} closes a subscription that is not open"
        elif isinstance(event, signals.SignalStartOpened):
            self._starts[event.key] = event.signal_name
        elif isinstance(event, signals.SignalStartClosed):
            del self._starts[event.key]
        elif isinstance(event, signals.SignalBroadcast):
            self._goes_out(event, aside)
        elif isinstance(event, signals.SignalReceived):
            yield from self._received(event, instance_key)

    def missed(self) -> Iterator[str]:
        """What is committed is at rest: who waited for a signal has received it, or waits no longer."""
        for signal_key, keys in self._to_hear.items():
            if keys & self._listening.keys():
                yield f"signal {signal_key} has not reached {keys}"
            if self._to_begin[signal_key]:
                yield f"signal {signal_key} was to begin {self._to_begin[signal_key]} more"
        self._to_hear.clear()
        self._to_begin.clear()

    def forget(self, instance_key: int) -> None:
        """Everything of an instance is gone at once."""
        for key in [key for key, owner in self._listener.items() if owner == instance_key]:
            self._listening.pop(key, None)

    def _goes_out(self, event: signals.SignalBroadcast, aside: Set[int]) -> None:
        self.out.add(event.thrower_key)
        self._to_hear[event.key] = {
            key
            for key, found in self._listening.items()
            if found.signal_name == event.name and self._listener[key] not in aside
        }
        self._to_begin[event.key] = sum(name == event.name for name in self._starts.values())

    def _received(self, event: signals.SignalReceived, instance_key: int) -> Iterator[str]:
        if event.receiver_key == instance_key:
            self._to_begin[event.signal_key] -= 1
            return
        to_hear = self._to_hear.get(event.signal_key, set())
        if event.receiver_key not in to_hear:
            yield f"{event} reaches who has not waited for it"
        to_hear.discard(event.receiver_key)
