"""The server is killed with SIGKILL while very many instances are brought to another version: each is on the one
version or on the other, as a whole, and the same command takes the rest over.

`COUNTERFLOW_MIGRATED=10000` says how many there are, `COUNTERFLOW_KILL_SEED` when it is killed.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import grpc
import msgspec

from counterflow_wire import counterflow_v1, gateway
from tests.bpmn.diagram import (
    boundary,
    compensate,
    definitions,
    end,
    path,
    process,
    service,
    start,
    throw,
    timer,
    undo,
)
from tests.conformance.server_process import ServerProcess, free_port

INSTANCES = int(os.environ.get("COUNTERFLOW_MIGRATED", "300"))
SEED = int(os.environ.get("COUNTERFLOW_KILL_SEED", "20261201"))
KILLS = 2
AT_ONCE = 16
WITHIN_S = 600
TABLES = ("element_instance", "job", "timer", "undo_record", "process_instance")
BEFORE = {"element": "pay", "job": "pay", "timer": "late", "undo": "book", "handler": "cancel"}
AFTER = {"element": "settle", "job": "settle", "timer": "overdue", "undo": "reserve", "handler": "release"}
"""What stands where in each version, by what it is of."""
TOLD = {BEFORE[what]: AFTER[what] for what in ("job", "undo")}
"""What a person says of it; the rest is found by its place."""
REPEAT = f"repeat with COUNTERFLOW_MIGRATED={INSTANCES} COUNTERFLOW_KILL_SEED={SEED}"


def model(names: dict[str, str]) -> bytes:
    """Something that is undone, then a job that may take a day."""
    book, pay, late, handler = names["undo"], names["job"], names["timer"], names["handler"]
    drawn = process(
        *(start(), service(book, job="book"), undo(book, by=handler)),
        service(handler, job=handler, isForCompensation="true"),
        *(service(pay, job="pay"), boundary(late, pay, timer("timeDuration", "PT24H")), end("expired")),
        *(throw("back", compensate()), end()),
        *(path("start", book, pay, "back", "end"), path(late, "expired")),
        process_id="kept",
    )
    return definitions(drawn)


class Migrating:
    """One database, one server after the other, and those who ask it."""

    def __init__(self, database: Path) -> None:
        self.database = database
        self.chance = random.Random(SEED)
        self._port = free_port()
        self.server = self._start()

    def _start(self) -> ServerProcess:
        return ServerProcess(self.database, self._port).wait_until_ready()

    def kill(self) -> None:
        """At once; what is on the disk is what there is."""
        self.server.kill()

    def restart(self) -> None:
        """On the same file."""
        self.server = self._start()

    def counterflow(self, *words: str) -> subprocess.CompletedProcess[str]:
        """What a person types."""
        command = [sys.executable, "-m", "counterflow", *words, "--address", self.server.address]
        return subprocess.run(command, capture_output=True, text=True, timeout=WITHIN_S, check=False)

    def rows(self, table: str) -> list[dict[str, Any]]:
        """The rows of a table, of a server that is not there."""
        with closing(sqlite3.connect(self.database)) as connection:
            connection.row_factory = sqlite3.Row
            found = connection.execute(f"select * from {table}")  # noqa: S608 - a table of ours, named here
            return [dict(row) for row in found]


async def begin(address: str) -> None:
    """Begin them all, and do what can be undone."""
    async with grpc.aio.insecure_channel(address) as channel:
        stub = gateway.GatewayStub(channel)
        resources = [gateway.Resource(name="kept.bpmn", content=model(BEFORE))]
        await stub.DeployResource(gateway.DeployResourceRequest(resources=resources))

        async def create(_: int) -> None:
            await stub.CreateProcessInstance(
                gateway.CreateProcessInstanceRequest(bpmnProcessId="kept", version=-1)
            )

        await each(range(INSTANCES), create)
        jobs = stub.ActivateJobs(
            gateway.ActivateJobsRequest(
                type="book", worker="w", timeout=WITHIN_S * 1_000, maxJobsToActivate=INSTANCES
            )
        )
        keys = [job.key async for answer in jobs for job in answer.jobs]

        async def complete(key: int) -> None:
            await stub.CompleteJob(gateway.CompleteJobRequest(jobKey=key, variables="{}"))

        await each(keys, complete)
        assert len(keys) == INSTANCES
        resources = [gateway.Resource(name="kept.bpmn", content=model(AFTER))]
        await stub.DeployResource(gateway.DeployResourceRequest(resources=resources))


async def each(items: Iterable[int], ask: Callable[[int], Awaitable[None]]) -> None:
    """So many side by side."""
    left = iter(items)

    async def some() -> None:
        for item in left:
            await ask(item)

    await asyncio.gather(*(some() for _ in range(AT_ONCE)))


async def migrate_until(
    address: str, keys: Sequence[int], target: int, kill: Callable[[], None], most: int
) -> set[int]:
    """Bring these over; killed when so many are answered. Answers those that were answered."""
    answered: set[int] = set()
    mappings = [
        counterflow_v1.ElementMapping(source_element_id=before, target_element_id=after)
        for before, after in TOLD.items()
    ]
    async with grpc.aio.insecure_channel(address) as channel:
        stub = counterflow_v1.CounterflowStub(channel)

        async def migrate(key: int) -> None:
            try:
                await stub.Migrate(
                    counterflow_v1.MigrateRequest(
                        process_instance_key=key, target_definition_key=target, mappings=mappings
                    )
                )
            except grpc.aio.AioRpcError as error:
                if error.code() is not grpc.StatusCode.UNAVAILABLE:
                    raise
                return
            answered.add(key)
            if len(answered) == most:
                kill()

        await each(keys, migrate)
    return answered


def wrong(migrating: Migrating, there: dict[str, set[int]], answered: set[int]) -> Iterator[str]:
    """What is wrong with the file: each instance is whole on its version, and nothing is gone."""
    version = {row["key"]: row["version"] for row in migrating.rows("process_instance")}
    for key in answered:
        if version[key] != 2:
            yield f"{key} was answered, and is on version {version[key]}"
    for table, keys in there.items():
        now = {row["key"] for row in migrating.rows(table)}
        if now != keys:
            yield f"{table}: {len(keys - now)} are gone and {len(now - keys)} new"
    for table, column, what in (
        *(("element_instance", "element_id", "element"), ("job", "element_id", "job")),
        *(("timer", "catch_id", "timer"), ("undo_record", "element_id", "undo")),
        ("undo_record", "handler", "handler"),
    ):
        for row in migrating.rows(table):
            names = AFTER if version[row["process_instance_key"]] == 2 else BEFORE
            if row[column] != names[what] and row["key"] != row["process_instance_key"]:
                yield f"{table} {row['key']} of version {version[row['process_instance_key']]} is at {row[column]}"


def test_each_is_on_one_version_or_the_other(tmp_path: Path) -> None:
    migrating = Migrating(tmp_path / "kept.db")
    try:
        asyncio.run(begin(migrating.server.address))
        assert migrating.server.stop(signal.SIGTERM) == 0
        there = {table: {row["key"] for row in migrating.rows(table)} for table in TABLES}
        assert {table: len(keys) for table, keys in there.items()} == {
            "element_instance": 2 * INSTANCES,
            **dict.fromkeys(("job", "timer", "undo_record", "process_instance"), INSTANCES),
        }
        target = next(row["key"] for row in migrating.rows("process_definition") if row["version"] == 2)
        answered: set[int] = set()
        for _ in range(KILLS):
            migrating.restart()
            left = sorted(there["process_instance"] - answered)
            most = migrating.chance.randint(1, INSTANCES // (KILLS + 1))
            answered |= asyncio.run(
                migrate_until(migrating.server.address, left, target, migrating.kill, most)
            )
            assert not list(wrong(migrating, there, answered)), REPEAT
        versions = Counter(row["version"] for row in migrating.rows("process_instance"))
        assert min(versions[1], versions[2]) > 0, f"{versions}; {REPEAT}"
        migrating.restart()
        _take_the_rest_over(migrating, versions[1])
        assert migrating.server.stop(signal.SIGTERM) == 0
        assert not list(wrong(migrating, there, there["process_instance"])), REPEAT
        migrating.restart()
        assert asyncio.run(_undo_one(migrating.server.address)) == "release"
    finally:
        migrating.kill()


def _take_the_rest_over(migrating: Migrating, left: int) -> None:
    """The command that a person gives again; and once more, when nothing is left."""
    for expected in (left, 0):
        told = [word for before, after in TOLD.items() for word in ("--map", f"{before}={after}")]
        done = migrating.counterflow("migrate", "--from", "kept:1", "--to", "kept:2", *told, "--json")
        assert done.returncode == 0, f"{done.stderr}; {REPEAT}"
        ends = msgspec.json.decode(done.stdout)
        assert [end["migrated"] for end in ends] == [True] * expected, f"{done.stdout[:500]}; {REPEAT}"


async def _undo_one(address: str) -> str:
    """A worker does what it had been given to do; what undoes the step before is asked for by its new name."""
    async with grpc.aio.insecure_channel(address) as channel:
        stub = gateway.GatewayStub(channel)
        (job,) = [each async for each in _jobs(stub, "pay")]
        await stub.CompleteJob(gateway.CompleteJobRequest(jobKey=job.key, variables="{}"))
        (handler,) = [each async for each in _jobs(stub, "release")]
        return str(handler.elementId)


async def _jobs(stub: Any, job_type: str) -> Any:
    request = gateway.ActivateJobsRequest(
        type=job_type, worker="w", timeout=WITHIN_S * 1_000, maxJobsToActivate=1, requestTimeout=10_000
    )
    async for answer in stub.ActivateJobs(request):
        for job in answer.jobs:
            yield job
