"""The life of a BPMN error: thrown by a job or an error end event, it travels outwards until something
catches it.

    thrown → caught by an event sub-process of the scope, else by a boundary event of its activity, and so on
           → caught by nothing: an incident UNHANDLED_ERROR_EVENT at the element that threw

On one level the exact code is preferred to a catch-all. A scope that an event sub-process has interrupted
offers its event sub-processes no second time; its boundary events it does. BPMN 2.0.2, 10.5.6 and 13.5.4
(error handling).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from counterflow.kernel.course import entering, travel
from counterflow.kernel.course.room import room
from counterflow.kernel.data import evaluation
from counterflow.kernel.data.scopes import Document
from counterflow.kernel.state.instance import InstanceState
from counterflow.kernel.state.partition import State
from counterflow.kernel.vocabulary import BrokenInvariant, InstanceEvent
from counterflow.kernel.work.held import Held, IncidentType
from counterflow.kernel.work.step import EventRoom, Token
from counterflow.model.events import ErrorDefinition
from counterflow.model.graph import Node


class ErrorCaught(InstanceEvent, frozen=True):
    """An error has reached the event `catch_id`: a boundary event of the element instance `at_key`, or the
    start event of an event sub-process inside it.
    """

    at_key: int
    catch_id: str
    error_code: str
    message: str


class ThrownError(NamedTuple):
    """What travels: the code that catching events compare, a message for people, and variables for the
    catching scope.
    """

    code: str
    message: str
    variables: Document


class ErrorCatch(NamedTuple):
    """Where an error is caught: `event` is a boundary event of `at`, or the start event of an event
    sub-process in `at`.
    """

    at: Token
    event: Node


def find_catch(thrower: Token, code: str) -> ErrorCatch | None:
    """The nearest event that catches an error of this code thrown by an element, out through call activities;
    None if none does.
    """
    for at in travel.outwards(thrower):
        event = _catching(at, code, is_thrower=at is thrower)
        if event is not None:
            return ErrorCatch(at, event)
    return None


def catch_error(catch: ErrorCatch, error: ThrownError) -> None:
    """Interrupt what the catching event interrupts, and go on from there. Raises `Rejection` where that is
    set aside.
    """
    at, event = catch
    at.step.admitted_to(at.instance)
    at.emit(ErrorCaught(at.key, event.id, error.code, error.message))
    travel.go_on_from(at, event, _offered(event, error), interrupting=True)


def uncaught(thrower: Token, code: str, message: str, job_key: int = 0) -> Held:
    """Nothing catches the error: a person has to look."""
    said = f" ({message})" if message else ""
    return Held(
        IncidentType.UNHANDLED_ERROR_EVENT,
        f"Expected something to catch the error with code '{code}'{said} thrown by '{thrower.node.id}', "
        "but found no boundary event and no event sub-process for it, up to the process; add one and start "
        "anew, or resolve the incident to try again",
        job_key=job_key,
    )


def _throw(token: Token) -> None:
    """An error is thrown where something catches it."""
    entering.map_inputs(token)
    code = _code_of(token)
    catch = find_catch(token, code)
    if catch is None:
        raise uncaught(token, code, "")
    if catch.at.instance.quarantine is not None:
        raise Held(
            IncidentType.UNHANDLED_ERROR_EVENT,
            f"Expected '{catch.event.id}' to catch the error with code '{code}' thrown by "
            f"'{token.node.id}', but the process instance '{catch.at.instance.key}' that it belongs to is "
            "quarantined; release that one, then resolve the incident",
        )
    entering.activate(token)
    catch_error(catch, ThrownError(code, "", {}))


def _code_of(token: Token) -> str:
    definition = token.node.event
    if not isinstance(definition, ErrorDefinition):
        raise BrokenInvariant(f"'{token.node.id}' throws no error")
    return evaluation.text(token, definition.code or "", "the error code")


def _catching(at: Token, code: str, *, is_thrower: bool) -> Node | None:
    """Events inside an element come before those on its border; of a multi-instance activity the border is
    the body's.
    """
    nodes = at.nodes
    if not at.row.interrupted and not is_thrower and not at.is_body:
        starts = (nodes[str(nodes[inner].start_event)] for inner in at.node.event_sub_processes)
        event = _matching(starts, code)
        if event is not None:
            return event
    if at.loop_counter > 0:
        return None
    return _matching((nodes[boundary] for boundary in at.node.boundary_events), code)


def _matching(events: Iterable[Node], code: str) -> Node | None:
    catch_all = None
    for event in events:
        definition = event.event
        if not isinstance(definition, ErrorDefinition):
            continue
        if definition.code is None:
            catch_all = catch_all or event
        elif definition.code == code:
            return event
    return catch_all


def _offered(event: Node, error: ThrownError) -> dict[str, bytes]:
    """What the catching event is given: the error's own variables, and code and message under the names it
    asks for.
    """
    offered = dict(error.variables)
    definition = event.event
    if isinstance(definition, ErrorDefinition):
        for name, text in (
            (definition.code_variable, error.code),
            (definition.message_variable, error.message),
        ):
            if name:
                offered[name] = msgspec.json.encode(text)
    return offered


def _apply_caught(state: State, instance: InstanceState, event: ErrorCaught) -> None:
    """What the error brings about is told by the events that follow."""


KIND = EventRoom(thrown=room(beginning=_throw), of_instance={ErrorCaught: _apply_caught})
