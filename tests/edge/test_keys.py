"""Keys in requests: what is wrong with the rest of a request is told first, and a key that nobody can have is
not found.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import grpc
import pytest
from google.protobuf.descriptor import FieldDescriptor

from counterflow_wire import COUNTERFLOW_METHODS, GATEWAY_METHODS, WireMethod
from tests.edge.served import Served

ELSEWHERE = 2**52 + 5
"""What the second partition would give."""
METHODS: Mapping[str, WireMethod] = {**GATEWAY_METHODS, **COUNTERFLOW_METHODS}
SPOILT: Mapping[str, Any] = {
    "variables": "{",
    "tenantId": "?",
    "page_size": -1,
    "page_key": -1,
    "limit": -1,
    "after_position": -1,
    "element_limit": -1,
}
"""By the name of a field: what it must never hold."""
SOUND: Mapping[str, Mapping[str, Any]] = {
    "UpdateJobRetries": {"retries": 1},
    "AssignUserTask": {"assignee": "ann"},
}
TOLD_OTHERWISE: Mapping[str, grpc.StatusCode] = {
    "ListProcessInstances": grpc.StatusCode.OK,
    "EvaluateDecision": grpc.StatusCode.INVALID_ARGUMENT,
}
"""Of a list of instances a key that nobody has leaves nothing; of a decision that is not there stock clients know by this
status.
"""


def key_of(method: WireMethod) -> str | None:
    """The field of a request that holds the key of something."""
    fields = method.request.DESCRIPTOR.fields
    keys = [
        field.name
        for field in fields
        if field.type == FieldDescriptor.TYPE_INT64 and field.name.lower().endswith("key")
    ]
    return next((name for name in keys if name != "page_key"), None)


WITH_KEY = sorted(name for name, method in METHODS.items() if key_of(method) is not None)


def spoilt_requests() -> Iterator[tuple[str, str, Any]]:
    for name in WITH_KEY:
        for field in METHODS[name].request.DESCRIPTOR.fields_by_name:
            if field in SPOILT:
                yield name, field, SPOILT[field]
    yield "UpdateJobRetries", "retries", 0


async def code_of(served: Served, name: str, fields: Mapping[str, Any]) -> grpc.StatusCode:
    method = METHODS[name]
    stub = served.stub if name in GATEWAY_METHODS else served.reading
    code: grpc.StatusCode = await getattr(stub, name)(
        method.request(**{str(key_of(method)): ELSEWHERE, **fields})
    ).code()
    return code


def test_the_calls_that_take_a_key_are_known() -> None:
    assert {
        "CompleteJob",
        "SetVariables",
        "ResolveIncident",
        "GetProcessInstance",
        "GetHistory",
        "ReleaseQuarantined",
    } <= set(WITH_KEY)


@pytest.mark.parametrize("name, field, value", list(spoilt_requests()))
async def test_a_request_is_validated_before_its_key(
    served: Served, name: str, field: str, value: Any
) -> None:
    assert (
        await code_of(served, name, {**SOUND.get(name, {}), field: value}) is grpc.StatusCode.INVALID_ARGUMENT
    )


@pytest.mark.parametrize("name", WITH_KEY)
async def test_a_key_that_cannot_be_of_this_server_is_not_found(served: Served, name: str) -> None:
    assert await code_of(served, name, SOUND.get(name, {})) is TOLD_OTHERWISE.get(
        name, grpc.StatusCode.NOT_FOUND
    )
