"""A real Zeebe as one of the two sides. Its clock is pinned and moved by hand; its own records tell when it has come to rest.

It has come to rest when nothing but our marks was recorded between one mark and the next: a mark is a message that nobody wants,
and Zeebe takes every command in turn, those included that it gives itself. No duration is guessed.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import time
import urllib.request
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import grpc
import grpc.aio

from counterflow_wire import gateway
from tests.conformance.server_process import free_port
from tests.conformance.zeebe_oracle.records import MARK, Records
from tests.conformance.zeebe_oracle.side import NEVER_MS, Refused, Side
from tests.conformance.zeebe_oracle.views import View

PATIENCE_SECONDS = 60
LONGEST_LINE = 64 * 1024 * 1024
NUDGE_SECONDS = 0.1
"""How long a thing may be due without coming before the clock is moved on a little, then twice as much: Zeebe looks for some things every
100 ms, for others once a second."""
NUDGE_MS = 100
BEHIND_MS = 1
"""How far behind a due moment the clock is put: at the very moment Zeebe wakes for a back-off, finds it not over, and forgets it."""
SWEEP_MS = 60_000
"""How often Zeebe looks for messages that have expired."""
EXPORTER = {
    "ZEEBE_CLOCK_CONTROLLED": "true",
    "ZEEBE_BROKER_EXPORTERS_RECORDS_CLASSNAME": "io.camunda.zeebe.broker.exporter.debug.DebugLogExporter",
    "ZEEBE_BROKER_EXPORTERS_RECORDS_ARGS_LOGLEVEL": "info",
}
"""What a Zeebe must be started with to be asked: a clock that can be moved, and records in its log."""


@dataclass(frozen=True)
class Running:
    """A Zeebe that runs: where its gateway listens, where its actuator does, and the file that it logs to."""

    address: str
    management: str
    log: Path


class ZeebeSide(Side):
    """One Zeebe for all scripts, one after another; `finish` takes away what a script has left."""

    name = "Zeebe"
    reads_backwards = True

    def __init__(self, running: Running, channel: grpc.aio.Channel) -> None:
        super().__init__()
        self.stub = gateway.GatewayStub(channel)
        self._management = running.management
        self._records = Records()
        self._recorded = asyncio.Event()
        self._definitions: list[int] = []
        self._now_ms = 0

    async def follow(self, log: asyncio.StreamReader) -> None:
        """Take in what Zeebe writes into its log, for as long as it does."""
        async for line in log:
            self._records.take(line)
            self._recorded.set()

    async def begin(self) -> None:
        """A script begins: the clock stands still until it says otherwise."""
        if not self._now_ms:
            self._pin(max(time.time_ns() // 1_000_000, self._clock_ms()))
        await self.settle()
        self._records.forget()
        self.script_began_ms = self._now_ms

    async def finish(self) -> None:
        """Nothing of the script is left: instances, definitions with what they wait for, buffered messages."""
        await self.settle()
        for instance in (await self.view()).instances:
            if instance.state == "active" and not instance.parent_key:
                with suppress(Refused):
                    await self.cancel(instance.key)
        for key in self._definitions:
            with suppress(grpc.aio.AioRpcError):
                await self.stub.DeleteResource(gateway.DeleteResourceRequest(resourceKey=key))
        self._definitions.clear()
        await self.settle()
        if self._records.messages:
            self._pin(max(*self._records.messages.values(), self._now_ms) + SWEEP_MS)
            await self._until(lambda: not self._records.messages)

    def deployed(self, answer: gateway.DeployResourceResponse) -> None:
        """Remembered, to be taken away."""
        for deployment in answer.deployments:
            self._definitions += {deployment.process.processDefinitionKey, deployment.decisionRequirements.decisionRequirementsKey} - {0}

    async def settle(self) -> None:
        """Come to rest, and let what has been due already come."""
        await self._rest()
        while self._next_due() <= self._now_ms:
            await self._come_due(self._now_ms + BEHIND_MS)

    async def _rest(self) -> None:
        """Between two marks nothing was recorded."""
        before = -1
        while before != self._records.seen:
            before = self._records.seen
            key = await self.publish(MARK, "", "")
            await self._until(lambda key=key: key in self._records.marks)  # type: ignore[misc]  # bound for the linter's sake

    async def view(self) -> View:
        """From the records."""
        return self._records.view()

    async def advance(self, duration_ms: int) -> None:
        """From moment to moment, as far as Zeebe's own look-outs allow."""
        until_ms = self._now_ms + duration_ms
        await self.settle()
        while (due_ms := self._next_due()) <= until_ms:
            await self._come_due(max(due_ms + BEHIND_MS, self._now_ms))
        self._pin(max(until_ms, self._now_ms))
        await self.settle()

    async def jump(self, duration_ms: int) -> None:
        """All at once."""
        self._pin(self._now_ms + duration_ms)
        await self.settle()

    def _next_due(self) -> int:
        """The next moment at which something is due; jobs that are only looked at never are."""
        return min(self._records.due.values(), default=self._now_ms + NEVER_MS)

    async def _come_due(self, moment_ms: int) -> None:
        """Move to a moment, and a little on if what is due then does not come."""
        due = {key for key, due_ms in self._records.due.items() if due_ms <= moment_ms}
        self._pin(moment_ms)
        nudge_ms = NUDGE_MS
        while not await self._has_come(due, moment_ms):
            if nudge_ms > PATIENCE_SECONDS * 1_000:
                raise TimeoutError(f"Zeebe does not trigger what is due: {due}")
            self._pin(self._now_ms + nudge_ms)
            nudge_ms *= 2
        await self._rest()

    async def _has_come(self, due: set[int], moment_ms: int) -> bool:
        """Whether everything of these comes within a short while."""
        try:
            async with asyncio.timeout(NUDGE_SECONDS):
                await self._recorded_until(lambda: all(self._records.due.get(key, moment_ms + 1) > moment_ms for key in due))
        except TimeoutError:
            return False
        return True

    async def _until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await self._recorded_until(condition)

    async def _recorded_until(self, condition: Callable[[], bool]) -> None:
        while not condition():
            self._recorded.clear()
            await self._recorded.wait()

    def _clock_ms(self) -> int:
        """Where Zeebe's clock stands. It must never go back: what Zeebe has planned by it would come late."""
        address = f"http://{self._management}/actuator/clock"
        with urllib.request.urlopen(address, timeout=PATIENCE_SECONDS) as answer:
            now_ms: int = json.load(answer)["epochMilli"]
        return now_ms

    def _pin(self, moment_ms: int) -> None:
        request = urllib.request.Request(
            f"http://{self._management}/actuator/clock/pin",
            data=json.dumps({"epochMilli": moment_ms}).encode(),
            headers={"content-type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS):  # noqa: S310 - the address is that of an actuator, over http
            self._now_ms = moment_ms


@asynccontextmanager
async def zeebe_side(running: Running) -> AsyncIterator[ZeebeSide]:
    """Calls to a Zeebe that runs, and an eye on its log."""
    size = (await asyncio.to_thread(running.log.stat)).st_size
    tail = await asyncio.create_subprocess_exec(
        "tail", "-F", "-c", f"+{size + 1}", str(running.log), stdout=subprocess.PIPE, limit=LONGEST_LINE
    )
    assert tail.stdout is not None
    async with grpc.aio.insecure_channel(running.address) as channel:
        side = ZeebeSide(running, channel)
        following = asyncio.create_task(side.follow(tail.stdout))
        try:
            yield side
        finally:
            following.cancel()
            tail.kill()
            await tail.wait()


@contextmanager
def started(script: Path) -> Iterator[Running]:
    """Start a Zeebe of our own with `script WORKDIR` (it takes PORT and HEAP), and end it again. Raises `ChildProcessError`."""
    port = free_port()
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        log = Path(folder) / "zeebe.log"
        environment = os.environ | EXPORTER | {"PORT": str(port), "HEAP": os.environ.get("HEAP", "1g")}
        with log.open("wb") as output:
            command = ["/usr/bin/env", "bash", str(script), folder]
            process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, env=environment, start_new_session=True)
        try:
            _wait_until_ready(log, process)
            yield Running(f"127.0.0.1:{port}", f"127.0.0.1:{port + 100}", log)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _wait_until_ready(log: Path, process: subprocess.Popen[bytes]) -> None:
    """Read on in the log until it says so, or until the process is gone, with which `tail` ends too."""
    follow = ["/usr/bin/env", "tail", "-F", "-c", "+1", f"--pid={process.pid}", str(log)]
    with subprocess.Popen(follow, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as tail:
        assert tail.stdout is not None
        is_ready = any(b"Started StandaloneBroker" in line for line in tail.stdout)
        tail.kill()
    if not is_ready:
        raise ChildProcessError(f"Zeebe did not start; its log ends with\n{log.read_text(errors='replace')[-2000:]}")
