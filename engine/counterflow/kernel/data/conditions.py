"""Which conditions are to be asked again when variables change: those that see the change, and want to know.

A condition sees what its element sees: the variables of its own scope and of those around it, but for what a
nearer one hides. Asked are they when the turn in which it has happened is over, each once, whatever it has
changed (as in Zeebe, after a document is merged). BPMN 2.0.2, 10.5.5 (conditional).

However many they are, what is kept of them is the change, and how far it has been asked about.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from itertools import takewhile

import msgspec

from counterflow.kernel.rows import ConditionalSubscription
from counterflow.kernel.state.instance import InstanceState
from counterflow.kernel.work.errands import Regarding
from counterflow.kernel.work.step import Continuation, Course, Token
from counterflow.model.events import ConditionalDefinition

_Changes = dict[tuple[str, bool], tuple[int, int]]
"""Variables by name, and whether they have come or were there.

For which conditions that counts is said by key, from the first to the last.
"""


class OneCondition:
    """A condition that an element has just begun to wait for, whatever changes."""

    __slots__ = ("_token", "only")

    def __init__(self, token: Token, key: int) -> None:
        self.only = key
        self._token = token

    @property
    def place(self) -> tuple[int, str]:
        """Its own."""
        return self.only, ""

    def following(self, key: int) -> int:
        """Itself, or none."""
        return self.only if key < self.only else 0

    def take_in(self, others: OneCondition) -> None:
        """Once is enough."""

    def has(self, key: int) -> bool:
        """It need not see anything."""
        return True

    def is_to_come_to(self, key: int) -> bool:
        """Whether it is this one."""
        return key == self.only

    def waiting(self, key: int) -> Token:
        """Who waits for it."""
        return self._token

    def put_off(self, key: int) -> tuple[Continuation, Token]:
        """To be asked later."""
        return Regarding(ask_one, str(self.only)), self._token


class SeeingConditions:
    """Those of a scope that are asked for one name, or for any (no name), and see one of certain changes."""

    __slots__ = ("_changes", "_document_key", "_keys", "_last", "_name", "_scope", "asked_through", "only")

    def __init__(
        self, scope: Token, name: str, changes: _Changes, asked_through: int = 0, document_key: int = 0
    ) -> None:
        self.only = 0
        self.asked_through = asked_through
        """The key up to which they have been asked."""
        self._scope = scope
        self._name = name
        self._changes = changes
        self._document_key = document_key
        self._keys: list[int] = []
        self._last = max(last for _, last in changes.values())

    @property
    def place(self) -> tuple[int, str]:
        """The scope, and the name."""
        return self._scope.key, self._name

    def following(self, key: int) -> int:
        """The next one that is asked for this name, whether it sees a change or not."""
        self.asked_through = max(key, self.asked_through)
        self._learn_new_keys()
        index = bisect_right(self._keys, self.asked_through)
        return self._keys[index] if index < len(self._keys) and self._keys[index] <= self._last else 0

    def take_in(self, others: SeeingConditions) -> None:
        """There are other changes: with these it begins anew, but for none of those before."""
        first = self.asked_through + 1
        changes = {change: (max(first, span[0]), span[1]) for change, span in self._changes.items()}
        for change, span in others._changes.items():
            known = changes.get(change, span)
            changes[change] = min(known[0], span[0]), max(known[1], span[1])
        self._changes, self._document_key = changes, 0
        self._last = max(self._last, others._last)
        self.asked_through = min(self.asked_through, others.asked_through)

    def has(self, key: int) -> bool:
        """Whether one of them is waited for still, and sees a change of which it wants to know.

        Each change that is looked at is paid for, since very many may be hidden.
        """
        instance, budget = self._scope.instance, self._scope.step.budget
        row: ConditionalSubscription | None = instance.rows[ConditionalSubscription].get(key)
        definition = self._scope.nodes[row.catch_id].event if row is not None else None
        if row is None or not isinstance(definition, ConditionalDefinition):
            return False
        for (name, is_new), (first, last) in self._changes.items():
            budget.fuel_left -= 1
            is_wanted = definition.on_create if is_new else definition.on_update
            counts = is_wanted and first <= key <= last
            if counts and not _is_hidden(instance, row.element_instance_key, self._scope.key, name):
                return True
        return False

    def is_to_come_to(self, key: int) -> bool:
        """Whether it has not been asked yet, and will be."""
        return key > self.asked_through and key in self._waited_for() and self.has(key)

    def waiting(self, key: int) -> Token:
        """Who waits for one of them."""
        rows = self._scope.instance.rows[ConditionalSubscription]
        return self._scope.token(rows[key].element_instance_key)

    def put_off(self, key: int) -> tuple[Continuation, Token]:
        """From this one on they are asked later."""
        if not self._document_key:
            self._document_key = self._scope.step.new_key()
        return Regarding(
            ask_seeing, f"{key} {self._name}", self._document_key, _written(self._changes)
        ), self._scope

    def _learn_new_keys(self) -> None:
        """Those that have begun to wait since stand at the end."""
        waiting = self._waited_for()
        if not self._keys:
            self._keys = sorted(waiting)
            return
        newest = self._keys[-1]
        self._keys += reversed(list(takewhile(lambda key: key > newest, reversed(waiting))))

    def _waited_for(self) -> dict[int, None]:
        return self._scope.instance.conditions.get(self._scope.key, {}).get(self._name, {})


def ask(token: Token, key: int) -> None:
    """A condition that an element waits for is to be asked when this turn is over."""
    token.step.ask(OneCondition(token, key))


def notice(
    course: Course,
    scope_key: int,
    conditions: Mapping[str, Mapping[int, None]],
    is_new: Mapping[str, bool],
) -> None:
    """Variables of a scope have changed, by name, and whether they are new there; conditions may see it. The
    conditions are those in it, by the names that they are asked for.
    """
    scope, span = course.token(scope_key), (0, course.step.state.last_key)
    for name, created in is_new.items():
        if name in conditions:
            course.step.ask(SeeingConditions(scope, name, {(name, created): span}))
    if "" in conditions:
        changes = dict.fromkeys(is_new.items(), span)
        course.step.ask(SeeingConditions(scope, "", changes))


def _is_hidden(instance: InstanceState, key: int, scope_key: int, name: str) -> bool:
    """Whether a scope nearer to the element has a variable of that name."""
    while key and key != scope_key:
        if name in instance.variables.get(key, ()):
            return True
        key = instance.elements[key].scope_key
    return key != scope_key


# -- what was put off ----------------------------------------------------------------------------------------


def ask_one(
    token: Token, about: str, document_key: int, document: Mapping[str, bytes] | None
) -> OneCondition:
    """The condition of this key."""
    return OneCondition(token, int(about))


def ask_seeing(
    token: Token, about: str, document_key: int, document: Mapping[str, bytes] | None
) -> SeeingConditions:
    """Those of one name from a key on that see the changes which the document tells of."""
    first, _, name = about.partition(" ")
    return SeeingConditions(token, name, _read(document or {}), int(first) - 1, document_key)


def _written(changes: _Changes) -> Mapping[str, bytes]:
    spans: dict[str, list[tuple[bool, int, int]]] = {}
    for (name, is_new), span in changes.items():
        spans.setdefault(name, []).append((is_new, *span))
    return {name: msgspec.json.encode(offset) for name, offset in spans.items()}


def _read(document: Mapping[str, bytes]) -> _Changes:
    return {
        (name, is_new): (first, last)
        for name, text in document.items()
        for is_new, first, last in msgspec.json.decode(text, type=list[tuple[bool, int, int]])
    }


ASKING = ask_one, ask_seeing
"""These give conditions to be asked."""
CONTINUATIONS = {"ask condition": ask_one, "ask conditions": ask_seeing}
