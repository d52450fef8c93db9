"""What an operator changes in a running instance: where its tokens are, and its definition."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from counterflow.edge.rest.calls import carried_out, key_of
from counterflow.edge.rest.operations import Operation, RestCall
from counterflow.edge.rest.shapes.instances import (
    ElementMove,
    Migration,
    Modification,
    MoveScope,
    Reference,
    ScopedVariables,
)
from counterflow.edge.rest.variables import text_of
from counterflow.kernel.lives.modification_instructions import (
    ActivateInstruction,
    AncestorScope,
    MoveInstruction,
    TerminateInstruction,
    VariableInstruction,
)
from counterflow.service.modifications import modification, variable_instructions
from counterflow.service.refusals import Invalid
from counterflow.service.requests import migration
from counterflow.service.service import Service
from counterflow.service.suspensions import resumption, suspension


class SteeringOperations:
    """The operations that change where an instance is."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._variable_bytes = service.settings.variable_bytes

    def operations(self) -> Sequence[Operation]:
        """All of them."""
        return (
            Operation(
                "modifyProcessInstance",
                "POST",
                "/process-instances/{processInstanceKey}/modification",
                "Begin, move and end elements of an instance, all at once or not at all.",
                self.modify,
                Modification,
            ),
            Operation(
                "migrateProcessInstance",
                "POST",
                "/process-instances/{processInstanceKey}/migration",
                "Bring an instance to another definition, by a plan.",
                self.migrate,
                Migration,
            ),
            Operation(
                "suspendProcessInstance",
                "POST",
                "/process-instances/{processInstanceKey}/suspension",
                "Hold an instance back: none of its jobs is given out, and nothing reaches it.",
                self.suspend,
                Reference,
            ),
            Operation(
                "resumeProcessInstance",
                "POST",
                "/process-instances/{processInstanceKey}/resumption",
                "Let an instance that is held back go on.",
                self.resume,
                Reference,
            ),
        )

    async def modify(self, call: RestCall) -> None:
        """Tokens end, move and begin."""
        body: Modification = call.body
        activate = [
            ActivateInstruction(
                wish.element_id,
                max(wish.ancestor_element_instance_key, 0),
                self._variables(wish.variable_instructions),
            )
            for wish in body.activate_instructions or ()
        ]
        terminate = [
            TerminateInstruction(wish.element_instance_key, wish.element_id)
            for wish in body.terminate_instructions or ()
        ]
        move = [self._move(wish) for wish in body.move_instructions or ()]
        key = key_of(call, "processInstanceKey")
        await carried_out(self._service, call, modification(key, activate, terminate, move))

    async def migrate(self, call: RestCall) -> None:
        """An instance goes on in another definition; as by gRPC, what is at work has to be told of."""
        body: Migration = call.body
        command = migration(
            process_instance_key=key_of(call, "processInstanceKey"),
            target_definition_key=body.target_process_definition_key,
            mappings=[(one.source_element_id, one.target_element_id) for one in body.mapping_instructions],
            proposes=False,
            accepts_losses=False,
            closes_waits=True,
        )
        await carried_out(self._service, call, command)

    async def suspend(self, call: RestCall) -> None:
        """An instance is held back."""
        command = suspension(instance_key=key_of(call, "processInstanceKey"))
        await carried_out(self._service, call, command)

    async def resume(self, call: RestCall) -> None:
        """An instance goes on."""
        command = resumption(instance_key=key_of(call, "processInstanceKey"))
        await carried_out(self._service, call, command)

    def _move(self, wish: ElementMove) -> MoveInstruction:
        source, scope = wish.source_element_instruction, wish.ancestor_scope_instruction
        return MoveInstruction(
            target_id=wish.target_element_id,
            source_id=source.source_element_id,
            source_key=source.source_element_instance_key,
            ancestor_scope=_ancestor_scope(scope) if scope is not None else AncestorScope.INFERRED,
            ancestor_key=max(scope.ancestor_element_instance_key, 0) if scope is not None else 0,
            variables=self._variables(wish.variable_instructions),
        )

    def _variables(self, given: Iterable[ScopedVariables] | None) -> tuple[VariableInstruction, ...]:
        return variable_instructions(
            ((one.scope_id, text_of(one.variables)) for one in given or ()), self._variable_bytes
        )


def _ancestor_scope(scope: MoveScope) -> AncestorScope:
    try:
        return AncestorScope(scope.ancestor_scope_type)
    except ValueError:
        raise Invalid(
            f"Expected ancestorScopeType to be one of {', '.join(AncestorScope)}, but found "
            f"{scope.ancestor_scope_type[:100]!r}"
        ) from None
