"""A server and the stock clients that share it; a module or a test that needs others makes its own."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from counterflow.settings import TransportName
from tests.conformance.server_process import ServerProcess, free_port
from tests.conformance.stock_client import Language, Order, StockClient


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Who comes in by HTTP does not meet what speaks gRPC: once is enough."""
    twice = [item for item in items if _is_http_beside_another_grpc(item)]
    if twice:
        config.hook.pytest_deselected(items=twice)
        items[:] = [item for item in items if item not in twice]


def _is_http_beside_another_grpc(item: pytest.Item) -> bool:
    given = item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
    language = given.get("language")
    return (
        isinstance(language, Language)
        and language.door == "http"
        and given.get("server") not in {None, TransportName.NATIVE}
    )


@pytest.fixture(scope="module", params=TransportName)
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ServerProcess]:
    """A server with a new database, on either transport."""
    database = tmp_path_factory.mktemp("served") / "counterflow.db"
    running = ServerProcess(database, free_port(), transport=request.param).wait_until_ready()
    yield running
    assert running.stop(signal.SIGTERM) == 0


@pytest.fixture(scope="module")
def client(language: Language, server: ServerProcess) -> Iterator[StockClient]:
    """The client of the language that a test is about."""
    with StockClient(language, server.address, door=server.doors[language.door]) as running:
        yield running


@pytest.fixture
def order(client: StockClient, request: pytest.FixtureRequest) -> Order:
    """The process of a test, deployed under a name of its own."""
    return Order.deployed(client, request.node.name)
