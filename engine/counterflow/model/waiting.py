"""What a token can meet inside an element: whether it may have to wait there, and whether an error may be thrown.

Both err on the side of yes: a person is only told of what can never be.
"""

from __future__ import annotations

from typing import Final

from counterflow.model.graph import Behaviour
from counterflow.model.outline import Element

_SCOPES: Final = frozenset({Behaviour.PROCESS, Behaviour.SUB_PROCESS, Behaviour.EVENT_SUB_PROCESS})
_PASSED_AT_ONCE: Final = frozenset({
    Behaviour.PASS_THROUGH, Behaviour.START_EVENT, Behaviour.BOUNDARY_EVENT, Behaviour.THROW_EVENT, Behaviour.END_EVENT,
    Behaviour.EXCLUSIVE_GATEWAY,
})  # fmt: skip
_THROW_NO_ERROR: Final = _PASSED_AT_ONCE | {Behaviour.PARALLEL_GATEWAY, Behaviour.EVENT_BASED_GATEWAY, Behaviour.CATCH_EVENT}


def may_wait(element: Element) -> bool:
    """Whether somebody or something outside may have to act before a token leaves the element."""
    if element.behaviour in _SCOPES:
        return any(may_wait(child) for child in element.children)
    if element.behaviour is Behaviour.PARALLEL_GATEWAY:
        return len(element.incoming) > 1
    return element.throws_compensation or not (element.behaviour in _PASSED_AT_ONCE or _is_done_here(element))


def thrown_errors(element: Element) -> tuple[bool, list[Element]]:
    """Whether any error may be thrown inside the element by somebody outside, and the events in it that throw certain ones."""
    if element.behaviour in _SCOPES:
        found = [thrown_errors(child) for child in element.children]
        return any(is_any for is_any, _ in found), [event for _, events in found for event in events]
    if element.throws_compensation:
        return True, []  # a handler runs in the scope of the throw
    if element.tag == "endEvent" and element.event == "errorEventDefinition":
        return False, [element]
    return not (element.behaviour in _THROW_NO_ERROR or _is_done_here(element)), []


def _is_done_here(element: Element) -> bool:
    """A script or a decision, evaluated in the engine."""
    return element.details.script is not None or element.details.decision is not None
