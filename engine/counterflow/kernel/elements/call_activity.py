"""Call activity: runs another process as an instance of its own, and waits for its end. BPMN 2.0.2, 13.3.5.

The process is the version that the call is bound to at that time, the latest by default. All visible
variables go in unless the model says only those that its input mappings make; what the called process ends
with comes back. Its errors travel on from here; when the call activity is swept away, so is the called
instance.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from counterflow.kernel.course import beginning, ending, entering
from counterflow.kernel.course.room import room
from counterflow.kernel.data import evaluation, scopes
from counterflow.kernel.lives import calls, instances, process_bindings
from counterflow.kernel.rows import ProcessDefinition
from counterflow.kernel.suspended import SuspendedDefinition
from counterflow.kernel.work.held import Held, IncidentType
from counterflow.kernel.work.step import Token
from counterflow.model.data import GoesIn
from counterflow.model.graph import CalledProcess


class ProcessCall(NamedTuple):
    """Which process is to be called, with what, and how deep in calls."""

    definition: ProcessDefinition
    document: scopes.Document
    depth: int


def begin_call(token: Token) -> None:
    """Begin the called process; without one an incident holds the call."""
    entering.map_inputs(token)
    call = _call(token)
    entering.activate(token)
    header = token.header
    labels = beginning.Labels(header.tags, header.business_id)
    called = beginning.begin(
        token.step, call.definition, call.document, caller=token.row, call_depth=call.depth, labels=labels
    )
    token.emit(calls.ProcessCalled(token.key, called.instance.key))


def terminating(token: Token) -> Iterator[ending.Sweeping]:
    """The called instance goes with its call."""
    called_key = token.row.called_instance_key
    called = token.step.state.instance(called_key) if called_key else None
    if called is not None:
        yield instances.ending_of(token.step, called)


def _call(token: Token) -> ProcessCall:
    """What is to be called. Raises `Held`."""
    called = calls.definition_of(token)
    process_id = evaluation.text(token, called.process_id, "the called process", "a process id")
    definition, why = _bound(token, called, process_id)
    depth = token.header.call_depth
    if definition is None:
        why = f"but {why}"
    elif definition.key in token.step.state.shared[SuspendedDefinition]:
        why = f"but version {definition.version} of it is suspended; resume that, then resolve the incident"
    elif token.step.state.process_of(definition.key).root.start_event is None:
        why = "but it has no none start event"
    elif depth >= token.step.limits.call_depth:
        why = f"but calls are {depth} deep already, which is as deep as may be: does the process call itself?"
    if why or definition is None:
        raise Held(
            IncidentType.CALLED_ELEMENT_ERROR,
            f"Expected '{token.node.id}' to call process '{process_id}', {why}",
        )
    document = _going_in(token)
    refusal = _why_not_in(token, document)
    if refusal:
        raise Held(
            IncidentType.IO_MAPPING_ERROR,
            refusal,
            where=f"what '{token.node.id}' hands to '{process_id}'",
            remedy="set smaller variables, or map only what the process needs, and resolve the incident",
        )
    return ProcessCall(definition, document, depth + 1)


def _bound(token: Token, called: CalledProcess, process_id: str) -> tuple[ProcessDefinition | None, str]:
    """The version that the call means, or why there is none. Raises `Held`."""
    which = evaluation.label(token, called.which or "", f"a {called.binding.value}")
    state = token.step.state
    own = state.definitions[token.header.definition_key]
    try:
        return process_bindings.find(state, process_id, called.binding, which, own.deployment_key), ""
    except process_bindings.ProcessNotFound as missing:
        return None, str(missing)


def _why_not_in(token: Token, document: scopes.Document) -> str:
    """Why variables cannot go into another instance; empty where they can.

    They are too large for a scope, or the command has no fuel left to copy more.
    """
    step = token.step
    if step.budget.fuel_left <= 0:
        return evaluation.not_handed_on(step, "hand variables to another instance")
    try:
        scopes.refuse_large(step, document)
    except scopes.DocumentTooLarge as failure:
        return str(failure)
    step.budget.pay_for(sum(map(len, document.values())))
    return ""


def _going_in(token: Token) -> scopes.Document:
    """What goes into a called process, by name.

    Without a mapping that is nothing, or everything; with both, what the mappings make hides what is around.

    In a zeebe: model what is the call's own goes in with a mapping, the item of a multi-instance call too; in
    a camunda: model what is named.
    """
    definition = calls.definition_of(token)
    if definition.goes_in is GoesIn.EVERYTHING:
        return scopes.visible(token.instance, token.key)
    own = token.variables if token.node.inputs else {}
    named = own if definition.goes_in is GoesIn.ITS_OWN else calls.handed_in(token.node)
    return {name: own[name] for name in sorted(named)}


ROOM = room(beginning=begin_call, terminating=terminating)
