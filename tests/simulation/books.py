"""The books that a history keeps from events alone."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from counterflow.kernel.course import undo
from counterflow.kernel.events import message as messages


@dataclass
class Life:
    """An element instance as the log tells it."""

    key: int
    instance_key: int
    scope_key: int
    element_id: str
    loop_counter: int
    undo_key: int
    state: str = "activating"
    activated: int = 0


@dataclass
class Undo:
    """An undo record as the log tells it."""

    recorded: undo.UndoRecorded
    position: int
    throw_key: int = 0
    state: str = "available"


@dataclass
class Records:
    """The books."""

    elements: dict[int, Life] = field(default_factory=dict)
    children: Counter[int] = field(default_factory=Counter)
    undo: dict[int, Undo] = field(default_factory=dict)
    own_undo: Counter[int] = field(default_factory=Counter)
    """How many undo records an element instance has left that are no container."""
    undo_inside: defaultdict[int, list[Undo]] = field(default_factory=lambda: defaultdict(list))
    """What was recorded in a scope."""
    undo_of_throw: defaultdict[int, dict[int, Undo]] = field(default_factory=lambda: defaultdict(dict))
    """What a throw has taken and not undone yet."""
    handlers: dict[int, Life] = field(default_factory=dict)
    """The latest handler of an undo record."""
    jobs: dict[int, str] = field(default_factory=dict)
    assignees: dict[int, str] = field(default_factory=dict)
    """Who has each user task that is open; empty where nobody has."""
    transitions: dict[int, str] = field(default_factory=dict)
    """What is being done to each user task whose listeners are asked."""
    activations: Counter[tuple[int, int]] = field(default_factory=Counter)
    """Jobs that a worker was given, by key and deadline, and has not received yet."""
    timers: dict[int, int] = field(default_factory=dict)
    published: dict[int, messages.MessagePublished] = field(default_factory=dict)
    subscriptions: dict[int, messages.SubscriptionOpened] = field(default_factory=dict)
    correlated: set[tuple[int, str]] = field(default_factory=set)
    tokens: Counter[tuple[int, str]] = field(default_factory=Counter)
    completed_jobs: Counter[int] = field(default_factory=Counter)
    deadlines: dict[int, int] = field(default_factory=dict)
    repetitions: dict[tuple[int, str], int] = field(default_factory=dict)
    """How often a timer is due again, by the element that waits and the event."""
    timer_places: dict[int, tuple[int, str]] = field(default_factory=dict)
    aside: set[int] = field(default_factory=set)
    ended: dict[int, str] = field(default_factory=dict)

    def is_meant_for(
        self,
        waiting: messages.SubscriptionOpened,
        message: messages.MessagePublished,
        is_swept: Callable[[int], bool],
    ) -> bool:
        """Whether a message is for who waits for it. `is_swept` is asked of element instances."""
        keys = self._keys_of(waiting, is_swept)
        return message.name == waiting.message_name and message.correlation_key in keys

    def waits_itself(self, event: messages.ElementTriggered) -> bool:
        """Whether the element that is triggered waits for what is its own."""
        waiting = self.subscriptions.get(event.receiver_key)
        return waiting is not None and (waiting.element_instance_key, waiting.catch_id.partition("/")[0]) == (
            event.element_instance_key,
            self.elements[event.element_instance_key].element_id,
        )

    def _keys_of(
        self, subscription: messages.SubscriptionOpened, is_swept: Callable[[int], bool]
    ) -> set[str]:
        """By which correlation keys it is meant: what waits by its instance by none, where nobody else does."""
        keys = {subscription.correlation_key} - {""}
        if not subscription.by_instance:
            return keys
        waiting = [
            other
            for other in self.subscriptions.values()
            if other.by_instance
            and other.message_name == subscription.message_name
            and not is_swept(other.element_instance_key)
        ]
        instance_key = self.elements[subscription.element_instance_key].instance_key
        return {*keys, str(instance_key), *([""] if waiting == [subscription] else [])}
