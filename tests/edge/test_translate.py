"""Wire to command and back, without a wire."""

from __future__ import annotations

import msgspec
import pytest

from counterflow.edge.status import Refused
from counterflow.edge.translate import (
    LONGEST_MS,
    NESTING,
    activation,
    check_tenants,
    created,
    creation,
    document,
    duration_ms,
    job_on_wire,
    process_metadata,
    publication,
    result,
)
from counterflow.kernel.lives.correlation import PublishMessage
from counterflow.kernel.lives.instances import CreateProcessInstance
from counterflow.kernel.lives.job_delivery import ActivateJobs
from counterflow.kernel.rows import DEFAULT_TENANT, ProcessDefinition, ProcessInstance
from counterflow.kernel.vocabulary import ActivatedJob
from counterflow.wire.contract import StatusCode
from counterflow_wire import gateway

LIMIT = 2 * 1024 * 1024
INSTANCE = ProcessInstance(11, 5, "order", 3, "active", 0)


@pytest.mark.parametrize("text", ["", " ", "\n\t ", "{}", " { } "])
def test_an_empty_document(text: str) -> None:
    assert document(text, LIMIT) == {}


@pytest.mark.parametrize(
    "text, values",
    [
        ('{"a":1}', {"a": b"1"}),
        ('{"a" : [ 1, 2 ] , "b":null}', {"a": b"[ 1, 2 ]", "b": b"null"}),
        ('{"n":12345678901234567890123}', {"n": b"12345678901234567890123"}),
        ('{"price":10.10}', {"price": b"10.10"}),
        ('{"größe":"✓"}', {"größe": '"✓"'.encode()}),
        ('{"a":1,"a":2}', {"a": b"2"}),
        ('\n{"o":{"x":{}}}\n', {"o": b'{"x":{}}'}),
    ],
)
def test_values_stay_the_text_they_came_as(text: str, values: dict[str, bytes]) -> None:
    assert document(text, LIMIT) == values


@pytest.mark.parametrize(
    "text, words",
    [
        ("[1]", "found an array (byte 0)"),
        ("  7", "found a number (byte 2)"),
        (" null", "found null (byte 1)"),
        ('"x"', "found a string (byte 0)"),
        ('{"a":NaN}', "it is not JSON: invalid character (byte 5)"),
        ('{"a":Infinity}', "(byte 5)"),
        ('{"a":01}', "(byte 6)"),
        ('{"a":1,}', "trailing comma in object (byte 7)"),
        ("{'a':1}", "(byte 1)"),
        ('{"a":1} x', "trailing characters (byte 9)"),
        ('{"a":', "breaks off (byte 5)"),
        ('{"a":"\\ud800"}', "surrogate"),
        ("plain words", "(byte 0)"),
    ],
)
def test_what_is_no_object_is_refused_with_its_place(text: str, words: str) -> None:
    with pytest.raises(Refused, match="one JSON object") as refusal:
        document(text, LIMIT)
    assert refusal.value.status is StatusCode.INVALID_ARGUMENT
    assert words in refusal.value.details


