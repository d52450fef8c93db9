"""Variables from outside: a document is set in the scope of an element instance, or sent out from there."""

from __future__ import annotations

from counterflow.kernel.data import scopes
from counterflow.kernel.rows import ConditionalSubscription, ElementInstance
from counterflow.kernel.state.instance import InstanceState
from counterflow.kernel.state.partition import State
from counterflow.kernel.state.swept import is_swept
from counterflow.kernel.vocabulary import Command, InstanceEvent, Rejection, RejectionType
from counterflow.kernel.work.step import Step


class VariableDocumentUpdated(InstanceEvent, frozen=True):
    """A document was set from outside; `key` is what its caller was answered."""

    key: int
    scope_key: int


class SetVariables(Command, frozen=True, kw_only=True, gc=False):
    """Set variables from outside, seen from an element instance: in its own scope only, or sent out.

    Answers a key.
    """

    element_instance_key: int
    variables: dict[str, bytes]
    local: bool = False


def decide_set_variables(step: Step, command: SetVariables) -> int:
    """SetVariables of the gateway: answers the key of the change."""
    instance = step.state.owner_of(ElementInstance, command.element_instance_key)
    element = instance.elements.get(command.element_instance_key) if instance is not None else None
    if instance is None or element is None or is_swept(step.state, instance, element.key):
        raise Rejection(
            RejectionType.NOT_FOUND,
            f"Expected to update variables for element with key '{command.element_instance_key}', but no "
            "such element was found",
        )
    sees_changes = bool(instance.rows[ConditionalSubscription])  # which nothing suspended may see
    course = step.admitted_to(instance) if sees_changes else step.admitted_though_suspended(instance)
    (scopes.write_measured if command.local else scopes.send_out)(course, element.key, command.variables)
    key = step.new_key()
    course.emit(VariableDocumentUpdated(key, element.key))
    return key


def _apply_updated(state: State, instance: InstanceState, event: VariableDocumentUpdated) -> None:
    """The values came with `VariablesSet`."""


OF_INSTANCE = {VariableDocumentUpdated: _apply_updated}
COMMANDS = {SetVariables: decide_set_variables}
