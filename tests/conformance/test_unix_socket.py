"""A server on a socket in the file system, on either transport: the command line, the SDK and a stock client
reach it, and after a kill the next server takes its place.
"""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from counterflow.settings import TransportName
from counterflow_worker import Client
from tests.conformance.server_process import ServerProcess

CLIENT = Path(__file__).with_name("pyzeebe_client.py")


class Place:
    """A folder with a database and a socket, and the server that uses both."""

    def __init__(self, folder: Path, transport: TransportName) -> None:
        self.socket = folder / "counterflow.sock"
        self.address = f"unix:{self.socket}"
        self._database, self._transport = folder / "counterflow.db", transport
        self.server = self.another()

    def another(self) -> ServerProcess:
        """A server on the same database and the same socket."""
        return ServerProcess(
            self._database, 0, host=self.address, transport=self._transport, unix_socket_mode="0660"
        ).wait_until_ready()


@pytest.fixture(params=TransportName)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    found = Place(tmp_path, request.param)
    yield found
    assert found.server.stop(signal.SIGTERM) == 0
    assert not found.socket.exists()


def counterflow(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command line, in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "counterflow", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=os.environ | environment,
    )


async def test_whoever_may_use_the_socket_reaches_the_server(place: Place) -> None:
    assert stat.S_IMODE(place.socket.lstat().st_mode) == 0o660
    told = counterflow("topology", "--json", "--address", place.address)
    assert json.loads(told.stdout)["brokers"][0]["host"] == place.address
    assert place.address in counterflow("topology", ZEEBE_ADDRESS=place.address).stdout
    async with Client(place.address) as client:
        assert (await client.topology()).brokers[0].host == place.address


def test_a_stock_client_works_by_stream(place: Place) -> None:
    command = [sys.executable, str(CLIENT), place.address, "over-a-socket", "with_result", "stream"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=90, check=False)
    assert done.returncode == 0, done.stderr
    assert len(json.loads(done.stdout)["results"]) == 10


def test_a_server_that_was_killed_leaves_a_socket_that_the_next_one_replaces(place: Place) -> None:
    place.server.kill()
    assert place.socket.exists()
    place.server = place.another()
    assert counterflow("topology", "--address", place.address).returncode == 0


def test_a_second_server_is_told_and_the_first_goes_on(place: Place) -> None:
    second = counterflow("serve", "--database", "memory:", "--host", place.address)
    assert second.returncode == 1
    assert f"cannot listen on {place.address}: expected a path on which nobody listens" in second.stderr
    assert counterflow("topology", "--address", place.address).returncode == 0
