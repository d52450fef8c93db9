"""Whether every signal reaches all who wait for it, and nobody else: small books, kept from events alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Set

from counterflow.kernel.events import signal as signals
from counterflow.kernel.lives import quarantine, suspension
from counterflow.kernel.vocabulary import Event
from counterflow.kernel.work import pages


class Hearing:
    """Who waits for which signal, and who has yet to receive one that is out."""

    def __init__(self) -> None:
        self.out: set[int] = set()
        """Element instances whose signal is out."""
        self._listening: dict[int, signals.SignalSubscriptionOpened] = {}
        self._listener: dict[int, int] = {}
        self._starts: dict[int, signals.SignalStartOpened] = {}
        self._to_hear: dict[int, set[int]] = {}
        self._to_begin: Counter[int] = Counter()
        self._names: dict[int, str] = {}
        self._undertakings: set[int] = set()
        self._thrown: dict[int, signals.SignalThrown] = {}
        """Signals that are thrown and not yet out, by key."""
        self._spared: set[int] = set()
        """Subscriptions of instances that were set aside while a signal was on its way in pages: it reaches
        those that are released in time.
        """

    def follow(self, event: Event, instance_key: int, aside: Set[int], suspended: Set[int]) -> Iterator[str]:
        """Add what an event says of signals; what is wrong with it, in words. `aside` are the instances that
        hear nothing, `suspended` the definitions of which none begins.
        """
        self._follow_pages(event, instance_key)
        if isinstance(event, signals.SignalSubscriptionOpened):
            self._listening[event.key], self._listener[event.key] = event, instance_key
        elif isinstance(event, signals.SignalSubscriptionClosed):
            if self._listening.pop(event.key, None) is None:
                yield f"{event} closes a subscription that is not open"
        elif isinstance(event, signals.SignalStartOpened):
            self._starts[event.key] = event
        elif isinstance(event, signals.SignalStartClosed):
            name = self._starts.pop(event.key).signal_name
            self._to_begin.subtract(key for key, called in self._names.items() if called == name)
        elif isinstance(event, signals.SignalThrown):
            self._thrown[event.key] = event
        elif isinstance(event, signals.SignalBroadcast):
            yield from self._is_as_thrown(event)
            self._goes_out(event, aside, suspended)
        elif isinstance(event, signals.SignalReceived):
            yield from self._received(event, instance_key)

    def missed(self) -> Iterator[str]:
        """What is committed is at rest, unless it goes on in pages: who waited for a signal has received it, or
        waits no longer.
        """
        if self._undertakings:
            return
        yield from (f"{event} has not gone out" for event in self._thrown.values())
        self._thrown.clear()
        for signal_key, keys in self._to_hear.items():
            if (keys & self._listening.keys()) - self._spared:
                yield f"signal {signal_key} has not reached {keys}"
            if self._to_begin[signal_key] > 0:
                yield f"signal {signal_key} was to begin {self._to_begin[signal_key]} more"
        self._to_hear.clear()
        self._to_begin.clear()
        self._names.clear()
        self._spared.clear()

    def forget(self, instance_key: int) -> None:
        """Everything of an instance is gone at once."""
        for key in [key for key, owner in self._listener.items() if owner == instance_key]:
            self._listening.pop(key, None)

    def _follow_pages(self, event: Event, instance_key: int) -> None:
        if isinstance(event, pages.WorkPutOff):
            self._undertakings.add(event.key)
        elif isinstance(event, pages.WorkEnded):
            self._undertakings.discard(event.undertaking_key)
        elif isinstance(event, quarantine.InstanceQuarantined | suspension.InstanceSuspended):
            self._spared |= {key for key, owner in self._listener.items() if owner == instance_key}

    def _is_as_thrown(self, event: signals.SignalBroadcast) -> Iterator[str]:
        thrown = self._thrown.pop(event.key, None)
        said = (thrown.element_instance_key, thrown.signal_name) if thrown is not None else (0, event.name)
        if said != (event.thrower_key, event.name):
            yield f"{event} goes out otherwise than it was thrown: {thrown}"

    def _goes_out(self, event: signals.SignalBroadcast, aside: Set[int], suspended: Set[int]) -> None:
        self.out.add(event.thrower_key)
        self._to_hear[event.key] = {
            key
            for key, found in self._listening.items()
            if found.signal_name == event.name and self._listener[key] not in aside
        }
        self._spared |= {key for key in self._listening if self._listener[key] in aside}
        self._names[event.key] = event.name
        self._to_begin[event.key] = sum(
            start.signal_name == event.name and start.definition_key not in suspended
            for start in self._starts.values()
        )

    def _received(self, event: signals.SignalReceived, instance_key: int) -> Iterator[str]:
        if event.receiver_key == instance_key:
            self._to_begin[event.signal_key] -= 1
            return
        to_hear = self._to_hear.get(event.signal_key, set())
        if event.receiver_key not in to_hear and event.receiver_key not in self._spared:
            yield f"{event} reaches who has not waited for it"
        to_hear.discard(event.receiver_key)
