"""The doors by HTTP: when they open, how they close, and what they refuse (`edge/http/`)."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

import grpc
import pytest

from counterflow.edge.doors import PortTaken
from counterflow.edge.http import bodies, serving
from counterflow.server import Server
from counterflow.settings import Settings
from counterflow_wire import gateway
from tests.edge import models
from tests.edge.http.asking import Asking, asking
from tests.edge.served import until

LOADED = """
import asyncio, sys
from counterflow.server import Server
from counterflow.settings import Settings

async def main():
    server = Server(Settings(database="memory:", grpc_port=0, http_port=0, management_port=0))
    await server.start()
    assert server.http_port and server.management_port
    await server.stop()

asyncio.run(main())
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""


async def test_what_serves_is_loaded_when_somebody_knocks() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", LOADED, stdout=asyncio.subprocess.PIPE
    )
    loaded, _ = await process.communicate()
    assert not {"uvicorn", "starlette", "prometheus_client"} & set(loaded.decode().split())


async def test_many_who_knock_at_once_are_all_let_in(asked: Asking) -> None:
    told = await asyncio.gather(*(asked.good("GET", "/topology") for _ in range(20)))
    assert len(told) == 20


async def test_a_door_that_cannot_open_sends_away_who_knocks(
    asked: Asking, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nothing_to_serve(*given: object) -> None:
        raise ImportError("no such library")

    monkeypatch.setattr(serving, "Serving", nothing_to_serve)
    with pytest.raises(ConnectionError):
        await asked.ask("GET", "/topology")
    assert "Nothing can be served at 127.0.0.1:" in caplog.text


@pytest.mark.parametrize("setting", ["http_port", "management_port"])
async def test_a_port_that_is_taken(asked: Asking, setting: str) -> None:
    ports: dict[str, Any] = {"http_port": 0, "management_port": 0, setting: asked.server.http_port}
    flag = f"--{setting.replace('_', '-')}"
    with pytest.raises(PortTaken, match=rf"cannot listen on 127\.0\.0\.1:\d+.*{flag} \(0 takes"):
        await Server(Settings(database="memory:", grpc_port=0, **ports)).start()


async def test_doors_that_are_off() -> None:
    async with asking(http_port=None, management_port=None) as asked:
        assert (asked.server.http_port, asked.server.management_port) == (None, None)
        assert "http=" not in asked.server.ready_line()


async def test_both_addresses_of_localhost_have_the_same_port() -> None:
    async with asking(host="localhost") as asked:
        assert (await asked.good("GET", "/topology"))["clusterSize"] == 1


async def test_a_head_that_does_not_come_to_its_end(asked: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "HEADER_SECONDS", 0.01)
    reader, writer = await asked.line()
    writer.write(b"GET /v2/topology HTTP/1.1\r\nHost: x\r\n")
    assert await gone(reader)
    writer.close()


async def test_a_second_head_is_to_come_to_its_end_as_well(
    asked: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader, writer = await asked.line()
    writer.write(b"GET /v2/status HTTP/1.1\r\nHost: x\r\n\r\n")
    assert b"204" in await reader.readuntil(b"\r\n\r\n")
    monkeypatch.setattr(serving, "HEADER_SECONDS", 0.01)
    writer.write(b"GET /v2/status HTTP/1.1\r\n")
    assert await gone(reader)
    writer.close()


async def test_a_body_that_does_not_come_to_its_end(asked: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "BODY_SECONDS", 0.01)
    reader, writer = await asked.line()
    writer.write(b"POST /v2/jobs/1/completion HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{")
    assert (await reader.readline()).split()[1] == b"408"
    writer.close()


async def test_what_is_no_http(asked: Asking) -> None:
    reader, writer = await asked.line()
    writer.write(b"hello\r\n\r\n")
    head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    assert (head.split()[1], json.loads(body)["title"]) == (b"400", "INVALID_ARGUMENT")
    writer.close()


async def test_more_clients_than_may(monkeypatch: pytest.MonkeyPatch) -> None:
    async with asking(connections=1) as asked:
        reader, writer = await asked.line()
        writer.write(b"GET /v2/status HTTP/1.1\r\nHost: x\r\n\r\n")
        await reader.readuntil(b"\r\n\r\n")
        told = await asked.ask("GET", "/status")
        assert (told.status, told.json["title"]) == (503, "RESOURCE_EXHAUSTED")
        assert "setting connections" in told.json["detail"]
        writer.close()


async def test_a_poll_ends_when_the_server_stops() -> None:
    async with asking() as asked:
        wish = {"type": "w", "timeout": 1_000, "maxJobsToActivate": 1, "requestTimeout": 600_000}
        waiting = asyncio.create_task(asked.ask("POST", "/jobs/activation", wish))
        budget = asked.server._service.admission.budgets.waiting
        await until(lambda: budget.used > 0)
    assert (await waiting).json == {"jobs": []}


async def gone(reader: asyncio.StreamReader) -> bool:
    """Whether the server has hung up without a word."""
    try:
        return await reader.read() == b""
    except ConnectionResetError:
        return True


async def test_a_job_taken_by_http_is_completed_by_grpc(asked: Asking) -> None:
    await asked.deploy(("order.bpmn", models.ONE_TASK))
    await asked.good("POST", "/process-instances", {"processDefinitionId": "order"})
    wish = {"type": "work", "timeout": 60_000, "maxJobsToActivate": 5, "worker": "w"}
    (job,) = (await asked.good("POST", "/jobs/activation", wish))["jobs"]
    async with grpc.aio.insecure_channel(asked.server.address) as channel:
        stub = gateway.GatewayStub(channel)
        others = stub.ActivateJobs(
            gateway.ActivateJobsRequest(type="work", timeout=60_000, maxJobsToActivate=5, requestTimeout=-1)
        )
        assert [list(answer.jobs) async for answer in others] == []
        await stub.CompleteJob(gateway.CompleteJobRequest(jobKey=int(job["jobKey"])))
    assert (await asked.ask("POST", f"/jobs/{job['jobKey']}/completion")).status == 404
