"""How what is thrown travels outwards until an event catches it, and how that takes over.

It travels from scope to scope and out through calls.

On one level events inside come before those on the border, and the exact code before a catch of any. A scope
that an event sub-process has interrupted offers its event sub-processes no second time; and none is offered
what comes from inside itself, so that it goes outward. BPMN 2.0.2, 10.5.6 and 13.5.4.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from counterflow.kernel.course import ending, entering
from counterflow.kernel.work.held import Held, IncidentType
from counterflow.kernel.work.step import Course, Token
from counterflow.model.events import ErrorDefinition, EscalationDefinition
from counterflow.model.graph import Node

CodedDefinition = type[ErrorDefinition] | type[EscalationDefinition]
"""The kinds of event that are caught by a code."""


class Catch(NamedTuple):
    """Where something thrown is caught.

    `event` is a boundary event of `at`, or the start event of an event sub-process in `at`, or a
    part of one.
    """

    at: Token
    event: Node


def find_catch(thrower: Token, kind: CodedDefinition, code: str) -> Catch | None:
    """The nearest event that catches what an element throws with this code; None if none does.

    It is looked for out through call activities.
    """
    inner: Token | None = None
    for at in outwards(thrower):
        event = _catching(at, inner, kind, code)
        if event is not None:
            return Catch(at, event)
        inner = at
    return None


def set_aside(thrower: Token, catch: Catch, what: str) -> Held:
    """Why nothing thrown (`what`) is caught in a process instance that is quarantined."""
    return Held(
        IncidentType.CATCHER_QUARANTINED,
        f"Expected '{catch.event.drawn_id}' to catch {what} thrown by '{thrower.node.id}', but the process "
        f"instance '{catch.at.instance.key}' that it belongs to is {how_to_go_on(catch.at)}, then "
        "resolve the incident",
    )


def how_to_go_on(course: Course) -> str:
    """What holds an instance that stands still, and what lets it go on."""
    is_set_aside = course.instance.quarantine is not None
    return "quarantined; release that one" if is_set_aside else "suspended; resume that one"


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
    """The event that catches at an element takes over.

    A token goes on from its border, or the event sub-process inside it begins.
    """
    catch = at.nodes[catch.drawn_id]
    is_done = True
    if catch.attached_to is not None:
        scope, node = at.scope, catch
        if interrupting:
            is_done = ending.terminate(at)
    else:
        scope, node = at, at.nodes[catch.parent]
        if interrupting:
            is_done = ending.interrupt(at)
    if is_done:
        entering.enter(scope, node, local)
    else:
        token = entering.place(scope, node, local)
        ending.when_swept(at.key, token, entering.begin, is_first=False)


def _catching(at: Token, inner: Token | None, kind: CodedDefinition, code: str) -> Node | None:
    """Of a multi-instance activity the border is the body's.

    What throws (`inner` None) has something inside only where a worker decides about an ad-hoc sub-process:
    its errors are caught there first, like those of the activities.
    """
    nodes = at.nodes
    if not at.row.interrupted and not at.is_body:
        thrower = inner.node.id if inner is not None else None
        offered = (nodes[scope] for scope in at.node.event_sub_processes if scope != thrower)
        event = _matching(nodes, (str(scope.start_event) for scope in offered), kind, code)
        if event is not None:
            return event
    if at.loop_counter > 0:
        return None
    return _matching(nodes, at.node.boundary_events, kind, code)


def _matching(
    nodes: Mapping[str, Node], events: Iterable[str], kind: CodedDefinition, code: str
) -> Node | None:
    """Of an event that catches one of several, the part that does."""
    catch_all = None
    for event in (nodes[part] for name in events for part in nodes[name].parts or (name,)):
        definition = event.event
        if not isinstance(definition, kind):
            continue
        if definition.code is None:
            catch_all = catch_all or event
        elif definition.code == code:
            return event
    return catch_all
