"""What a caller of `counterflow.v1` wants to be changed in an instance, as the command that does it."""

from __future__ import annotations

from collections.abc import Iterable

from counterflow.kernel.lives.modification import ModifyProcessInstance
from counterflow.kernel.lives.modification_instructions import (
    ActivateInstruction,
    ActivationKind,
    AncestorScope,
    MoveInstruction,
    TerminateInstruction,
    VariableInstruction,
)
from counterflow.service.modifications import modification, variable_instructions
from counterflow.service.refusals import Invalid
from counterflow_wire import counterflow_v1 as wire

_KINDS = (ActivationKind.BEFORE, *ActivationKind)
"""By their numbers; 0 is the usual one."""
_ANCESTOR_SCOPES = (AncestorScope.INFERRED, *AncestorScope)


def command_of(request: wire.ModifyProcessInstanceRequest, variable_bytes: int) -> ModifyProcessInstance:
    """The command. Raises `Invalid`."""
    return modification(
        request.process_instance_key,
        [_activated(wish, variable_bytes) for wish in request.activate],
        [TerminateInstruction(wish.element_instance_key, wish.element_id) for wish in request.terminate],
        [_moved(wish, variable_bytes) for wish in request.move],
    )


def _activated(wish: wire.ActivateInstruction, variable_bytes: int) -> ActivateInstruction:
    if not 0 <= wish.kind < len(_KINDS):
        raise Invalid(f"Expected a kind of activation, but found {wish.kind}")
    variables = _variables(wish.variable_instructions, variable_bytes)
    return ActivateInstruction(wish.element_id, max(wish.ancestor_key, 0), variables, _KINDS[wish.kind])


def _moved(wish: wire.MoveInstruction, variable_bytes: int) -> MoveInstruction:
    if not 0 <= wish.ancestor_scope < len(_ANCESTOR_SCOPES):
        raise Invalid(f"Expected a kind of scope to move to, but found {wish.ancestor_scope}")
    return MoveInstruction(
        wish.target_element_id,
        wish.source_element_id,
        wish.source_element_instance_key,
        _ANCESTOR_SCOPES[wish.ancestor_scope],
        max(wish.ancestor_key, 0),
        _variables(wish.variable_instructions, variable_bytes),
    )


def _variables(
    given: Iterable[wire.VariableInstruction], variable_bytes: int
) -> tuple[VariableInstruction, ...]:
    return variable_instructions(((one.scope_id, one.variables_json) for one in given), variable_bytes)
