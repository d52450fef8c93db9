"""Listeners: what is done before an element's own work and after it, one after another, by workers.

    inputs → start listeners → what it needs to begin, waits, its work → outputs → end listeners → flows

A listener's job is a job like any other, and there is one at a time. While it waits the element is
`activating`, and waits for nothing else, or `completing`, and waits for nothing any more; so nothing on its
border can happen to it, and what it has done cannot be undone yet. Its row says how many listeners have been
gone through (`phase`): an incident, or a worker that fails, never makes one be done again that was done.
After Zeebe's execution listeners; in camunda: models an expression is evaluated here, and the end listeners
come before the outputs, as in Camunda 7.
"""

from __future__ import annotations

from msgspec.structs import replace

from counterflow.kernel.course import asking
from counterflow.kernel.data import evaluation, scopes
from counterflow.kernel.rows import ElementInstance
from counterflow.kernel.state.instance import InstanceState
from counterflow.kernel.state.partition import State
from counterflow.kernel.vocabulary import InstanceEvent
from counterflow.kernel.work.held import Held, count_passed, passed
from counterflow.kernel.work.step import Token
from counterflow.model.graph import JobDefinition, ListenerEvent, ScriptDefinition

_NOTHING: scopes.Document = {}
_BEGINNING = (ListenerEvent.START, ListenerEvent.BEFORE_ALL)


class ListenersPassed(InstanceEvent, frozen=True):
    """So many listeners of an event have been gone through; the last of them was evaluated in the engine."""

    element_instance_key: int
    event_type: str
    count: int


def at_beginning(token: Token) -> ListenerEvent:
    """What it tells its listeners when it begins: instances of an activity are told one by one."""
    return ListenerEvent.BEFORE_ALL if token.is_body else ListenerEvent.START


def have_begun(row: ElementInstance) -> bool:
    """Whether what comes before the listeners that it begins with is done: its inputs are mapped."""
    return any(count_passed(row.phase, event) is not None for event in _BEGINNING)


def are_awaited(token: Token, event: ListenerEvent) -> bool:
    """Go on with the listeners of an event, from where they have come to. Whether one of them is waited for.

    Raises `Held` where one has no job type, or no value.
    """
    listeners = token.node.listeners.of(event) if token.node.listeners is not None else ()
    first = number = count_passed(token.row.phase, event) or 0
    for listener in listeners[first:]:
        try:
            if isinstance(listener, JobDefinition):
                _ask(token, listener, event, number)
                return True
            evaluate(token, listener)
        except Held as held:
            raise _held_at(held, token, event, number) from held
        number += 1
    if number > first:
        token.emit(ListenersPassed(token.key, event.value, number))
    return False


def definition_of(token: Token, event_type: str) -> object:
    """What a job of an element is made by: its own work, or the listener that is waited for."""
    definitions = token.node.listeners
    if not event_type or definitions is None:
        return token.node.work
    return definitions.of(ListenerEvent(event_type))[count_passed(token.row.phase, event_type) or 0]


def take_results(token: Token, event: str, outside: int, document: scopes.Document) -> None:
    """What a listener's worker gave: the element's own at its beginning, else of the scope `outside` it.

    Raises `DocumentTooLarge`.
    """
    if not document:
        return
    if token.node.listeners is not None and token.node.listeners.is_code:
        send_out_of_code(token, document)
    elif event == ListenerEvent.END:
        scopes.send_out(token, outside, document)
    else:
        scopes.write_measured(token, token.key, document)


def _ask(token: Token, listener: JobDefinition, event: ListenerEvent, number: int) -> None:
    order = asking.order_by(token, listener)
    if order.headers is None and listener.headers != b"{}":
        order = order._replace(headers=listener.headers)
    asking.create_for_listener(token, order, event, number)


def evaluate(token: Token, script: ScriptDefinition, over: scopes.Document = _NOTHING) -> None:
    """What a listener does in the engine itself; it sees `over` before its variables. Raises `Held`."""
    what = f"'{script.result_variable or token.node.id}'"
    value = evaluation.json(token, token.key, script.expression, what, over)
    if script.result_variable is not None:
        send_out_of_code(token, {script.result_variable: value})


def send_out_of_code(token: Token, document: scopes.Document) -> None:
    """To where a variable goes that code sets: what a process gives is its own."""
    if token.scope_key:
        scopes.send_results_out(token, document)
    else:
        scopes.write_measured(token, token.key, document)


def _held_at(held: Held, token: Token, event: ListenerEvent, number: int) -> Held:
    said = held.inside(f"{event.value} listener {number + 1} of '{token.node.id}'")
    said.phase = passed(event, number)
    return said


def _apply_passed(state: State, instance: InstanceState, event: ListenersPassed) -> None:
    element = instance.elements[event.element_instance_key]
    state.put(replace(element, phase=passed(event.event_type, event.count)))


OF_INSTANCE = {ListenersPassed: _apply_passed}
