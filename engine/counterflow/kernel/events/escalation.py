"""The life of an escalation: thrown by an event, it travels outwards until something catches it. It harms
nobody where nothing does.

    thrown → caught by an event sub-process of a scope around, else by a boundary event of its activity, …
               an interrupting one sweeps the throw away; beside any other the throw goes on
           → caught by nothing: the throw goes on

So an activity can tell those around it of something while it goes on (10.5.1: an escalation is not critical).
How it travels is in `course/travel.py`; only a model throws one, a worker does not. BPMN 2.0.2, 10.5.5 and
10.5.6.
"""

from __future__ import annotations

import msgspec

from counterflow.kernel.course import entering, handing_out, leaving, travel
from counterflow.kernel.course.room import room
from counterflow.kernel.course.travel import Catch
from counterflow.kernel.data import evaluation
from counterflow.kernel.state.instance import InstanceState
from counterflow.kernel.state.partition import State
from counterflow.kernel.vocabulary import BrokenInvariant, InstanceEvent
from counterflow.kernel.work.step import EventRoom, Token
from counterflow.model.events import EscalationDefinition
from counterflow.model.graph import Node


class EscalationThrown(InstanceEvent, frozen=True):
    """An event has thrown an escalation; the event `caught_by` of that process instance catches it. Or
    nothing does (empty, and 0).
    """

    key: int
    escalation_code: str
    caught_by: str = ""
    catching_instance_key: int = 0


class EscalationCaught(InstanceEvent, frozen=True):
    """An escalation has reached the event `catch_id` of the element instance `at_key`. It is a boundary event
    of it, or the start event of an event sub-process inside it.
    """

    at_key: int
    catch_id: str
    escalation_code: str


def _throw(token: Token) -> None:
    """It is thrown as the event begins; the event is left where it is not swept away for it."""
    entering.map_inputs(token)
    code = evaluation.text(token, _definition(token.node).code or "", "the escalation code")
    catch = travel.find_catch(token, EscalationDefinition, code)
    if catch is not None and catch.at.instance.stands_still:
        what = f"the escalation with code '{code}'"
        raise travel.set_aside(token, catch, what)
    if catch is not None:
        handing_out.hand_out(token, catch)
    entering.activate(token)
    caught = (catch.event.drawn_id, catch.at.instance.key) if catch is not None else ("", 0)
    token.emit(EscalationThrown(token.key, code, *caught))
    if catch is not None:
        _reach(catch, code)
    if catch is None or not catch.event.interrupting:
        leaving.finish(token)


def _reach(catch: Catch, code: str) -> None:
    at, event = catch
    at.emit(EscalationCaught(at.key, event.drawn_id, code))
    name = _definition(event).code_variable
    offered = {name: msgspec.json.encode(code)} if name else {}
    travel.go_on_from(at, event, offered, interrupting=event.interrupting)


def _definition(event: Node) -> EscalationDefinition:
    if not isinstance(event.event, EscalationDefinition):
        raise BrokenInvariant(f"'{event.id}' is no escalation event")
    return event.event


def _apply_thrown(state: State, instance: InstanceState, event: EscalationThrown) -> None:
    """Nothing is kept of it."""


def _apply_caught(state: State, instance: InstanceState, event: EscalationCaught) -> None:
    """What it brings about is told by the events that follow."""


KIND = EventRoom(
    thrown=room(beginning=_throw),
    of_instance={EscalationThrown: _apply_thrown, EscalationCaught: _apply_caught},
)
