"""What comes before external tasks: models, instances, messages."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Final

import msgspec

from counterflow.edge.engine_rest.moments import moment
from counterflow.edge.engine_rest.shapes.base import Link
from counterflow.edge.engine_rest.shapes.engine import (
    EngineName,
    MessageResult,
    MessageToCorrelate,
    ReachedExecution,
    StartedInstance,
    StartInstruction,
    StartOfInstance,
    TellingDefinition,
    TellingDeployment,
    TellingProcess,
    Version,
)
from counterflow.edge.engine_rest.typed_values import TypedValues, untyped
from counterflow.edge.http.forms import FormShape, SentForm
from counterflow.edge.rest.calls import carried_out, key_of
from counterflow.edge.rest.operations import Operation, RestCall
from counterflow.kernel.lives.correlation import Correlated
from counterflow.kernel.lives.deployments import Deployment
from counterflow.kernel.rows import (
    DecisionDefinition,
    DecisionRequirements,
    ProcessDefinition,
    ProcessInstance,
)
from counterflow.kernel.vocabulary import Rejection
from counterflow.queries.ready_jobs import BUSINESS_KEY
from counterflow.service.refusals import Invalid, NotThereYet
from counterflow.service.requests import check_tenants, correlation, creation
from counterflow.service.resources import File
from counterflow.service.service import Service

SPOKEN: Final = "7.24.0"
"""The version of Camunda 7 whose calls these are."""
NAME, SOURCE, TENANT = "deployment-name", "deployment-source", "tenant-id"


class EngineOperations:
    """The operations about models, instances and messages."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._variable_bytes = service.settings.variable_bytes

    def operations(self) -> Sequence[Operation]:
        """All of them."""
        begin = "Begin an instance of a process"
        by_key = "/process-definition/key/{key}"
        return (
            Operation(
                "getRestAPIVersion", "GET", "/version", "Which version this is.", self.version, None, Version
            ),
            Operation(
                "getProcessEngineNames",
                "GET",
                "/engine",
                "Who is there.",
                self.engines,
                None,
                list[EngineName],
            ),
            Operation(
                "createDeployment",
                "POST",
                "/deployment/create",
                "Deploy files together: all of them, or none.",
                self.deploy,
                FormShape(""),
                TellingDeployment,
            ),
            *(
                Operation(
                    operation, "POST", path, f"{begin}{which}.", answer, StartOfInstance, StartedInstance
                )
                for operation, path, which, answer in (
                    (
                        "startProcessInstanceByKey",
                        f"{by_key}/start",
                        ", its latest version",
                        self.start_latest,
                    ),
                    (
                        "startProcessInstanceByKeyAndTenantId",
                        f"{by_key}/tenant-id/{{tenant}}/start",
                        "",
                        self.start_latest,
                    ),
                    ("startProcessInstance", "/process-definition/{id}/start", " by its version", self.start),
                )
            ),
            Operation(
                "deliverMessage",
                "POST",
                "/message",
                "Correlate a message with somebody who waits for it now, or be refused.",
                self.correlate,
                MessageToCorrelate,
                list[MessageResult],
                may_be_empty=True,
            ),
        )

    async def version(self, call: RestCall) -> Version:
        """What clients may take this for."""
        return Version(version=SPOKEN)

    async def engines(self, call: RestCall) -> list[EngineName]:
        """The one that there is."""
        return [EngineName(name="default")]

    async def deploy(self, call: RestCall) -> TellingDeployment:
        """Deploy the files of a form; the same file once, whatever the form says of duplicates."""
        form: SentForm = call.body
        parts = {name: texts[0] for name, texts in form.parts.items()}
        check_tenants((parts.get(TENANT, ""),))
        files = [File(file.name, file.content) for file in form.files]
        deployment: Deployment = await self._service.deployments.deploy(files, call.visitor.caller)
        return _deployment(deployment, parts.get(NAME), parts.get(SOURCE))

    async def start_latest(self, call: RestCall) -> StartedInstance:
        """An instance of the latest version of a process begins."""
        check_tenants((call.path.get("tenant", ""),))
        return await self._started(call, process_id=call.path["key"], definition_key=0)

    async def start(self, call: RestCall) -> StartedInstance:
        """An instance of this version begins."""
        return await self._started(call, process_id="", definition_key=key_of(call, "id"))

    async def _started(self, call: RestCall, *, process_id: str, definition_key: int) -> StartedInstance:
        body: StartOfInstance = call.body
        _refuse_what_is_not_there(body)
        values = untyped(body.variables, self._variable_bytes)
        if body.business_key is not None:
            # what models mean by the business key of their instance
            values[BUSINESS_KEY] = msgspec.json.encode(body.business_key)
        command = creation(
            process_id=process_id,
            version=-1,
            definition_key=definition_key,
            start_at=[_start_at(instruction) for instruction in body.start_instructions or ()],
            variables=values,
            business_id=body.business_key or None,
        )
        instance: ProcessInstance = await carried_out(self._service, call, command, begins=True)
        return StartedInstance(
            id=str(instance.key),
            definition_id=str(instance.definition_key),
            definition_key=instance.bpmn_process_id,
            business_key=body.business_key,
            links=[Link(method="GET", href=f"/process-instance/{instance.key}", rel="self")],
            ended=instance.state != "active",
        )

    async def correlate(self, call: RestCall) -> list[MessageResult] | None:
        """The message has reached somebody; else it is refused, and not kept."""
        body: MessageToCorrelate = call.body
        check_tenants((body.tenant_id or "",))
        _refuse_other_receivers(body)
        values = {**(body.process_variables or {}), **(body.process_variables_local or {})}
        command = correlation(
            name=body.message_name,
            correlation_key=_correlation_key(body, self._variable_bytes),
            variables=untyped(values, self._variable_bytes),
        )
        try:
            correlated: Correlated = await carried_out(self._service, call, command, begins=True)
        except Rejection as rejection:
            # Camunda 7 knows no message that is not found: its correlation does not match
            raise Invalid(rejection.reason) from None
        return [_result(correlated)] if body.result_enabled else None


