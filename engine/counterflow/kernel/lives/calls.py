"""The life of a call: a call activity begins an instance of its own, and goes on when that has completed.

BPMN 2.0.2, 13.3.5.
"""

from __future__ import annotations

from msgspec.structs import replace

from counterflow.kernel.course import leaving, travel
from counterflow.kernel.data import scopes
from counterflow.kernel.state.instance import InstanceState
from counterflow.kernel.state.partition import State
from counterflow.kernel.state.swept import is_swept
from counterflow.kernel.vocabulary import BrokenInvariant, InstanceEnded, InstanceEvent
from counterflow.kernel.work.step import Course, Step, Token, attempt
from counterflow.model.graph import CalledProcess, Node


class ProcessCalled(InstanceEvent, frozen=True):
    """A call activity has begun an instance of its own."""

    element_instance_key: int
    called_instance_key: int


def called_ended(step: Step, end: InstanceEnded) -> None:
    """An instance has ended: if a call activity waits for it, and it has completed, that one goes on."""
    called = step.state.instance(end.process_instance_key)
    if called is None or end.state != "completed":
        return
    token = travel.caller_of(Course(step, called))
    if token is None or token.row.called_instance_key != end.process_instance_key:
        return
    if is_swept(step.state, token.instance, token.key):
        return
    step.admitted_to(token.instance)
    attempt(token, _go_on, end.variables)


def definition_of(token: Token) -> CalledProcess:
    """What a call activity calls."""
    if not isinstance(token.node.work, CalledProcess):
        raise BrokenInvariant(f"'{token.node.id}' calls no process")
    return token.node.work


def handed_in(node: Node) -> set[str]:
    """The names under which a call activity hands in what its mappings make."""
    return {mapping.target[0] for mapping in node.inputs}


def _go_on(token: Token, document: scopes.Document) -> None:
    """What the called process ends with comes out, as the model says. Raises `Held`."""
    node = token.node
    if definition_of(token).propagate_all_out and not node.results_stay_local:
        leaving.send_results(token, document, outward=_its_past(token))
    if node.outputs:
        scopes.write(token, token.key, document)
    leaving.finish(token)


def _its_past(token: Token) -> set[str]:
    """The variables of a called process that were handed in, and go out again only if they are told.

    In a camunda: model what was handed in has been the called process's alone; but an instance's own item
    stays its own.
    """
    if not definition_of(token).is_past_on_return:
        return set()
    loop = token.node.multi_instance
    items = {"loopCounter"} if token.node.body is not None else set()
    if loop is not None and loop.element_variable is not None:
        items.add(loop.element_variable)
    return handed_in(token.node) - items


def _apply_called(state: State, instance: InstanceState, event: ProcessCalled) -> None:
    element = instance.elements[event.element_instance_key]
    state.put(replace(element, called_instance_key=event.called_instance_key))


OF_INSTANCE = {ProcessCalled: _apply_called}
