"""Stock clients and a server that has too much to do, and where they look for it."""

from __future__ import annotations

import asyncio

import pytest

from counterflow.partition.pending import Pending
from counterflow.partition.refusals import Overloaded
from counterflow.service.admission import Admission
from tests.conformance.server_process import ServerProcess
from tests.conformance.stock_client import Language, Order, StockClient, speaking
from tests.edge.served import serving, until

NOBODY = "127.0.0.1:1"


@speaking("address.environment")
def test_the_address_of_the_environment_wins(language: Language, server: ServerProcess) -> None:
    environment = {"ZEEBE_ADDRESS": server.address, "ZEEBE_GRPC_ADDRESS": f"http://{server.address}"}
    with StockClient(language, NOBODY, **environment) as client:
        assert client.ask("topology")["clusterSize"] == 1


@pytest.mark.parametrize("retries, code", [(True, "OK"), (False, "RESOURCE_EXHAUSTED")])
@speaking("retries", "create")
async def test_what_was_refused_for_the_moment_is_sent_again(
    language: Language, retries: bool, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The writer is held until the first refusal; a client that retries does not even notice."""
    refused, why_full = asyncio.Event(), Pending.why_full
    running = asyncio.get_running_loop()

    def watched(pending: Pending, *arguments: object) -> str:
        why = why_full(pending, *arguments)  # type: ignore[arg-type]  # handed on as they came
        if why:
            running.call_soon_threadsafe(refused.set)
        return why

    async with serving(pending_commands=1) as served:
        address = f"127.0.0.1:{served.port}"
        with await asyncio.to_thread(
            StockClient, language, address, **({"CLIENT_RETRIES": "1"} if retries else {})
        ) as client:
            order = await asyncio.to_thread(Order.deployed, client, f"retries-{retries}")
            served.store.hold()
            first = asyncio.create_task(served.create(order.id))
            await served.held()
            monkeypatch.setattr(Pending, "why_full", watched)
            second = asyncio.create_task(asyncio.to_thread(client.refusal, "create", bpmnProcessId=order.id))
            await refused.wait()
            served.store.release()
            assert await first
            assert await second == code


@speaking("work", "complete")
async def test_a_worker_whose_polls_are_sent_away_comes_back(
    language: Language, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is room for one poll, and somebody else has it until the worker was refused."""
    refused, begun_waiting = asyncio.Event(), Admission.begun_waiting

    def watched(admission: Admission, *arguments: object) -> None:
        try:
            begun_waiting(admission, *arguments)  # type: ignore[arg-type]  # handed on as they came
        except Overloaded:
            refused.set()
            raise

    async with serving(waiting_calls=1) as served:
        occupying = asyncio.create_task(served.poll("there-are-no-such-jobs", requestTimeout=60_000))
        await until(lambda: served.waiting_polls() == 1)
        with await asyncio.to_thread(StockClient, language, f"127.0.0.1:{served.port}") as client:
            order = await asyncio.to_thread(Order.deployed, client, "sent-away")
            monkeypatch.setattr(Admission, "begun_waiting", watched)
            worker = await asyncio.to_thread(client.open_worker, order.pay, {"do": "complete"})
            await refused.wait()
            occupying.cancel()
            instance = await served.create(order.id)
            assert await asyncio.to_thread(client.completed_instances, worker, {instance}) == [instance]
