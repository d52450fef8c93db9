"""What is done to process instances: begin, await, cancel, set variables, resolve incidents."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from counterflow.edge.rest.calls import carried_out, key_of, while_there
from counterflow.edge.rest.operations import Operation, RestCall
from counterflow.edge.rest.shapes.instances import (
    CreatedInstance,
    ProcessCreation,
    Reference,
    TerminateInstruction,
    VariablesToSet,
)
from counterflow.edge.rest.variables import text_of
from counterflow.kernel.data.scopes import to_object
from counterflow.kernel.lives.instances import CancelProcessInstance, CreateProcessInstance
from counterflow.kernel.lives.variables import SetVariables
from counterflow.kernel.row import lines_of
from counterflow.kernel.rows import ProcessInstance
from counterflow.kernel.work.incidents import ResolveIncident
from counterflow.service.refusals import Invalid, NotThereYet
from counterflow.service.requests import check_tenants, creation, document
from counterflow.service.service import Service

NOTHING = msgspec.Raw(b"{}")
TERMINATE = "TERMINATE_PROCESS_INSTANCE"
"""The one kind of runtime instruction that there is."""


class InstanceOperations:
    """The operations about process instances."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._variable_bytes = service.settings.variable_bytes

    def operations(self) -> Sequence[Operation]:
        """All of them."""
        return (
            Operation(
                "createProcessInstance",
                "POST",
                "/process-instances",
                "Begin an instance of a process; with awaitCompletion the answer comes at its end.",
                self.create,
                ProcessCreation,
                CreatedInstance,
            ),
            Operation(
                "cancelProcessInstance",
                "POST",
                "/process-instances/{processInstanceKey}/cancellation",
                "End an instance without completing it.",
                self.cancel,
                Reference,
            ),
            Operation(
                "createElementInstanceVariables",
                "PUT",
                "/element-instances/{elementInstanceKey}/variables",
                "Set variables, seen from a process instance or an element instance.",
                self.set_variables,
                VariablesToSet,
            ),
            Operation(
                "resolveIncident",
                "POST",
                "/incidents/{incidentKey}/resolution",
                "Try again what an incident holds up.",
                self.resolve,
                Reference,
            ),
        )

    async def create(self, call: RestCall) -> CreatedInstance:
        """An instance begins, and where the caller waits for that, ends."""
        body: ProcessCreation = call.body
        command = self._creation(body)
        if not body.await_completion:
            instance = await carried_out(self._service, call, command, begins=True)
            return _created(instance, NOTHING)
        visitor = call.visitor
        running = self._service.results.run(
            command, body.request_timeout, visitor.account, body.fetch_variables or ()
        )
        instance, variables = await while_there(visitor, running)
        return _created(instance, msgspec.Raw(to_object(variables)))

    async def cancel(self, call: RestCall) -> None:
        """An instance is cancelled."""
        key = key_of(call, "processInstanceKey")
        await carried_out(self._service, call, CancelProcessInstance(process_instance_key=key))

    async def set_variables(self, call: RestCall) -> None:
        """Variables change."""
        body: VariablesToSet = call.body
        command = SetVariables(
            element_instance_key=key_of(call, "elementInstanceKey"),
            variables=document(text_of(body.variables), self._variable_bytes),
            local=body.local,
        )
        await carried_out(self._service, call, command)

    async def resolve(self, call: RestCall) -> None:
        """What was held up is tried again."""
        await carried_out(self._service, call, ResolveIncident(incident_key=key_of(call, "incidentKey")))

    def _creation(self, body: ProcessCreation) -> CreateProcessInstance:
        check_tenants((body.tenant_id or "",))
        if body.process_definition_version_tag is not None:
            raise NotThereYet(
                "A version by its tag is not there yet in this version; name it by number, or by its key"
            )
        if not body.process_definition_id and body.process_definition_key is None:
            raise Invalid("Expected processDefinitionId or processDefinitionKey, but found neither")
        return creation(
            process_id=body.process_definition_id,
            version=body.process_definition_version,
            definition_key=body.process_definition_key or 0,
            start_at=[instruction.element_id for instruction in body.start_instructions or ()],
            variables=document(text_of(body.variables), self._variable_bytes),
            tags=body.tags or (),
            business_id=body.business_id,
            ends_after=[_ends_after(instruction) for instruction in body.runtime_instructions or ()],
        )


def _ends_after(instruction: TerminateInstruction) -> str:
    if instruction.type != TERMINATE:
        raise Invalid(
            f"Expected a runtime instruction of type {TERMINATE}, but found {instruction.type[:100]!r}"
        )
    return instruction.after_element_id


def _created(instance: ProcessInstance, variables: msgspec.Raw) -> CreatedInstance:
    return CreatedInstance(
        process_definition_id=instance.bpmn_process_id,
        process_definition_version=instance.version,
        process_definition_key=str(instance.definition_key),
        process_instance_key=str(instance.key),
        variables=variables,
        tags=lines_of(instance.tags),
        business_id=instance.business_id,
    )
