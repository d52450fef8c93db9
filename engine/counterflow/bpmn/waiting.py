"""What a token can meet inside an element: a wait, and errors and escalations that may be thrown.

Both err on the side of yes: a person is only told of what can never be. Worked out once per element: a file
may hold thousands of catches.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Final

from counterflow.bpmn.codes import CODED
from counterflow.bpmn.elements import ERROR, ESCALATION, Category
from counterflow.bpmn.outline import Element
from counterflow.model.graph import Behaviour

Meeting = tuple[str, str]
"""One thing that a token can meet: `WAIT`, `ANY_ERROR`, `ANY_ESCALATION`, or the tag of one with a code. The
tag is that of the definition of an error or escalation.
"""

WAIT: Final[Meeting] = ("wait", "")
"""Somebody or something outside may have to act before the token goes on."""
ANY_ERROR: Final[Meeting] = ("any", ERROR)
"""A worker, a called process or a compensation handler may throw what it likes."""
ANY_ESCALATION: Final[Meeting] = ("any", ESCALATION)
"""So may a called process, or a handler, with escalations."""

_SCOPES: Final = frozenset({Behaviour.PROCESS, Behaviour.SUB_PROCESS, Behaviour.EVENT_SUB_PROCESS})
_PASSED_AT_ONCE: Final = frozenset({
    Behaviour.PASS_THROUGH, Behaviour.START_EVENT, Behaviour.BOUNDARY_EVENT, Behaviour.THROW_EVENT,
    Behaviour.END_EVENT,
})  # fmt: skip
_ANYTHING: Final = frozenset({WAIT, ANY_ERROR, ANY_ESCALATION})
_OF_WORK: Final[Mapping[Behaviour | None, frozenset[Meeting]]] = {
    Behaviour.CATCH_EVENT: frozenset({WAIT}),
    Behaviour.CALL_ACTIVITY: _ANYTHING,
}
"""What is met while it is done; a worker throws no escalation."""


class Meetings:
    """What a token can meet in each element of one file; `code_of` tells the code that an event throws."""

    def __init__(self, code_of: Callable[[Element], str]) -> None:
        self._code_of = code_of
        self._known: dict[int, frozenset[Meeting]] = {}
        self._counted: dict[int, Counter[Meeting]] = {}

    def inside(self, element: Element) -> frozenset[Meeting]:
        """Between entering and leaving the element."""
        known = self._known.get(id(element))
        if known is None:
            known = frozenset(self._counts(element)) if element.behaviour in _SCOPES else self._at(element)
            if element.behaviour is Behaviour.AD_HOC_SUB_PROCESS:
                known |= frozenset(self._counts(element))
            self._known[id(element)] = known
        return known

    def besides(self, scope: Element, child: Element) -> frozenset[Meeting]:
        """In a scope, but for one of its children."""
        own = self.inside(child)
        return frozenset(
            meeting for meeting, times in self._counts(scope).items() if times > (meeting in own)
        )

    def _counts(self, scope: Element) -> Counter[Meeting]:
        """In how many of its children each is met."""
        known = self._counted.get(id(scope))
        if known is None:
            known = self._counted[id(scope)] = Counter(
                meeting for child in scope.children for meeting in self.inside(child)
            )
        return known

    def _at(self, element: Element) -> frozenset[Meeting]:
        if element.parts and not element.kind.catches:
            return frozenset().union(*map(self._at, element.parts))
        if element.throws_undo:
            return _ANYTHING  # its handlers run in the scope of the throw
        if (
            element.event_kind is not None
            and element.event_kind.holds_its_thrower
            and not element.kind.catches
        ):
            return frozenset({WAIT})
        if any(element.throws(definition) for definition in CODED):
            return frozenset({(element.event, self._code_of(element))})
        if (
            element.behaviour in _PASSED_AT_ONCE
            or element.details.script is not None
            or element.details.decision is not None
        ):
            return frozenset()
        if element.kind.category is Category.GATEWAY:
            return frozenset({WAIT}) if _may_hold(element) else frozenset()
        return _OF_WORK.get(element.behaviour, frozenset({WAIT, ANY_ERROR}))


def _may_hold(gateway: Element) -> bool:
    """Whether a token may have to wait at a gateway: for an event, or for those that it joins with."""
    is_join = gateway.kind.joins is not None and len(gateway.incoming) > 1
    return is_join or gateway.behaviour is Behaviour.EVENT_BASED_GATEWAY
