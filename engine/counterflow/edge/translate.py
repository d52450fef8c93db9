"""Wire message ↔ command or answer. Pure: no state is asked, nothing waits.

Variables stay JSON text: a document is split at its top level and its values are kept as the bytes they came
as. Bytes are also what string fields of answers are given, since protobuf takes UTF-8 as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, cast

import msgspec

from counterflow.edge.status import Refused, invalid
from counterflow.kernel.data.scopes import to_object
from counterflow.kernel.lives.correlation import PublishMessage
from counterflow.kernel.lives.instances import CreateProcessInstance
from counterflow.kernel.lives.job_delivery import ActivateJobs
from counterflow.kernel.rows import DEFAULT_TENANT, ProcessDefinition, ProcessInstance
from counterflow.kernel.vocabulary import ActivatedJob
from counterflow.wire.contract import StatusCode
from counterflow_wire import gateway

TENANT = re.compile(r"[\w.-]{1,31}")
NO_VARIABLES = frozenset({"", "{}", "null"})
NESTING = 200
"""How deep a JSON value may be: as deep as an expression can look into it."""
START_INSTRUCTIONS = 1_000
"""How many elements an instance may begin at; all of them are entered in one command, while others wait."""
LONGEST_MS = 100 * 366 * 86_400_000
"""A hundred years: what "for ever" is cut to, so that every moment fits into 64 bits."""

_decode = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"')
_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_ROUNDED = bytes.maketrans(b"{}", b"[]")
_ROOTS = {"[": "an array", '"': "a string", "n": "null", "t": "true", "f": "false"}


# -- documents -----------------------------------------------------------------------------------------------


def document(text: str, limit_bytes: int) -> dict[str, bytes]:
    """Variables by name, each value JSON text; blank text and `null`, which clients make of none, are an
    empty document.

    Raises `Refused`.
    """
    if text in NO_VARIABLES or text.isspace():
        return {}
    try:
        members = _decode(text)
    except (msgspec.DecodeError, RecursionError) as error:
        raise invalid(f"Expected the variables to be one JSON object, but {_why(text, error)}") from None
    _refuse_deep(text)
    values = {name: bytes(value) for name, value in members.items()}
    if len(text) > limit_bytes:
        _refuse_large(values, len(text), limit_bytes)
    return values


def _why(text: str, error: Exception) -> str:
    if isinstance(error, msgspec.ValidationError):
        start = len(text) - len(text.lstrip())
        return f"found {_ROOTS.get(text[start], 'a number')} (byte {start})"
    if isinstance(error, RecursionError):
        return f"it is nested deeper than {NESTING} levels"
    reason = str(error)
    if "truncated" in reason:
        return f"it breaks off (byte {len(text.encode())}), or has half of a surrogate pair in a string"
    return reason.replace("JSON is malformed:", "it is not JSON:")


def _refuse_deep(text: str) -> None:
    """Deeper values would be met with a recursion error where they are used; wide ones are common and
    fine.
    """
    if text.count("[") + text.count("{") <= NESTING:
        return
    brackets = _STRING.sub(b"", text.encode()).translate(_ROUNDED, _NOT_BRACKETS)
    for _ in range(NESTING):
        brackets = brackets.replace(b"[]", b"")
        if not brackets:
            return
    raise invalid(
        f"Expected the variables to be one JSON object, but it is nested deeper than {NESTING} levels"
    )


def _refuse_large(values: Mapping[str, bytes], size: int, limit_bytes: int) -> None:
    largest = max(values, key=lambda name: len(values[name]), default="")
    raise invalid(
        f"Expected the variables to take at most {limit_bytes} bytes, but they take {size} (largest: "
        f"'{largest}' with {len(values.get(largest, b''))}); keep large data elsewhere and pass a reference"
    )


# -- tenants -------------------------------------------------------------------------------------------------


def check_tenants(tenant_ids: Iterable[str]) -> None:
    """Nobody but the default tenant is here. Raises `Refused`."""
    for tenant_id in tenant_ids:
        if not tenant_id or tenant_id == DEFAULT_TENANT:
            continue
        if not TENANT.fullmatch(tenant_id):
            raise invalid(
                f"Expected a tenant id of 1 to 31 letters, digits, '_', '-' or '.', or '{DEFAULT_TENANT}', "
                f"but found '{tenant_id[:100]}'"
            )
        raise invalid(
            f"Expected no tenant id, since multi-tenancy is off on this server, but found '{tenant_id}'; "
            "leave it out"
        )


# -- jobs ----------------------------------------------------------------------------------------------------


def duration_ms(value: int) -> int:
    """A length of time that a moment can be computed with."""
    return max(-LONGEST_MS, min(value, LONGEST_MS))


def activation(
    request: gateway.ActivateJobsRequest | gateway.StreamActivatedJobsRequest,
    maximum: int,
    message_bytes: int,
) -> ActivateJobs:
    """What a poll or a stream wants. Raises `Refused`."""
    if not request.type.strip():
        raise invalid(
            "Expected the type of the jobs to activate, but it is empty; it is the type of a job in the model"
        )
    if request.timeout < 1:
        raise invalid(
            f"Expected a timeout of at least 1 ms for the jobs of type '{request.type}', but found "
            f"{request.timeout}"
        )
    check_tenants(request.tenantIds)
    return ActivateJobs(
        type=request.type,
        worker=request.worker,
        timeout_ms=duration_ms(request.timeout),
        maximum=maximum,
        fetch_variables=tuple(request.fetchVariable),
        bytes_left=message_bytes,
    )


def job_on_wire(job: ActivatedJob) -> gateway.ActivatedJob:
    """A job for a worker."""
    message = cast(
        "Any", gateway.ActivatedJob()
    )  # string fields take bytes, which their declared type does not say
    message.key = job.key
    message.type = job.type
    message.processInstanceKey = job.process_instance_key
    message.bpmnProcessId = job.bpmn_process_id
    message.processDefinitionVersion = job.process_definition_version
    message.processDefinitionKey = job.process_definition_key
    message.elementId = job.element_id
    message.elementInstanceKey = job.element_instance_key
    message.customHeaders = job.headers
    message.worker = job.worker
    message.retries = job.retries
    message.deadline = job.deadline_ms
    message.variables = job.variables
    message.tenantId = DEFAULT_TENANT
    return cast("gateway.ActivatedJob", message)


# -- process instances ---------------------------------------------------------------------------------------


def creation(request: gateway.CreateProcessInstanceRequest, limit_bytes: int) -> CreateProcessInstance:
    """What a caller wants to start. Raises `Refused`."""
    if request.runtimeInstructions:
        raise Refused(
            StatusCode.UNIMPLEMENTED,
            "Runtime instructions are not there yet in this version; leave them out",
        )
    if len(request.startInstructions) > START_INSTRUCTIONS:
        raise invalid(
            f"Expected at most {START_INSTRUCTIONS} start instructions, but found "
            f"{len(request.startInstructions)}"
        )
    check_tenants((request.tenantId,))
    return CreateProcessInstance(
        bpmn_process_id=request.bpmnProcessId,
        version=request.version,
        definition_key=request.processDefinitionKey,
        start_at=tuple(instruction.elementId for instruction in request.startInstructions),
        variables=document(request.variables, limit_bytes),
    )


def created(instance: ProcessInstance) -> gateway.CreateProcessInstanceResponse:
    """An instance has begun."""
    return gateway.CreateProcessInstanceResponse(
        processDefinitionKey=instance.definition_key,
        bpmnProcessId=instance.bpmn_process_id,
        version=instance.version,
        processInstanceKey=instance.key,
        tenantId=DEFAULT_TENANT,
    )


def result(
    instance: ProcessInstance, variables: Mapping[str, bytes], wanted: Iterable[str]
) -> gateway.CreateProcessInstanceWithResultResponse:
    """An instance has completed with these variables; those `wanted` are sent, all of them where nothing
    is.
    """
    names = set(wanted)
    chosen = {name: value for name, value in variables.items() if name in names} if names else variables
    return gateway.CreateProcessInstanceWithResultResponse(
        processDefinitionKey=instance.definition_key,
        bpmnProcessId=instance.bpmn_process_id,
        version=instance.version,
        processInstanceKey=instance.key,
        variables=to_object(chosen).decode(),
        tenantId=DEFAULT_TENANT,
    )


# -- messages ------------------------------------------------------------------------------------------------


def publication(request: gateway.PublishMessageRequest, limit_bytes: int) -> PublishMessage:
    """A message for whoever waits for it. Raises `Refused`."""
    if not request.name.strip():
        raise invalid(
            "Expected the name of the message to publish, but it is empty; it is the name of a message in "
            "the model"
        )
    check_tenants((request.tenantId,))
    return PublishMessage(
        name=request.name,
        correlation_key=request.correlationKey,
        message_id=request.messageId,
        time_to_live_ms=duration_ms(request.timeToLive),
        variables=document(request.variables, limit_bytes),
    )


# -- definitions ---------------------------------------------------------------------------------------------


def process_metadata(definition: ProcessDefinition) -> gateway.ProcessMetadata:
    """A version of a process, as the answer to its deployment."""
    return gateway.ProcessMetadata(
        bpmnProcessId=definition.bpmn_process_id,
        version=definition.version,
        processDefinitionKey=definition.key,
        resourceName=definition.resource_name,
        tenantId=DEFAULT_TENANT,
    )
