"""End event: a token ends. Without a definition that is all; else it terminates its scope, throws an error,
or undoes first.

BPMN 2.0.2, 13.5.2 and 10.5.3. A scope ended by a terminate end event counts as completed: what was done in it
can be undone.
"""

from __future__ import annotations

from counterflow.kernel import error_events, lifecycle
from counterflow.kernel.elements import compensation
from counterflow.kernel.elements.room import Room
from counterflow.kernel.rows import ElementInstance
from counterflow.kernel.step import Step
from counterflow.model.graph import CompensateDefinition, ErrorDefinition, Node, TerminateDefinition


def beginning(step: Step, element: ElementInstance, node: Node) -> None:
    """An error is thrown where something catches it; anything else begins as usual."""
    if not isinstance(node.event, ErrorDefinition):
        lifecycle.set_to_work(step, element, node)
        return
    code = (
        error_events.code_of(step, element, node.event) if lifecycle.map_inputs(step, element, node) else None
    )
    if code is not None:
        _throw_error(step, element, node, code)


def activated(step: Step, element: ElementInstance, node: Node) -> None:
    """Do what the event definition says, and end the token."""
    definition = node.event
    if isinstance(definition, CompensateDefinition):
        compensation.begin_throw(step, element, node)
    elif isinstance(definition, TerminateDefinition):
        lifecycle.terminate_children(step, element.scope_key, spare=element.key)
        lifecycle.sweep_tokens(step, element.scope_key)
        lifecycle.finish(step, element, node)
    else:
        lifecycle.finish(step, element, node)


def _throw_error(step: Step, element: ElementInstance, node: Node, code: str) -> None:
    catch = error_events.find_catch(step, element, code)
    if catch is None:
        error_events.tell_uncaught(step, element, code, "")
    elif catch.instance.quarantine is not None:
        error_events.tell_set_aside(step, element, code, catch)
    elif lifecycle.activate(step, element, node):
        error_events.catch_error(step, catch, error_events.ThrownError(code, "", {}))


ROOM = Room(
    beginning=beginning, activated=activated, resume=compensation.resume, terminating=compensation.terminating
)
