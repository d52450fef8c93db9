"""Wire to command and back, without a wire."""

from __future__ import annotations

import pytest

from counterflow.edge.grpc.families.instances import Instances
from counterflow.edge.grpc.families.messages import Messages
from counterflow.edge.grpc.to_wire import created, job_on_wire, process_metadata, result
from counterflow.kernel.lives.correlation import PublishMessage
from counterflow.kernel.lives.instances import CreateProcessInstance
from counterflow.kernel.rows import DEFAULT_TENANT, ProcessDefinition, ProcessInstance
from counterflow.kernel.vocabulary import ActivatedJob
from counterflow.partition.writer import Writer
from counterflow.service.refusals import Invalid
from counterflow.service.service import Service
from counterflow.settings import Settings
from counterflow.store.memory import MemoryStore
from counterflow_wire import gateway

LIMIT = 2 * 1024 * 1024
INSTANCE = ProcessInstance(11, 5, "order", 3, "active", 0)


def test_a_job_on_the_wire() -> None:
    job = ActivatedJob(
        1, "pay", 2, "order", 3, 4, "charge", 5, b'{"colour":"red"}', "w", 6, 7, '{"größe":1}'.encode()
    )
    assert job_on_wire(job) == gateway.ActivatedJob(
        key=1,
        type="pay",
        processInstanceKey=2,
        bpmnProcessId="order",
        processDefinitionVersion=3,
        processDefinitionKey=4,
        elementId="charge",
        elementInstanceKey=5,
        customHeaders='{"colour":"red"}',
        worker="w",
        retries=6,
        deadline=7,
        variables='{"größe":1}',
        tenantId=DEFAULT_TENANT,
        listenerEventType=gateway.ActivatedJob.UNSPECIFIED,
    )


@pytest.mark.parametrize(
    "event, told",
    [
        ("start", gateway.ActivatedJob.START),
        ("end", gateway.ActivatedJob.END),
        ("beforeAll", gateway.ActivatedJob.UNSPECIFIED),
    ],
)
def test_the_job_of_a_listener_on_the_wire(event: str, told: gateway.ActivatedJob.ListenerEventType) -> None:
    job = ActivatedJob(
        1, "check", 2, "order", 3, 4, "charge", 5, b"{}", "w", 6, 7, b"{}", listener_event_type=event
    )
    message = job_on_wire(job)
    assert (message.kind, message.listenerEventType) == (gateway.ActivatedJob.EXECUTION_LISTENER, told)


@pytest.fixture
def instances() -> Instances:
    store, settings = MemoryStore(), Settings()
    return Instances(Service(Writer(store), store, settings))


def test_a_creation_becomes_a_command(instances: Instances) -> None:
    request = gateway.CreateProcessInstanceRequest(
        bpmnProcessId="order", version=-1, processDefinitionKey=9, variables='{"a":1}'
    )
    assert instances.create(request).command == CreateProcessInstance(
        bpmn_process_id="order", version=-1, definition_key=9, variables={"a": b"1"}
    )


def test_start_instructions_keep_their_order(instances: Instances) -> None:
    instructions = [
        gateway.ProcessInstanceCreationStartInstruction(elementId=element_id)
        for element_id in ("ship", "pay", "ship")
    ]
    command = instances.create(gateway.CreateProcessInstanceRequest(startInstructions=instructions)).command
    assert command == CreateProcessInstance(
        bpmn_process_id="", version=0, start_at=("ship", "pay", "ship"), variables={}
    )


def test_a_runtime_instruction_that_says_nothing_is_refused(instances: Instances) -> None:
    request = gateway.CreateProcessInstanceRequest(
        runtimeInstructions=[gateway.ProcessInstanceCreationRuntimeInstruction()]
    )
    with pytest.raises(Invalid, match="Expected a runtime instruction to terminate after an element"):
        instances.create(request)


def test_a_message_becomes_a_command() -> None:
    request = gateway.PublishMessageRequest(
        name="paid", correlationKey="o-1", timeToLive=3_000, messageId="m", variables='{"a":1}'
    )
    assert Messages(LIMIT).publish(request).command == PublishMessage(
        name="paid", correlation_key="o-1", message_id="m", time_to_live_ms=3_000, variables={"a": b"1"}
    )


def test_an_instance_that_was_created() -> None:
    assert created(INSTANCE) == gateway.CreateProcessInstanceResponse(
        processDefinitionKey=5,
        bpmnProcessId="order",
        version=3,
        processInstanceKey=11,
        tenantId=DEFAULT_TENANT,
    )


def test_a_result() -> None:
    answer = result(INSTANCE, {"a": b"1", "b": b'"x"'})
    assert answer.variables == '{"a":1,"b":"x"}'
    assert (answer.processInstanceKey, answer.processDefinitionKey, answer.version) == (11, 5, 3)


def test_a_definition_that_was_deployed() -> None:
    definition = ProcessDefinition(5, "order", 3, None, 4, "order.bpmn", b"", 3, 0)
    assert process_metadata(definition) == gateway.ProcessMetadata(
        bpmnProcessId="order",
        version=3,
        processDefinitionKey=5,
        resourceName="order.bpmn",
        tenantId=DEFAULT_TENANT,
    )
