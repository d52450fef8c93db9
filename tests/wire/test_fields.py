"""Fields of a request are counted before it is read, on every method there is."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import DecodeError, Message

from counterflow.wire.contract import RpcError, StatusCode
from counterflow.wire.fields import FIELDS, MessageShape, check_fields, reader_of
from counterflow_wire import WireMethod, counterflow_v1, gateway, health_v1

EVERY = [*gateway.METHODS.values(), *counterflow_v1.METHODS.values(), *health_v1.METHODS.values()]
UNKNOWN_EMPTY = b"\xfa\x07\x00"
"""Field 127, of which nobody knows, without anything in it."""
ACTIVATE = gateway.ModifyProcessInstanceRequest.ActivateInstruction
VARIABLES = gateway.ModifyProcessInstanceRequest.VariableInstruction


def refusal(read: Callable[[bytes], Any], data: bytes) -> str:
    with pytest.raises(RpcError) as told:
        read(data)
    assert told.value.status is StatusCode.INVALID_ARGUMENT
    return told.value.details


@pytest.mark.parametrize("rpc", EVERY, ids=lambda rpc: rpc.path)
def test_every_request_is_counted(rpc: WireMethod) -> None:
    read = reader_of(rpc.request)
    assert read(UNKNOWN_EMPTY * FIELDS) == rpc.request.FromString(UNKNOWN_EMPTY * FIELDS)
    assert f"at most {FIELDS} fields" in refusal(read, UNKNOWN_EMPTY * (FIELDS + 1))


@pytest.mark.parametrize("rpc", EVERY, ids=lambda rpc: rpc.path)
def test_no_field_has_many_values_that_are_not_counted(rpc: WireMethod) -> None:
    """Numbers may be packed, a byte each: whoever adds such a field has to count what is in it."""
    assert not list(packed(rpc.request.DESCRIPTOR, set()))


def packed(message: Any, seen: set[str]) -> Any:
    if message.full_name not in seen:
        seen.add(message.full_name)
        for field in message.fields:
            if field.is_packed:
                yield field.full_name
            elif field.type == FieldDescriptor.TYPE_MESSAGE:
                yield from packed(field.message_type, seen)


def test_a_list_that_is_too_long_is_named() -> None:
    request = gateway.ActivateJobsRequest(type="work", fetchVariable=[""] * (FIELDS + 1))
    told = refusal(reader_of(type(request)), request.SerializeToString())
    assert "too many: fetchVariable)" in told


def test_what_is_in_messages_counts() -> None:
    begin = ACTIVATE(elementId="a", variableInstructions=[VARIABLES()] * 1_000)
    request = gateway.ModifyProcessInstanceRequest(activateInstructions=[begin] * 60)
    told = refusal(reader_of(type(request)), request.SerializeToString())
    assert "too many: variableInstructions)" in told


def test_a_long_document_is_one_field() -> None:
    request = gateway.CompleteJobRequest(jobKey=1, variables='{"a":[' + "1," * 1_000_000 + "1]}")
    assert reader_of(type(request))(request.SerializeToString()) == request


@pytest.mark.parametrize(
    "data", [b"\xff" * 200_000, b"\x0a\xff" * 100_000, b"\x0b" * 200_000, b"\x07" * 200_000]
)
def test_what_is_no_message_stays_one_that_cannot_be_read(data: bytes) -> None:
    with pytest.raises((DecodeError, RpcError)):
        reader_of(gateway.ActivateJobsRequest)(data)


NOTHING_KNOWN = MessageShape({}, {})


@pytest.mark.parametrize("seed", range(20))
def test_as_many_are_counted_as_there_are(seed: int) -> None:
    chance = random.Random(seed)
    request = gateway.ActivateJobsRequest(
        type="t" * chance.randrange(300),
        timeout=chance.getrandbits(62),
        fetchVariable=["n" * chance.randrange(200) for _ in range(chance.randrange(50))],
        tenantIds=["t"] * chance.randrange(5),
        maxJobsToActivate=chance.randrange(-5, 5),
    )
    count = sum(len(value) if hasattr(value, "extend") else 1 for _, value in fields_of(request))
    data = request.SerializeToString()
    check_fields(data, NOTHING_KNOWN, count)
    if count:
        with pytest.raises(RpcError):
            check_fields(data, NOTHING_KNOWN, count - 1)


def fields_of(message: Message) -> list[tuple[Any, Any]]:
    return list(message.ListFields())