@pytest.mark.parametrize("brackets", [("[", "]"), ('{"a":', "}"), ('[{"a":', "}]")])
def test_nesting_has_a_limit(brackets: tuple[str, str]) -> None:
    levels = brackets[0].count("[") + brackets[0].count("{")

    def nested(depth: int) -> str:
        return '{"deep":' + brackets[0] * depth + "1" + brackets[1] * depth + "}"

    assert document(nested((NESTING - 1) // levels), LIMIT)
    for depth in (NESTING, 5_000, 200_000):
        with pytest.raises(Refused, match="nested deeper than 200 levels"):
            document(nested(depth), LIMIT)


def test_wide_values_and_brackets_in_strings_are_not_deep() -> None:
    text = msgspec.json.encode(
        {"wide": [{"n": [number]} for number in range(1_000)], "text": '[[\\"{' * 1_000}
    ).decode()
    assert set(document(text, LIMIT)) == {"wide", "text"}


def test_three_megabytes_are_refused_and_the_largest_is_named() -> None:
    text = msgspec.json.encode({"small": 1, "scan": "x" * 3 * 1024 * 1024}).decode()
    with pytest.raises(
        Refused, match=r"at most 2097152 bytes, but they take 3145\d+ \(largest: 'scan' with 3145730\)"
    ):
        document(text, LIMIT)


@pytest.mark.parametrize("tenants", [(), ("",), ("<default>",), ("", "<default>")])
def test_the_default_tenant_is_everybody(tenants: tuple[str, ...]) -> None:
    check_tenants(tenants)


@pytest.mark.parametrize(
    "tenant, words",
    [("red", "multi-tenancy is off"), ("no spaces", "1 to 31 letters"), ("x" * 32, "1 to 31 letters")],
)
def test_other_tenants_are_refused(tenant: str, words: str) -> None:
    with pytest.raises(Refused, match=words) as refusal:
        check_tenants(("<default>", tenant))
    assert refusal.value.status is StatusCode.INVALID_ARGUMENT


@pytest.mark.parametrize(
    "given, kept", [(0, 0), (5, 5), (-7, -7), (2**63 - 1, LONGEST_MS), (-(2**63), -LONGEST_MS)]
)
def test_for_ever_is_a_hundred_years(given: int, kept: int) -> None:
    assert duration_ms(given) == kept


def test_a_poll_becomes_a_command() -> None:
    request = gateway.ActivateJobsRequest(type="pay", worker="w", timeout=2**62, fetchVariable=["a", "b"])
    assert activation(request, 7, 1_000) == ActivateJobs(
        type="pay", worker="w", timeout_ms=LONGEST_MS, maximum=7, fetch_variables=("a", "b"), bytes_left=1_000
    )


@pytest.mark.parametrize(
    "fields, words",
    [
        ({"type": "", "timeout": 1}, "the type of the jobs"),
        ({"type": " ", "timeout": 1}, "the type of the jobs"),
        ({"type": "pay", "timeout": 0}, "a timeout of at least 1 ms for the jobs of type 'pay', but found 0"),
        ({"type": "pay", "timeout": -1}, "but found -1"),
        ({"type": "pay", "timeout": 1, "tenantIds": ["red"]}, "multi-tenancy is off"),
    ],
)
@pytest.mark.parametrize("kind", [gateway.ActivateJobsRequest, gateway.StreamActivatedJobsRequest])
def test_polls_and_streams_that_cannot_be_served(kind: type, fields: dict[str, object], words: str) -> None:
    with pytest.raises(Refused) as refusal:
        activation(kind(**fields), 1, 1_000)
    assert refusal.value.status is StatusCode.INVALID_ARGUMENT
    assert words in refusal.value.details


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
    )


def test_a_creation_becomes_a_command() -> None:
    request = gateway.CreateProcessInstanceRequest(
        bpmnProcessId="order", version=-1, processDefinitionKey=9, variables='{"a":1}'
    )
    assert creation(request, LIMIT) == CreateProcessInstance(
        bpmn_process_id="order", version=-1, definition_key=9, variables={"a": b"1"}
    )


def test_start_instructions_keep_their_order() -> None:
    instructions = [
        gateway.ProcessInstanceCreationStartInstruction(elementId=element_id)
        for element_id in ("ship", "pay", "ship")
    ]
    assert creation(gateway.CreateProcessInstanceRequest(startInstructions=instructions), LIMIT).start_at == (
        "ship",
        "pay",
        "ship",
    )


def test_start_instructions_have_an_end() -> None:
    instructions = [gateway.ProcessInstanceCreationStartInstruction(elementId="pay")] * 1_000
    assert (
        len(creation(gateway.CreateProcessInstanceRequest(startInstructions=instructions), LIMIT).start_at)
        == 1_000
    )
    with pytest.raises(Refused, match="at most 1000 start instructions, but found 1001"):
        creation(
            gateway.CreateProcessInstanceRequest(startInstructions=[*instructions, instructions[0]]), LIMIT
        )


def test_runtime_instructions_are_refused_rather_than_ignored() -> None:
    request = gateway.CreateProcessInstanceRequest(
        runtimeInstructions=[gateway.ProcessInstanceCreationRuntimeInstruction()]
    )
    with pytest.raises(Refused) as refusal:
        creation(request, LIMIT)
    assert refusal.value.status is StatusCode.UNIMPLEMENTED
    assert "Runtime instructions are not there yet" in refusal.value.details


@pytest.mark.parametrize("asked_ms, kept_ms", [(0, 0), (-5, -5), (3_000, 3_000), (2**63 - 1, LONGEST_MS)])
def test_a_message_becomes_a_command(asked_ms: int, kept_ms: int) -> None:
    request = gateway.PublishMessageRequest(
        name="paid", correlationKey="o-1", timeToLive=asked_ms, messageId="m", variables='{"a":1}'
    )
    assert publication(request, LIMIT) == PublishMessage(
        name="paid", correlation_key="o-1", message_id="m", time_to_live_ms=kept_ms, variables={"a": b"1"}
    )


def test_an_instance_that_was_created() -> None:
    assert created(INSTANCE) == gateway.CreateProcessInstanceResponse(
        processDefinitionKey=5,
        bpmnProcessId="order",
        version=3,
        processInstanceKey=11,
        tenantId=DEFAULT_TENANT,
    )


@pytest.mark.parametrize(
    "wanted, variables",
    [((), '{"a":1,"b":"x"}'), (("b",), '{"b":"x"}'), (("c", "a"), '{"a":1}'), (("c",), "{}")],
)
def test_a_result_has_the_variables_that_were_asked_for(wanted: tuple[str, ...], variables: str) -> None:
    answer = result(INSTANCE, {"a": b"1", "b": b'"x"'}, wanted)
    assert answer.variables == variables
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
