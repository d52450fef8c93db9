"""Variables from outside: a document is set in the scope of an element instance, or sent out from there."""

from __future__ import annotations

from counterflow.kernel.data import scopes
from counterflow.kernel.lives import user_task_transitions
from counterflow.kernel.rows import ConditionalSubscription, ElementInstance
from counterflow.kernel.state.swept import is_gone
from counterflow.kernel.vocabulary import Command, Rejection, RejectionType, ToldLater
from counterflow.kernel.work.step import Step


class SetVariables(Command, frozen=True, kw_only=True, gc=False):
    """Set variables from outside, seen from an element instance: in its own scope only, or sent out.

    Answers a key.
    """

    element_instance_key: int
    variables: dict[str, bytes]
    local: bool = False


def decide_set_variables(step: Step, command: SetVariables) -> int | ToldLater:
    """SetVariables of the gateway: answers the key of the change, of a user task when its listeners have."""
    instance = step.state.owner_of(ElementInstance, command.element_instance_key)
    element = instance.elements.get(command.element_instance_key) if instance is not None else None
    if instance is None or element is None or is_gone(step.state, instance, element.key):
        raise Rejection(
            RejectionType.NOT_FOUND,
            f"Expected to update variables for element with key '{command.element_instance_key}', but no "
            "such element was found",
        )
    sees_changes = bool(instance.rows[ConditionalSubscription])  # which nothing suspended may see
    course = step.admitted_to(instance) if sees_changes else step.admitted_though_suspended(instance)
    key = step.new_key()
    if element.key in instance.user_task_of:
        answer = user_task_transitions.ask_about_variables(
            step.admitted_to(instance).token(element.key), command.variables, key, is_local=command.local
        )
        if answer is not None:
            return answer
    (scopes.write_measured if command.local else scopes.send_out)(course, element.key, command.variables)
    course.emit(scopes.VariableDocumentUpdated(key, element.key))
    return key


COMMANDS = {SetVariables: decide_set_variables}
