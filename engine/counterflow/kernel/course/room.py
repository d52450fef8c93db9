"""A room by what its element has of its own to say; what it does not say is what every element does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from counterflow.kernel.course import entering, flows, leaving
from counterflow.kernel.vocabulary import BrokenInvariant
from counterflow.kernel.work.step import Continuation, Room, Token
from counterflow.model.graph import Flow, Node


def _enter(scope: Token, node: Node, flow: Flow) -> None:
    """Every token begins the element anew (BPMN 2.0.2, 13.3.1: an uncontrolled merge)."""
    entering.enter(scope, node)


def _waits_on(scope: Token, node: Node) -> None:
    """What waits here waits for a token of every flow, wherever others go."""


def _nothing(token: Token) -> None:
    """Nothing is to be done, or under way."""


def _is_done(token: Token, values: Mapping[str, bytes], answer: Any) -> None:
    """Its job was its work; there is nothing to decide."""
    raise BrokenInvariant(f"no worker decides about '{token.node.id}'")


def _goes_on(child: Token) -> bool:
    """Nothing has to be gathered from a child, and what comes after it is done."""
    return False


def room(  # noqa: PLR0913 - a moment each
    *,
    preparing: Continuation = entering.map_inputs,
    beginning: Continuation = entering.set_to_work,
    activated: Continuation = _nothing,
    arrive: Callable[[Token, Node, Flow], None] = _enter,
    others_moved: Callable[[Token, Node], None] = _waits_on,
    leaving: Callable[[Token], Sequence[Flow]] = flows.outgoing,
    resume: Continuation = leaving.resume,
    terminating: Callable[[Token], Iterable[Any] | None] = _nothing,
    child_leaving: Callable[[Token], bool] = _goes_on,
    child_left: Callable[[Token, bool], None] = leaving.scope_may_end,
    answered: Callable[[Token, Mapping[str, bytes], Any], None] = _is_done,
    interrupted: Continuation = _nothing,
) -> Room:
    """A room with these moments; by default `beginning` is followed by `activated`."""
    return Room(
        preparing,
        beginning,
        activated,
        arrive,
        others_moved,
        leaving,
        resume,
        terminating,
        child_leaving,
        child_left,
        answered,
        interrupted,
    )
