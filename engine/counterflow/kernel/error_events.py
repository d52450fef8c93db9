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

from counterflow.feel import Expression
from counterflow.kernel import incidents, lifecycle, variables
from counterflow.kernel.instance_state import InstanceState
from counterflow.kernel.records import Event
from counterflow.kernel.rows import ElementInstance
from counterflow.kernel.state import State
from counterflow.kernel.step import Step
from counterflow.model.graph import ErrorDefinition, Node


class ErrorCaught(Event, frozen=True, array_like=True, tag=60, gc=False):
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
    variables: variables.Document


class Catch(NamedTuple):
    """Where an error is caught: `event` is a boundary event of `at`, or the start event of an event
    sub-process in `at`.
    """

    instance: InstanceState
    at: ElementInstance
    event: Node


def code_of(step: Step, thrower: ElementInstance, definition: ErrorDefinition) -> str | None:
    """The code of the error that an element throws; None, and an incident, where its expression gives
    none.
    """
    if not isinstance(definition.code, Expression):
        return definition.code or ""
    evaluation = variables.evaluate(step, thrower.key, definition.code)
    if evaluation.failure is None and isinstance(evaluation.value, str) and evaluation.value:
        return evaluation.value
    incidents.raise_incident(
        step,
        thrower,
        "EXTRACT_VALUE_ERROR",
        f"Expected the error code '={definition.code.text}' of '{thrower.element_id}' to be a non-empty "
        f"string, but {variables.found_in(evaluation)}; set the variables it reads and resolve the "
        "incident",
    )
    return None


def find_catch(step: Step, thrower: ElementInstance, code: str) -> Catch | None:
    """The nearest event that catches an error of this code thrown by an element, out through call activities;
    None if none does.
    """
    instance: InstanceState | None = step.current()
    element: ElementInstance | None = thrower
    while instance is not None and element is not None:
        event = _catching(step, instance, element, code, is_thrower=element is thrower)
        if event is not None:
            return Catch(instance, element, event)
        if element.scope_key:
            element = instance.elements.get(element.scope_key)
        else:
            header = instance.header
            instance = (
                step.state.instance(header.parent_instance_key)
                if header is not None and header.parent_instance_key
                else None
            )
            element = (
                instance.elements.get(header.parent_element_key)
                if instance is not None and header is not None
                else None
            )
    return None


def catch_error(step: Step, catch: Catch, error: ThrownError) -> None:
    """Interrupt what the catching event interrupts, and go on from there."""
    step.enter_instance(catch.instance)
    step.emit(ErrorCaught(catch.at.key, catch.event.id, error.code, error.message))
    if catch.event.attached_to is not None:
        lifecycle.terminate(step, step.element(catch.at.key))
        lifecycle.enter(step, catch.event, catch.at.scope_key, _offered(step, catch.event, error))
    else:
        lifecycle.interrupt(step, step.element(catch.at.key))
        sub_process = step.process().nodes[catch.event.parent]
        lifecycle.enter(step, sub_process, catch.at.key, _offered(step, catch.event, error))


def _catching(
    step: Step, instance: InstanceState, element: ElementInstance, code: str, *, is_thrower: bool
) -> Node | None:
    """Events inside an element come before those on its border; of a multi-instance activity the border is
    the body's.
    """
    nodes = step.state.process(instance).nodes
    here = nodes[element.element_id]
    if not element.interrupted and not is_thrower and element.loop_counter >= 0:
        starts = (nodes[str(nodes[inner].start_event)] for inner in here.event_sub_processes)
        event = _matching(starts, code)
        if event is not None:
            return event
    return (
        _matching((nodes[boundary] for boundary in here.boundary_events), code)
        if element.loop_counter <= 0
        else None
    )


def tell_uncaught(step: Step, thrower: ElementInstance, code: str, message: str, job_key: int = 0) -> None:
    """Nothing catches the error: a person has to look."""
    told = f" ({message})" if message else ""
    incidents.raise_incident(
        step,
        thrower,
        "UNHANDLED_ERROR_EVENT",
        f"Expected something to catch the error with code '{code}'{told} thrown by '{thrower.element_id}', "
        "but found no boundary event and no event sub-process for it, up to the process; add one and start "
        "anew, or resolve the incident to try again",
        job_key,
    )


def tell_set_aside(step: Step, thrower: ElementInstance, code: str, catch: Catch) -> None:
    """The error is caught by a caller that is quarantined: it has to wait."""
    incidents.raise_incident(
        step,
        thrower,
        "UNHANDLED_ERROR_EVENT",
        f"Expected '{catch.event.id}' to catch the error with code '{code}' thrown by "
        f"'{thrower.element_id}', but the process instance '{catch.instance.key}' that it belongs to is "
        "quarantined; release that one, then resolve the incident",
    )


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


def _offered(step: Step, event: Node, error: ThrownError) -> dict[str, bytes]:
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


def _apply_caught(state: State, instance: InstanceState | None, event: ErrorCaught) -> None:
    """What the error brings about is told by the events that follow."""


APPLIERS = {ErrorCaught: _apply_caught}
