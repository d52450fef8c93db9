"""A server and the stock clients that share it; a module or a test that needs others makes its own."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from counterflow.settings import TransportName
from tests.conformance.server_process import ServerProcess, free_port
from tests.conformance.stock_client import Language, Order, StockClient


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
