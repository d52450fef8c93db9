"""Our gateway.proto says what the contract says, and what another client's compiled copy of it says."""

from __future__ import annotations

from collections import ChainMap

import pytest
from pyzeebe.proto import gateway_pb2 as stock

import counterflow_wire
from counterflow_wire import gateway
from tests.protos import descriptions
from tests.protos.contract import (
    ENUMS,
    FIELDS,
    LATER_FIELDS,
    LATER_METHODS,
    ONEOFS,
    STREAMING_METHODS,
    UNARY_METHODS,
)

OURS = descriptions.messages(gateway.DESCRIPTOR)
STOCK = descriptions.messages(stock.DESCRIPTOR)
OUR_ENUMS = descriptions.enums(gateway.DESCRIPTOR)
STOCK_ENUMS = descriptions.enums(stock.DESCRIPTOR)
MESSAGE_NAMES = sorted(ChainMap(FIELDS, LATER_FIELDS))


def test_the_package_is_the_one_that_clients_address() -> None:
    assert gateway.DESCRIPTOR.package == stock.DESCRIPTOR.package == "gateway_protocol"
    assert gateway.SERVICE == "gateway_protocol.Gateway"


def test_there_are_no_other_messages() -> None:
    assert sorted(OURS) == MESSAGE_NAMES


@pytest.mark.parametrize("name", MESSAGE_NAMES)
def test_a_message_has_the_fields_of_the_contract(name: str) -> None:
    expected = [table[name] for table in (FIELDS, LATER_FIELDS) if table.get(name)]
    assert ", ".join(descriptions.fields(OURS[name])) == ", ".join(expected)
    assert descriptions.oneofs(OURS[name]) == ONEOFS.get(name, {})


@pytest.mark.parametrize("name", sorted(STOCK))
def test_a_message_has_every_field_that_a_stock_client_knows(name: str) -> None:
    ours, theirs = descriptions.fields(OURS[name]), descriptions.fields(STOCK[name])
    assert ours[: len(theirs)] == theirs
    assert descriptions.oneofs(OURS[name]) == descriptions.oneofs(STOCK[name])


def test_the_enums_are_those_of_the_contract() -> None:
    assert OUR_ENUMS == ENUMS


def test_the_enums_have_every_value_that_a_stock_client_knows() -> None:
    assert STOCK_ENUMS
    assert {name: OUR_ENUMS[name] for name in STOCK_ENUMS} == STOCK_ENUMS


def test_a_number_that_the_contract_skips_stays_unused() -> None:
    request = OURS["StreamActivatedJobsRequest"]
    assert 4 not in request.fields_by_number


def test_the_method_table_is_that_of_the_contract() -> None:
    assert set(gateway.METHODS) == {*UNARY_METHODS, *STREAMING_METHODS}
    assert len(gateway.METHODS) == 22
    assert counterflow_wire.GATEWAY_METHODS is gateway.METHODS


@pytest.mark.parametrize("name", UNARY_METHODS)
def test_a_unary_method_answers_its_request_with_its_response(name: str) -> None:
    method = gateway.METHODS[name]
    assert method.path == f"/gateway_protocol.Gateway/{name}"
    assert not method.server_streaming
    assert (method.request, method.response) == (
        getattr(gateway, f"{name}Request"),
        getattr(gateway, f"{name}Response"),
    )


@pytest.mark.parametrize("name", STREAMING_METHODS)
def test_a_streaming_method_answers_with_many(name: str) -> None:
    method = gateway.METHODS[name]
    assert method.server_streaming
    assert (method.request.__name__, method.response.__name__) == STREAMING_METHODS[name]


def test_every_method_is_one_that_a_stock_client_calls() -> None:
    theirs = stock.DESCRIPTOR.services_by_name["Gateway"].methods
    assert [
        (method.name, method.input_type.name, method.output_type.name, method.server_streaming)
        for method in theirs
    ] == [
        (name, method.request.__name__, method.response.__name__, method.server_streaming)
        for name, method in gateway.METHODS.items()
        if name not in LATER_METHODS
    ]