def _refuse_what_is_not_there(body: StartOfInstance) -> None:
    """Raises `NotThereYet`."""
    for given, name in (
        (body.case_instance_id, "caseInstanceId"),
        (body.skip_custom_listeners, "skipCustomListeners"),
        (body.skip_io_mappings, "skipIoMappings"),
        (body.with_variables_in_return, "withVariablesInReturn"),
    ):
        if given:
            raise NotThereYet(f"{name} is not there in this version; leave it out")


def _start_at(instruction: StartInstruction) -> str:
    if instruction.type != "startBeforeActivity" or not instruction.activity_id or instruction.variables:
        raise NotThereYet(
            "Expected start instructions of type startBeforeActivity, with an activityId and no variables of "
            f"their own, but found {instruction.type[:100]!r}; give the variables to the instance"
        )
    return instruction.activity_id


def _refuse_other_receivers(body: MessageToCorrelate) -> None:
    """Raises `NotThereYet`."""
    for given, name in (
        (body.all, "all"),
        (body.process_instance_id, "processInstanceId"),
        (body.local_correlation_keys, "localCorrelationKeys"),
        (body.process_variables_to_triggered_scope, "processVariablesToTriggeredScope"),
        (body.variables_in_result_enabled, "variablesInResultEnabled"),
    ):
        if given:
            raise NotThereYet(
                f"{name} of messages is not there in this version: a message reaches who waits for its name "
                "and its businessKey, or the one value in its correlationKeys"
            )


def _correlation_key(body: MessageToCorrelate, limit_bytes: int) -> str:
    """What the receiver waits with: its business key, or what its model says. Raises `Invalid`."""
    keys: TypedValues = body.correlation_keys or {}
    if not keys:
        return body.business_key or ""
    if len(keys) > 1 or body.business_key:
        raise Invalid(
            f"Expected a businessKey or one value in correlationKeys, but found {len(keys)} of these"
            f"{' and a businessKey' if body.business_key else ''}; a receiver waits with one key"
        )
    (value,) = untyped(keys, limit_bytes).values()
    plain = msgspec.json.decode(value)
    return plain if isinstance(plain, str) else value.decode()


def _result(correlated: Correlated) -> MessageResult:
    key = str(correlated.process_instance_key)
    if correlated.begun:
        begun = {
            "id": key,
            "definitionKey": correlated.bpmn_process_id,
            "ended": False,
            "suspended": False,
        }
        return MessageResult(result_type="ProcessDefinition", execution=None, process_instance=begun)
    reached = ReachedExecution(id=key, process_instance_id=key)
    return MessageResult(result_type="Execution", execution=reached, process_instance=None)


def _deployment(deployment: Deployment, name: str | None, source: str | None) -> TellingDeployment:
    key = str(deployment.key)
    return TellingDeployment(
        id=key,
        name=name,
        source=source,
        deployment_time=moment(int(time.time() * 1000)),
        links=[Link(method="GET", href=f"/deployment/{key}", rel="self")],
        deployed_process_definitions={str(row.key): _process(row, key) for row in deployment.definitions}
        or None,
        deployed_decision_definitions={str(row.key): _decision(row, key) for row in deployment.decisions}
        or None,
        deployed_decision_requirements_definitions={
            str(row.key): _requirements(row, key) for row in deployment.requirements
        }
        or None,
    )


def _process(definition: ProcessDefinition, deployment_id: str) -> TellingProcess:
    return TellingProcess(
        id=str(definition.key),
        key=definition.bpmn_process_id,
        name=None,
        version=definition.version,
        resource=definition.resource_name,
        deployment_id=deployment_id,
        version_tag=definition.version_tag,
    )


def _decision(decision: DecisionDefinition, deployment_id: str) -> TellingDefinition:
    return TellingDefinition(
        id=str(decision.key),
        key=decision.decision_id,
        name=decision.name,
        version=decision.version,
        resource="",
        deployment_id=deployment_id,
    )


def _requirements(model: DecisionRequirements, deployment_id: str) -> TellingDefinition:
    return TellingDefinition(
        id=str(model.key),
        key=model.requirements_id,
        name=model.name,
        version=model.version,
        resource=model.resource_name,
        deployment_id=deployment_id,
    )
