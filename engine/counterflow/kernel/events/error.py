"""The life of a BPMN error: thrown by a job or an error end event, it travels outwards to what catches it.

    thrown → caught by an event sub-process of the scope, else by a boundary event of its activity, and so on
           → caught by nothing: an incident UNHANDLED_ERROR_EVENT at the element that threw

How it travels is in `course/travel.py`. BPMN 2.0.2, 10.5.6 and 13.5.4 (error handling).
"""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from counterflow.kernel.course import entering, handing_out, travel
from counterflow.kernel.course.room import room
from counterflow.kernel.course.travel import Catch
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
    """An error has reached the event `catch_id` of the element instance `at_key`. It is a boundary event of
    it, or the start event of an event sub-process inside it.
    """

    at_key: int
    catch_id: str
    error_code: str
    message: str


class ThrownError(NamedTuple):
    """What travels: a code that catching events compare, a message for people, variables for the scope. The
    scope is the catching one.
    """

    code: str
    message: str
    variables: Document


def find_catch(thrower: Token, code: str) -> Catch | None:
    """The nearest event that catches an error of this code thrown by an element; None if none does."""
    return travel.find_catch(thrower, ErrorDefinition, code)


def reach(thrower: Token, error: ThrownError) -> Catch:
    """The event that catches an error of a job; the calls on the way have handed out.

    Raises `Held` where nothing catches it or a call cannot hand out, `Rejection` where that is set aside.
    """
    catch = find_catch(thrower, error.code)
    if catch is None:
        raise _uncaught(thrower, error.code, error.message)
    catch.at.step.admitted_to(catch.at.instance)
    handing_out.hand_out(thrower, catch, error.variables)
    return catch


def catch_error(catch: Catch, error: ThrownError) -> None:
    """Interrupt what the catching event interrupts, and go on from there."""
    at, event = catch
    at.emit(ErrorCaught(at.key, event.drawn_id, error.code, error.message))
    travel.go_on_from(at, event, _offered(event, error), interrupting=True)


def _uncaught(thrower: Token, code: str, message: str) -> Held:
    """Nothing catches the error: a person has to look."""
    said = f" ({message})" if message else ""
    return Held(
        IncidentType.UNHANDLED_ERROR_EVENT,
        f"Expected something to catch the error with code '{code}'{said} thrown by '{thrower.node.id}', "
        "but found no boundary event and no event sub-process for it, up to the process; add one and start "
        "anew, or resolve the incident to try again",
    )


def _throw(token: Token) -> None:
    """An error is thrown where something catches it."""
    entering.map_inputs(token)
    code = _code_of(token)
    catch = find_catch(token, code)
    if catch is None:
        raise _uncaught(token, code, "")
    if catch.at.instance.stands_still:
        what = f"the error with code '{code}'"
        raise travel.set_aside(token, catch, what)
    handing_out.hand_out(token, catch)
    entering.activate(token)
    catch_error(catch, ThrownError(code, "", {}))


def _code_of(token: Token) -> str:
    definition = token.node.event
    if not isinstance(definition, ErrorDefinition):
        raise BrokenInvariant(f"'{token.node.id}' throws no error")
    return evaluation.text(token, definition.code or "", "the error code")


def _offered(event: Node, error: ThrownError) -> dict[str, bytes]:
    """What the catching event is given: the error's own variables, and code and message where it asks. It
    asks by the names that they are given under.
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
