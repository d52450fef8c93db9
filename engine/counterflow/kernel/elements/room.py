"""What a room is: the moments in which an element can have something of its own to say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from counterflow.kernel import lifecycle
from counterflow.kernel.elements import sequence_flow
from counterflow.kernel.rows import ElementInstance
from counterflow.kernel.step import Continuation, Step
from counterflow.model.graph import Flow, Node


def _enter(step: Step, node: Node, scope_key: int, flow: Flow) -> None:
    """Every token begins the element anew (BPMN 2.0.2, 13.3.1: an uncontrolled merge)."""
    lifecycle.enter(step, node, scope_key)


def _nothing(step: Step, element: ElementInstance, node: Node) -> None:
    """Nothing is to be done, or under way."""


def _goes_on(step: Step, child: ElementInstance, node: Node) -> bool | None:
    """Nothing has to be gathered from a child."""
    return False


def _may_end(step: Step, body: ElementInstance, node: Node, *, is_over: bool) -> None:
    """A scope is done with its last token."""
    lifecycle.scope_may_end(step, body.key)


class ChildCompleted(Protocol):
    """What a multi-instance body does when an instance inside has completed."""

    def __call__(self, step: Step, body: ElementInstance, node: Node, *, is_over: bool) -> None:
        """`is_over`: the rest is not to be done."""


@dataclass(frozen=True, slots=True)
class Room:
    """The behaviour of one kind of element. What a room does not say is what every element does."""

    activated: Continuation = _nothing
    """The element is at work: do it, wait for something, or `lifecycle.finish`."""
    arrive: Callable[[Step, Node, int, Flow], None] = _enter
    """A token comes along a flow into the scope with this key."""
    leaving: Callable[[Step, ElementInstance, Node], Sequence[Flow] | None] = sequence_flow.outgoing
    """The flows a completed element is left by; None where an incident holds it."""
    resume: Continuation = lifecycle.resume
    """An incident of the element was resolved, or what it had started has ended."""
    terminating: Continuation = _nothing
    """The element is being swept away, its children are gone: end what else it has under way."""
    child_completing: Callable[[Step, ElementInstance, Node], bool | None] = _goes_on
    """Multi-instance bodies: an instance inside is about to complete. Whether nothing is to be done after it;
    None where an incident holds it.
    """
    child_completed: ChildCompleted = _may_end
    """Multi-instance bodies: an instance inside has completed, and `child_completing` had given this
    answer.
    """
    beginning: Continuation = lifecycle.set_to_work
    """A token is there: map the inputs, find what is needed to begin, `lifecycle.activate`, and do it. An
    incident holds the element as it was where something is missing, so that nothing is waited for on behalf
    of what has not begun. What is here is called again when that incident is resolved. By default `activated`
    follows.
    """
