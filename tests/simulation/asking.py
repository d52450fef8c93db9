"""Whether every condition is asked when it must be, and triggers where it holds and nowhere else: small books,
kept from events alone.

Each condition of this world is about one variable that has to be true. It is due to be asked when it is waited
for, and when that variable changes in a scope that it sees.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from counterflow.kernel.data import scopes
from counterflow.kernel.events import conditional
from counterflow.kernel.lives.migration import WaitMigrated
from counterflow.kernel.vocabulary import Event
from counterflow.kernel.work import pages
from tests.simulation.books import Life


class Asking:
    """Who waits for which variable, what each scope has of those, and what is due to be asked.

    `elements` are those of the history.
    """

    def __init__(self, elements: Mapping[int, Life]) -> None:
        self._elements = elements
        self._waiting: dict[int, conditional.ConditionalSubscriptionOpened] = {}
        self._waiter: dict[int, int] = {}
        self._starts: dict[int, str] = {}
        self._values: dict[int, dict[str, bytes]] = {}
        self._due: Counter[int] = Counter()
        self._triggered: set[int] = set()
        self._undertakings: set[int] = set()

    @property
    def starts(self) -> frozenset[int]:
        """The conditions that begin instances."""
        return frozenset(self._starts)

    def follow(self, event: Event, instance_key: int) -> Iterator[str]:
        """Add what an event says of conditions and variables; what is wrong with it, in words."""
        if isinstance(event, conditional.ConditionalSubscriptionOpened):
            self._waiting[event.key], self._waiter[event.key] = event, instance_key
            self._due[event.key] += 1
        elif isinstance(event, conditional.ConditionalSubscriptionClosed):
            if self._waiting.pop(event.key, None) is None:
                yield f"{event} closes a subscription that is not open"
        elif isinstance(event, WaitMigrated) and event.key in self._waiting:
            self._migrate(event)
        elif isinstance(event, conditional.ConditionalStartOpened):
            self._starts[event.key] = event.element_id
        elif isinstance(event, conditional.ConditionalStartClosed):
            del self._starts[event.key]
        elif isinstance(event, conditional.ConditionalTriggered):
            yield from self._triggers(event, instance_key)
        elif isinstance(event, scopes.VariablesSet):
            self._set(event)
        elif isinstance(event, scopes.VariablesRemoved):
            for name in event.names:
                self._values.get(event.scope_key, {}).pop(name, None)
        else:
            self._follow_pages(event)

    def _follow_pages(self, event: Event) -> None:
        if isinstance(event, pages.WorkPutOff):
            self._undertakings.add(event.key)
        elif isinstance(event, pages.WorkEnded):
            self._undertakings.discard(event.undertaking_key)

    def missed(self) -> Iterator[str]:
        """What is committed is at rest, unless it goes on in pages: what was due and holds has triggered."""
        if self._undertakings:
            return
        for key in self._due.keys() - self._triggered:
            if key in self._waiting and self._holds(self._waiting[key]):
                yield f"{self._waiting[key]} holds, was due to be asked and has not triggered"
        self._due.clear()
        self._triggered.clear()

    def _migrate(self, event: WaitMigrated) -> None:
        """What has another condition from now on is asked at once."""
        before = self._waiting[event.key]
        self._waiting[event.key] = replace(before, condition=event.condition)
        self._due[event.key] += before.condition != event.condition

    def forget(self, instance_key: int) -> None:
        """Everything of an instance is gone at once."""
        for key in [key for key, owner in self._waiter.items() if owner == instance_key]:
            self._waiting.pop(key, None)

    def _triggers(self, event: conditional.ConditionalTriggered, instance_key: int) -> Iterator[str]:
        if event.key in self._starts:
            if self._value(instance_key, "begins") != b"true":
                yield f"{event} begins an instance, and its variable is not true"
            return
        waiting = self._waiting.get(event.key)
        if waiting is None:
            yield f"{event} triggers what does not wait"
            return
        if not self._holds(waiting):
            yield f"{event} triggers, and its variable is not true"
        if self._due[event.key] <= 0:
            yield f"{event} triggers, and nothing that it sees has changed"
        self._due[event.key] -= 1
        self._triggered.add(event.key)

    def _set(self, event: scopes.VariablesSet) -> None:
        for name in event.values:
            for key, waiting in self._waiting.items():
                is_about = waiting.condition.partition(" ")[0] == name
                if is_about and self._sees(waiting.element_instance_key, event.scope_key, name):
                    self._due[key] += 1
        self._values.setdefault(event.scope_key, {}).update(event.values)

    def _sees(self, key: int, scope_key: int, name: str) -> bool:
        """Whether a scope is around an element, and none that is nearer has a variable of that name."""
        while key and key != scope_key and name not in self._values.get(key, {}):
            key = self._scope_of(key)
        return key == scope_key

    def _holds(self, waiting: conditional.ConditionalSubscriptionOpened) -> bool:
        name = waiting.condition.partition(" ")[0]
        return self._value(waiting.element_instance_key, name) == b"true"

    def _value(self, key: int, name: str) -> bytes:
        while key and name not in self._values.get(key, {}):
            key = self._scope_of(key)
        return self._values.get(key, {}).get(name, b"null")

    def _scope_of(self, key: int) -> int:
        return self._elements[key].scope_key if key in self._elements else 0
