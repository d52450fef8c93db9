"""Plays one attack: a server of its own, somebody innocent beside it, the attack, a restart."""

from __future__ import annotations

import asyncio
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import IO, NamedTuple

import grpc
import grpc.aio

from counterflow_wire import gateway
from tests.benchmarks.machine import peak_megabytes, processor_seconds, resident_megabytes
from tests.conformance.server_process import ServerProcess, free_port
from tests.hostile.attack import Attack
from tests.hostile.figures import Played
from tests.hostile.lines import line_to
from tests.hostile.processor import Processor, net_seconds, processor
from tests.hostile.target import Target
from tests.wire.certificates import LOCAL, authority, issued

INNOCENT = "innocent"
AFTERWARDS_SECONDS = 1.0
"""So long the innocent one goes on when the attack is over."""
PATIENCE_SECONDS = 60.0
MODEL = (
    b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="hostile">'
    b'<process id="innocent" isExecutable="true"><startEvent id="start"/><endEvent id="end"/>'
    b'<sequenceFlow id="flow" sourceRef="start" targetRef="end"/></process></definitions>'
)


class Conditions(NamedTuple):
    """Under which an attack is played."""

    factor: float
    transport: str = "native"
    memory_megabytes: int | None = None
    """The most that the server may have (address space beyond what it starts with)."""
    restarts: bool = True


async def play(name: str, attack: Attack, conditions: Conditions) -> Played:
    """Play an attack; answers what was measured, what the attack asserts in vain included."""
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile("w+") as log:
        database = Path(folder, "hostile.db")
        if attack.is_secure:
            issued(Path(folder), authority(Path(folder), "ours"), "server", LOCAL)
        if attack.before is not None:
            attack.before(database, attack.dose(conditions.factor))
        server, start_seconds = _served(database, attack, conditions, log)
        try:
            played = await _attacked(name, attack, conditions, server)
            if conditions.restarts and server.is_running:
                server.kill()
                server, _ = _served(database, attack, conditions, log, begun := time.perf_counter())
                await _ask_for_an_instance(server)
                taken = time.perf_counter() - begun
                taken = net_seconds(taken, Processor(), processor(server.pid))
                again = peak_megabytes(server.pid)
                played = played._replace(restart_seconds=taken, restarted_megabytes=again)
            is_alive = server.is_running and await _answers(server)
        finally:
            server.kill()
        log.seek(0)
        faults = [line.strip() for line in log if "internal fault" in line or "Traceback" in line]
    return played._replace(start_seconds=start_seconds, is_alive=is_alive, faults=faults)


class WatchedServer(ServerProcess):
    """A server whose long turns are written down beside its database."""

    program = "tests.hostile.watched"

    def __init__(self, database: Path, log: IO[str], transport: str, settings: Mapping[str, str]) -> None:
        self.turns = database.with_suffix(".turns")
        os.environ["TURNS"] = str(self.turns)  # what it inherits
        authority = database.with_name("ours.pem")
        self.authority = str(authority) if authority.exists() else ""
        """The file of who vouches for it, if anybody does."""
        if self.authority:
            ours = {"tls_certificate": "server.pem", "tls_key": "server.key"}
            settings = {**settings, **{name: str(database.with_name(file)) for name, file in ours.items()}}
        super().__init__(database, free_port(), log_to=log, transport=transport, **settings)

    def longest_turn_ms(self, begun: float) -> float:
        """The longest since a moment of `time.perf_counter`, in processor time."""
        turns = (line.split() for line in self.turns.read_text().splitlines())
        return max((float(taken) for at, taken in turns if float(at) >= begun), default=0.0)


async def _attacked(name: str, attack: Attack, conditions: Conditions, server: WatchedServer) -> Played:
    target = Target(server.address, server.pid, conditions.transport, server.authority, server.doors["http"])
    dose = attack.dose(conditions.factor)
    try:
        await target.deploy("innocent.bpmn", MODEL)
        async with _innocent(server) as measured:
            before = resident_megabytes(server.pid)
            _forget_peak(server.pid)
            processor, begun = processor_seconds(server.pid), time.perf_counter()
            try:
                async with asyncio.timeout(attack.most_seconds):
                    await attack.run(target, dose)
            except TimeoutError:
                target.note("BROKEN OFF", f"after {attack.most_seconds:g} s")
            except AssertionError as error:
                target.complaints.append(str(error))
            seconds = time.perf_counter() - begun
            await asyncio.sleep(AFTERWARDS_SECONDS)
        if not server.is_running:
            return Played.ended_early(name, conditions.transport, dose, target)
        return Played(
            name,
            conditions.transport,
            dose,
            seconds,
            measured,
            before,
            peak_megabytes(server.pid),
            processor_seconds(server.pid) - processor,
            target,
            turn_ms=server.longest_turn_ms(begun),
        )
    finally:
        await target.close()


@asynccontextmanager
async def _innocent(server: WatchedServer) -> AsyncIterator[dict[str, object]]:
    """Somebody innocent while the block runs; what they have measured is there behind it."""
    measured: dict[str, object] = {}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.hostile.innocent", server.address, str(server.pid), INNOCENT),
        *([server.authority] if server.authority else []),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        limit=1 << 26,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        assert await process.stdout.readline() == b"calm\n", "the innocent client could not begin"
        yield measured
        process.stdin.close()
        async with asyncio.timeout(2 * PATIENCE_SECONDS):
            measured |= json.loads(await process.stdout.readline())
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def _served(
    database: Path, attack: Attack, conditions: Conditions, log: IO[str], begun: float | None = None
) -> tuple[WatchedServer, float]:
    begun = begun or time.perf_counter()
    server = WatchedServer(database, log, conditions.transport, attack.settings)
    with _ended_unless_whole(server):
        server.wait_until_ready()
        if conditions.memory_megabytes is not None:
            most = _address_space(server.pid) + conditions.memory_megabytes * 1024 * 1024
            resource.prlimit(server.pid, resource.RLIMIT_AS, (most, most))
    return server, time.perf_counter() - begun


@contextmanager
def _ended_unless_whole(server: ServerProcess) -> Iterator[None]:
    try:
        yield
    except BaseException:
        server.kill()
        raise


async def _ask_for_an_instance(server: WatchedServer) -> None:
    async with line_to(server.address, server.authority) as channel:
        await gateway.GatewayStub(channel).CreateProcessInstance(
            gateway.CreateProcessInstanceRequest(bpmnProcessId=INNOCENT, version=-1),
            timeout=PATIENCE_SECONDS,
            wait_for_ready=True,
        )


async def _answers(server: WatchedServer) -> bool:
    try:
        await _ask_for_an_instance(server)
    except grpc.aio.AioRpcError:
        return False
    return True


def _forget_peak(process_id: int) -> None:
    """From now on `VmHWM` is the most since now (proc(5), `clear_refs`)."""
    Path("/proc", str(process_id), "clear_refs").write_text("5")


def _address_space(process_id: int) -> int:
    pages = int(Path("/proc", str(process_id), "statm").read_text().split()[0])
    return pages * resource.getpagesize()
