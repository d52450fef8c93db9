"""How what is thrown travels outwards, from scope to scope and out through calls, and how a catching event
takes over from what it catches at.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from counterflow.kernel.course import ending, entering
from counterflow.kernel.work.step import Course, Token
from counterflow.model.graph import Node


def outwards(thrower: Token) -> Iterator[Token]:
    """The element that throws, and every scope around it, the calls of called processes among them."""
    token: Token | None = thrower
    while token is not None:
        yield token
        token = token.scope if token.scope_key else caller_of(token)


def caller_of(course: Course) -> Token | None:
    """The call activity that has called a process instance; None where nothing has, or that is gone."""
    header = course.header
    caller = course.step.state.instance(header.parent_instance_key) if header.parent_instance_key else None
    if caller is None or header.parent_element_key not in caller.elements:
        return None
    return Course(course.step, caller).token(header.parent_element_key)


def go_on_from(at: Token, catch: Node, local: Mapping[str, bytes], *, interrupting: bool) -> None:
    """The event that catches at an element takes over: a token goes on from its border, or the event
    sub-process inside it begins.
    """
    if catch.attached_to is not None:
        if interrupting:
            ending.terminate(at)
        entering.enter(at.scope, catch, local)
    else:
        if interrupting:
            ending.interrupt(at)
        entering.enter(at, at.nodes[catch.parent], local)
