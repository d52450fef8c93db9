"""The server put together: what it opens, prints, keeps over a restart and closes (`server.py`)."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import grpc.aio
import pytest

from counterflow import Engine
from counterflow.edge.doors import PortTaken
from counterflow.queries.log import last_position
from counterflow.server import Server, run, serve
from counterflow.settings import Settings
from counterflow.store.errors import DatabaseInUseError
from counterflow.store.open import open_store
from counterflow.testing import Engine as EngineByHand
from counterflow_wire import gateway
from tests.edge import models
from tests.edge.served import poll_request
from tests.engine.trips import SOON


def on_file(folder: Path) -> Settings:
    return served(f"sqlite:///{folder / 'counterflow.db'}")


def served(database: str = "memory:", grpc_port: int = 0) -> Settings:
    return Settings(database=database, grpc_port=grpc_port, http_port=0, management_port=0)


@pytest.fixture
def collector() -> Iterator[None]:
    """The garbage collector as it was."""
    thresholds = gc.get_threshold()
    yield
    gc.set_threshold(*thresholds)
    gc.unfreeze()


async def deploy_and_create(server: Server) -> None:
    async with grpc.aio.insecure_channel(f"127.0.0.1:{server.grpc_port}") as channel:
        stub = gateway.GatewayStub(channel)
        await stub.DeployResource(
            gateway.DeployResourceRequest(
                resources=[gateway.Resource(name="a.bpmn", content=models.ONE_TASK)]
            )
        )
        await stub.CreateProcessInstance(
            gateway.CreateProcessInstanceRequest(bpmnProcessId="order", version=-1, variables='{"a":1}')
        )


async def test_what_was_answered_is_there_after_a_restart(tmp_path: Path) -> None:
    first = Server(on_file(tmp_path))
    await first.start()
    await deploy_and_create(first)
    await first.stop()
    second = Server(on_file(tmp_path))
    await second.start()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{second.grpc_port}") as channel:
        stub = gateway.GatewayStub(channel)
        (job,) = [job async for message in stub.ActivateJobs(poll_request()) for job in message.jobs]
        assert job.variables == '{"a":1}'
        await stub.CompleteJob(gateway.CompleteJobRequest(jobKey=job.key))
    await second.stop()


async def test_the_ready_line_names_what_is_served(tmp_path: Path) -> None:
    server = Server(on_file(tmp_path))
    await server.start()
    assert server.grpc_port
    assert server.ready_line() == (
        f"ready grpc=127.0.0.1:{server.grpc_port} http=127.0.0.1:{server.http_port} "
        f"management=127.0.0.1:{server.management_port} database={server.settings.database}"
    )
    await server.stop()


@pytest.mark.parametrize(
    "host, url, line",
    [
        ("::1", "memory:", "ready grpc=[::1]:0 database=memory:"),
        (
            "localhost",
            "postgresql+psycopg://me:secret@db:5432/x",
            "ready grpc=localhost:0 database=postgresql+psycopg://me:***@db:5432/x",
        ),
    ],
)
def test_the_ready_line_keeps_secrets(host: str, url: str, line: str) -> None:
    assert Server(Settings(database=url, host=host)).ready_line() == line


async def test_a_server_that_cannot_listen_lets_go_of_its_database(tmp_path: Path) -> None:
    other = Server(served())
    await other.start()
    settings = on_file(tmp_path)
    with pytest.raises(PortTaken):
        await Server(served(settings.database, other.grpc_port)).start()
    again = Server(settings)
    await again.start()
    await again.stop()
    await other.stop()


async def test_two_servers_do_not_share_a_database(tmp_path: Path) -> None:
    first = Server(on_file(tmp_path))
    await first.start()
    with pytest.raises(DatabaseInUseError):
        await Server(on_file(tmp_path)).start()
    await first.stop()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_drains(number: signal.Signals, tmp_path: Path, collector: None) -> None:
    ready: asyncio.Future[Server] = asyncio.get_running_loop().create_future()
    serving = asyncio.create_task(serve(on_file(tmp_path), ready.set_result))
    server = await ready
    await deploy_and_create(server)
    os.kill(os.getpid(), number)
    await serving
    with pytest.raises(grpc.aio.AioRpcError):
        await deploy_and_create(server)


def test_run_is_serve_on_an_event_loop_of_its_own(collector: None) -> None:
    seen: list[int] = []

    def on_ready(server: Server) -> None:
        seen.append(server.grpc_port)
        os.kill(os.getpid(), signal.SIGTERM)

    run(served(), on_ready)
    assert len(seen) == 1


async def test_a_server_that_cannot_listen_has_triggered_nothing(tmp_path: Path) -> None:
    settings = on_file(tmp_path)
    store = open_store(settings.database)
    long_ago = EngineByHand(store)
    long_ago.deploy_contents({"ring.bpmn": SOON})
    ring = long_ago.start("ring")
    store.close()
    other = Server(served())
    await other.start()
    with pytest.raises(PortTaken):
        await Server(served(settings.database, other.grpc_port)).start()
    await other.stop()
    store = open_store(settings.database)
    assert last_position(store) == sum(entry.event_count for entry in long_ago.log)
    store.close()
    async with Engine(settings.database) as engine:
        assert (await engine.end_of(ring, timedelta(seconds=20))).state == "completed"
