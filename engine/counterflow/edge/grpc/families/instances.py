"""What is done to process instances: start, await, modify, migrate, cancel, set variables, resolve."""

from __future__ import annotations

from collections.abc import Mapping

from counterflow.edge.grpc.calls import Translated, Translation
from counterflow.edge.grpc.to_wire import created, result
from counterflow.kernel.lives.instances import CancelProcessInstance, CreateProcessInstance
from counterflow.kernel.lives.modification_instructions import ActivateInstruction, TerminateInstruction
from counterflow.kernel.lives.variables import SetVariables
from counterflow.kernel.work.incidents import ResolveIncident
from counterflow.service.modifications import modification, variable_instructions
from counterflow.service.refusals import Invalid
from counterflow.service.requests import check_tenants, creation, document, migration
from counterflow.service.service import Service
from counterflow.wire.contract import Call
from counterflow_wire import gateway


class Instances:
    """The calls about process instances."""

    def __init__(self, service: Service) -> None:
        self._results = service.results
        self._variable_bytes = service.settings.variable_bytes

    def translations(self) -> Mapping[str, Translation]:
        """By rpc; the one that waits for a result is not among them."""
        return {
            "CreateProcessInstance": self.create,
            "CancelProcessInstance": self.cancel,
            "ModifyProcessInstance": self.modify,
            "SetVariables": self.set_variables,
            "ResolveIncident": self.resolve_incident,
            "MigrateProcessInstance": self.migrate,
        }

    def create(self, request: gateway.CreateProcessInstanceRequest) -> Translated:
        """An instance begins."""
        return Translated(self._creation(request), created, begins=True)

    async def create_with_result(
        self, request: gateway.CreateProcessInstanceWithResultRequest, call: Call
    ) -> gateway.CreateProcessInstanceWithResultResponse:
        """An instance begins; the answer comes when it has completed."""
        command = self._creation(request.request)
        return result(
            *await self._results.run(command, request.requestTimeout, call.account, request.fetchVariables)
        )

    def cancel(self, request: gateway.CancelProcessInstanceRequest) -> Translated:
        """An instance ends without completing."""
        return Translated(CancelProcessInstance(process_instance_key=request.processInstanceKey))

    def modify(self, request: gateway.ModifyProcessInstanceRequest) -> Translated:
        """Tokens of an instance end, and others begin."""
        activate = [
            ActivateInstruction(
                wish.elementId,
                max(wish.ancestorElementInstanceKey, 0),
                variable_instructions(
                    ((given.scopeId, given.variables) for given in wish.variableInstructions),
                    self._variable_bytes,
                ),
            )
            for wish in request.activateInstructions
        ]
        terminate = [TerminateInstruction(wish.elementInstanceKey) for wish in request.terminateInstructions]
        return Translated(modification(request.processInstanceKey, activate, terminate))

    def set_variables(self, request: gateway.SetVariablesRequest) -> Translated:
        """Variables change, seen from a process instance or an element instance."""
        command = SetVariables(
            element_instance_key=request.elementInstanceKey,
            variables=document(request.variables, self._variable_bytes),
            local=request.local,
        )
        return Translated(command, lambda key: gateway.SetVariablesResponse(key=key))

    def resolve_incident(self, request: gateway.ResolveIncidentRequest) -> Translated:
        """What an incident held up is tried again."""
        return Translated(ResolveIncident(incident_key=request.incidentKey))

    def migrate(self, request: gateway.MigrateProcessInstanceRequest) -> Translated:
        """An instance is brought to another definition. As Zeebe does, what is at work has to be told of, and
        waits without a counterpart end; what could be undone is not lost.
        """
        plan = request.migrationPlan
        command = migration(
            process_instance_key=request.processInstanceKey,
            target_definition_key=plan.targetProcessDefinitionKey,
            mappings=[(one.sourceElementId, one.targetElementId) for one in plan.mappingInstructions],
            proposes=False,
            accepts_losses=False,
            closes_waits=True,
        )
        return Translated(command)

    def _creation(self, request: gateway.CreateProcessInstanceRequest) -> CreateProcessInstance:
        check_tenants((request.tenantId,))
        return creation(
            process_id=request.bpmnProcessId,
            version=request.version,
            definition_key=request.processDefinitionKey,
            start_at=[instruction.elementId for instruction in request.startInstructions],
            variables=document(request.variables, self._variable_bytes),
            tags=request.tags,
            business_id=request.businessId if request.HasField("businessId") else None,
            ends_after=[_ends_after(instruction) for instruction in request.runtimeInstructions],
        )


def _ends_after(instruction: gateway.ProcessInstanceCreationRuntimeInstruction) -> str:
    """The element with whose end an instance ends. Raises `Invalid` for an instruction of another kind."""
    if not instruction.HasField("terminate"):
        raise Invalid("Expected a runtime instruction to terminate after an element, but it says nothing")
    return instruction.terminate.afterElementId
