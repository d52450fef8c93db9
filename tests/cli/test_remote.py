"""How calls fail: a sentence, a code, and no trace of what is inside."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc
import pytest

from counterflow.cli.address import Address
from counterflow.cli.exits import Failure
from counterflow.cli.remote import Remote
from counterflow_wire import GATEWAY_METHODS, gateway
from tests.protos.serving import service_handler

REPLIES = [
    (
        grpc.StatusCode.NOT_FOUND,
        "Command 'CANCEL' rejected with code 'NOT_FOUND': Expected this, found that",
        3,
        "Expected this, found that",
    ),
    (grpc.StatusCode.INVALID_ARGUMENT, "Expected this", 4, "Expected this"),
    (grpc.StatusCode.FAILED_PRECONDITION, "Expected that", 4, "Expected that"),
    (
        grpc.StatusCode.UNAVAILABLE,
        "The server is stopping; try again when it is back",
        5,
        "The server is stopping; try again when it is back",
    ),
    (grpc.StatusCode.RESOURCE_EXHAUSTED, "4000 commands wait", 5, "4000 commands wait"),
    (grpc.StatusCode.UNAUTHENTICATED, "No token", 6, "No token; the token is read from COUNTERFLOW_TOKEN"),
    (grpc.StatusCode.PERMISSION_DENIED, "Not you", 6, "Not you"),
    (grpc.StatusCode.DEADLINE_EXCEEDED, "It goes on", 124, "It goes on"),
    (grpc.StatusCode.INTERNAL, "", 1, "The server answered INTERNAL and nothing else"),
]


@pytest.fixture
def serving() -> Iterator[Callable[[Callable[[Any, grpc.ServicerContext], Any]], Address]]:
    """Starts a gateway whose Topology does what it is told; answers its address."""
    server = grpc.server(ThreadPoolExecutor(2))

    def start(behaviour: Callable[[Any, grpc.ServicerContext], Any]) -> Address:
        server.add_generic_rpc_handlers(
            (service_handler(gateway.SERVICE, GATEWAY_METHODS, {"Topology": behaviour}),)
        )
        port = server.add_insecure_port("127.0.0.1:0")
        server.start()
        return Address(f"127.0.0.1:{port}", token="open-sesame")

    yield start
    server.stop(None).wait()


@pytest.mark.parametrize("status,details,code,words", REPLIES, ids=[case[0].name for case in REPLIES])
def test_a_status_becomes_a_sentence_and_a_code(
    serving: Any, status: grpc.StatusCode, details: str, code: int, words: str
) -> None:
    address = serving(lambda _, context: context.abort(status, details))
    with pytest.raises(Failure) as failed:
        Remote(address).call("Topology")
    assert (failed.value.code, str(failed.value), failed.value.status) == (code, words, status.name)


def test_a_server_that_does_not_know_the_call(serving: Any) -> None:
    address = serving(lambda _, __: gateway.TopologyResponse())
    with pytest.raises(
        Failure, match=r"does not know this call .*is it a Counterflow of this version\?"
    ) as failed:
        Remote(address).call("ListIncidents")
    assert failed.value.code == 1
    with pytest.raises(Failure, match="does not know this call"):
        list(Remote(address).stream("GetHistory"))


def test_nobody_is_there() -> None:
    with pytest.raises(
        Failure, match=r"Expected a server at 127\.0\.0\.1:1, but found none that answers .*counterflow dev"
    ) as failed:
        Remote(Address("127.0.0.1:1")).call("Topology")
    assert failed.value.code == 5


def test_a_server_that_never_answers(serving: Any) -> None:
    def wait(_: object, context: grpc.ServicerContext) -> gateway.TopologyResponse:
        ended: ThreadPoolExecutor | None = None
        while context.is_active():
            ended = ended or ThreadPoolExecutor(1)
            ended.submit(int).result()
        return gateway.TopologyResponse()

    with pytest.raises(Failure, match="Expected an answer within the time allowed") as failed:
        Remote(serving(wait)).call("Topology", timeout_ms=50)
    assert failed.value.code == 124


def test_the_token_goes_with_every_call(serving: Any) -> None:
    seen: list[tuple[str, str | bytes]] = []

    def look(_: object, context: grpc.ServicerContext) -> gateway.TopologyResponse:
        seen.extend((key, value) for key, value in context.invocation_metadata())
        return gateway.TopologyResponse(clusterSize=1)

    assert Remote(serving(look)).call("Topology").clusterSize == 1
    assert ("authorization", "Bearer open-sesame") in seen


@pytest.mark.parametrize(
    "method,fields,words",
    [
        (
            "CancelProcessInstance",
            {"processInstanceKey": 10**20},
            f"Process instance key: expected a number up to {2**63 - 1}, but found {10**20}",
        ),
        (
            "GetProcessInstance",
            {"process_instance_key": -(10**20)},
            f"Process instance key: expected a number from {1 - 2**63}, but found -1",
        ),
        (
            "UpdateJobRetries",
            {"jobKey": 5, "retries": 2**31},
            f"Retries: expected a number up to {2**31 - 1}, but found {2**31}",
        ),
        (
            "CreateProcessInstanceWithResult",
            {"request": {"version": 2**31}},
            f"Version: expected a number up to {2**31 - 1}",
        ),
        ("PublishMessage", {"name": "a\udcff"}, "Expected text in UTF-8, but found 'a"),
    ],
)
def test_what_no_field_can_hold_is_told_in_a_sentence(
    method: str, fields: dict[str, Any], words: str
) -> None:
    with pytest.raises(Failure) as failed:
        Remote(Address("127.0.0.1:1")).call(method, **fields)
    assert str(failed.value).startswith(words)
    assert failed.value.code == 2


def test_a_certificate_that_cannot_be_read(tmp_path: Path) -> None:
    address = Address("127.0.0.1:1", secure=True, certificate_path=str(tmp_path / "none.pem"))
    with pytest.raises(
        Failure, match=r"none\.pem \(ZEEBE_CA_CERTIFICATE_PATH\): expected a file with certificates"
    ) as failed:
        Remote(address).call("Topology")
    assert failed.value.code == 2
