"""The server is killed with SIGKILL under load, again and again, on one database file; afterwards nothing may
be missing.

It is killed at work, while it starts and while it drains. `COUNTERFLOW_KILLS=50` says how often,
`COUNTERFLOW_KILL_SEED` which moments are chosen; how far the load has come then is the machine's affair. On
the other transport it is killed a tenth as often: what is acknowledged, and when, is the same code.
"""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import IO

import grpc
import pytest

from counterflow.settings import TransportName
from counterflow_wire import gateway
from tests.conformance.kill_check import check_answers, check_file
from tests.conformance.kill_models import resources
from tests.conformance.server_process import ServerProcess, free_port

KILLS = int(os.environ.get("COUNTERFLOW_KILLS", "50"))
SEED = int(os.environ.get("COUNTERFLOW_KILL_SEED", "20261121"))
DRAINED_WITHIN_S = 120
REPEAT = f"repeat with COUNTERFLOW_KILL_SEED={SEED} COUNTERFLOW_KILLS={KILLS}"


def deploy(address: str) -> None:
    """Deploy what is run."""
    with grpc.insecure_channel(address) as channel:
        method = gateway.METHODS["DeployResource"]
        call = channel.unary_unary(method.path, method.request.SerializeToString, method.response.FromString)
        files = [gateway.Resource(name=name, content=content) for name, content in resources().items()]
        call(gateway.DeployResourceRequest(resources=files), timeout=10)


class Killer:
    """Kills one server after the other, each at a moment that chance chooses."""

    def __init__(self, database: Path, transport: TransportName) -> None:
        self._transport = transport
        self._chance = random.Random(SEED)
        self._database = database
        self._port = free_port()
        self.server = self._start().wait_until_ready()

    def __enter__(self) -> Killer:
        return self

    def __exit__(self, *failure: object) -> None:
        """Whatever has gone wrong, no server is left behind."""
        self.server.kill()

    def kill(self, acknowledged: IO[str]) -> str:
        """Kill at work, or while draining; then now and then while starting. Answers what was chosen."""
        for _ in range(self._chance.randint(1, 120)):
            assert acknowledged.readline(), f"the load has ended by itself: see its errors above; {REPEAT}"
        how = self._chance.choice(["at work", "at work", "at work", "draining", "drained a while"])
        if how != "at work":
            self.server.ask(signal.SIGTERM)
        if how == "drained a while":
            self._wait_until_closed()
        self.server.kill()
        for _ in range(self._chance.choice([0, 0, 0, 1, 2])):
            how += ", starting"
            starting = self._start()
            if self._chance.random() < 0.5:
                self._wait_until_open(starting)
            starting.kill()
        self.server = self._start().wait_until_ready()
        return how

    def _start(self) -> ServerProcess:
        return ServerProcess(self._database, self._port, transport=self._transport)

    def _wait_until_closed(self) -> None:
        """A server that drains takes no more connections."""
        while self._is_open():
            pass

    def _wait_until_open(self, server: ServerProcess) -> None:
        """The moment at which it takes connections, before it says so."""
        while not self._is_open():
            assert server.is_running, f"the server has ended by itself: see its errors above; {REPEAT}"

    def _is_open(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self._port)) == 0


@pytest.mark.parametrize(
    "transport, kills", [(TransportName.NATIVE, KILLS), (TransportName.GRPCIO, max(KILLS // 10, 1))]
)
def test_nothing_acknowledged_is_lost(tmp_path: Path, transport: TransportName, kills: int) -> None:
    """Kill, start again, kill; then let everything come to its end and compare."""
    database, journal = tmp_path / "kill.db", tmp_path / "journal.jsonl"
    with Killer(database, transport) as killer:
        deploy(killer.server.address)
        ways = _kill_under_load(killer, journal, kills)
        happened = check_answers(killer.server.address, journal)
        assert killer.server.stop(signal.SIGTERM) == 0
    check_file(database)
    assert min(happened[what] for what in ("create", "result", "throw", "publish")) > 0, (
        f"{happened}; {REPEAT}"
    )
    moments = {moment for way in ways for moment in way.split(", ")}
    assert moments == {"at work", "draining", "drained a while", "starting"} or kills < 50, (
        f"{ways}; {REPEAT}"
    )


def _kill_under_load(killer: Killer, journal: Path, kills: int) -> list[str]:
    """Kill again and again, and let the load come to its end; answers how it was killed each time."""
    command = [sys.executable, "-m", "tests.conformance.kill_load", killer.server.address, str(journal)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as load:
        try:
            ways = [killer.kill(_lines_of(load)) for _ in range(kills)]
            load.communicate("drain\n", timeout=DRAINED_WITHIN_S)
        finally:
            load.kill()
    assert load.returncode == 0, f"the load failed; {REPEAT}"
    return ways


def _lines_of(load: subprocess.Popen[str]) -> IO[str]:
    """What the load says: a line for each command that was acknowledged."""
    assert load.stdout is not None
    return load.stdout
