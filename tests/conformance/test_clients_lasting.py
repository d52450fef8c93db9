"""Stock clients over time: idle connections that ping, and a server that is killed or stopped under them."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import grpc
import pytest

from counterflow.settings import TransportName
from tests.conformance.looking import create, take_jobs
from tests.conformance.server_process import ServerProcess, free_port
from tests.conformance.stock_client import Language, Order, StockClient, speaking, working
from tests.conformance.wiretap import Wiretap

SHORT_MS = 3_000
"""After so long a job comes again whose answer was lost as the server went away."""

# Java and Go clients ping every 45 s; here, 333 times as often.
PING_INTERVAL_MS = 135
PINGS_IN_TEN_MINUTES = 14


class Place:
    """A database file and a port, on which servers come and go."""

    def __init__(self, folder: Path, transport: TransportName) -> None:
        self._database, self._port, self._transport = folder / "counterflow.db", free_port(), transport
        self.server = self._start()

    @property
    def address(self) -> str:
        return self.server.address

    def _start(self) -> ServerProcess:
        return ServerProcess(self._database, self._port, transport=self._transport).wait_until_ready()

    def killed_and_restarted(self) -> None:
        self.server.kill()
        self.server = self._start()

    def stopped_and_restarted(self) -> None:
        assert self.server.stop(signal.SIGTERM) == 0
        self.server = self._start()


@pytest.fixture(scope="module", params=TransportName)
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    place = Place(tmp_path_factory.mktemp("lasting"), request.param)
    yield place
    assert place.server.stop(signal.SIGTERM) == 0


@pytest.fixture
def client(language: Language, place: Place) -> Iterator[StockClient]:
    with StockClient(language, place.address) as running:
        yield running


@pytest.fixture
def order(client: StockClient, request: pytest.FixtureRequest) -> Order:
    return Order.deployed(client, request.node.name)


# Pings


@working("keepAlive")
def test_an_idle_worker_may_ping_for_ten_minutes(
    language: Language, place: Place, stream: bool, request: pytest.FixtureRequest
) -> None:
    with (
        Wiretap(place.address) as tap,
        StockClient(language, tap.address, CLIENT_KEEP_ALIVE_MS=str(PING_INTERVAL_MS)) as client,
    ):
        order = Order.deployed(client, request.node.name)
        worker = client.open_worker(order.pay, {"do": "complete"}, stream=stream)
        if stream:
            tap.until_streams(1)
        tap.until_pings(PINGS_IN_TEN_MINUTES)
        instance = create(place.address, order.id)
        assert client.completed_instances(worker, {instance}) == [instance]
        assert tap.goaways() == []


@speaking("keepAlive", "keepAlive.withoutCalls")
def test_a_client_may_ping_without_any_call(language: Language, place: Place) -> None:
    with (
        Wiretap(place.address) as tap,
        StockClient(language, tap.address, CLIENT_KEEP_ALIVE_MS=str(PING_INTERVAL_MS)) as client,
    ):
        tap.until_pings(PINGS_IN_TEN_MINUTES)
        assert client.ask("topology")["clusterSize"] == 1
        assert tap.goaways() == []


@speaking("keepAlive", "keepAlive.withoutCalls")
def test_a_client_that_pings_without_measure_is_answered_all_the_same(
    language: Language, place: Place
) -> None:
    """What a flood is, and how it ends, is told in the tests of `http2`."""
    with (
        Wiretap(place.address) as tap,
        StockClient(language, tap.address, CLIENT_KEEP_ALIVE_MS="1") as client,
    ):
        tap.until_pings(10 * PINGS_IN_TEN_MINUTES)
        assert client.ask("topology")["clusterSize"] == 1
        assert tap.goaways() == []


# A server that goes away


@working(stream=("work.stream", "work.stream.reopened"))
def test_workers_go_on_when_the_server_was_killed(
    client: StockClient, order: Order, place: Place, stream: bool
) -> None:
    """And a job that was given out before is still theirs."""
    create(place.address, order.id)
    worker = client.open_worker(order.pay, {"do": "hold"}, {"do": "complete"}, stream=stream)
    held = client.job(worker)
    place.killed_and_restarted()
    after = create(place.address, order.id)
    assert client.completed_instances(worker, {after}) == [after]
    while (code := client.refusal("complete", jobKey=held["key"], variables={"paid": 1})) == "UNAVAILABLE":
        pass  # not every client waits for its server
    assert code == "OK"
    instances = {after, int(held["processInstanceKey"])}
    assert sorted(take_jobs(place.address, order.ship, instances)) == sorted(instances)


@working(stream=("work.stream", "work.stream.reopened"))
def test_a_server_that_stops_under_its_workers_loses_no_job(
    client: StockClient, order: Order, place: Place, stream: bool
) -> None:
    worker = client.open_worker(order.pay, {"do": "complete"}, stream=stream, timeout_ms=SHORT_MS)
    created: list[int] = []
    orders = Thread(target=order_until_it_stops, args=(place.address, order.id, created))
    orders.start()
    client.answered(worker)
    place.stopped_and_restarted()
    orders.join()
    paid = take_jobs(place.address, order.ship, set(created))
    assert len(paid) == len(set(paid)), "a step ran twice"


def order_until_it_stops(address: str, process_id: str, created: list[int]) -> None:
    """Begin instances until the server takes no more; the keys of those it has answered for."""
    try:
        while True:
            created.append(create(address, process_id, wait=False))
    except grpc.RpcError:
        pass
