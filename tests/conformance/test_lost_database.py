"""A real server whose database is taken from it: nothing is acknowledged into nothing, and the server ends."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest

from counterflow.store.open import open_store
from counterflow_wire import gateway
from tests.bpmn.diagram import end, model, path, service, start
from tests.conformance.server_process import ServerProcess, free_port

ORDER = model(start(), service("pack", job="pack"), end(), path("start", "pack", "end"), process_id="order")
ENDS_WITHIN_S = 20


def call(address: str, rpc: str, request: Any) -> Any:
    """What the gateway answers. Raises `grpc.RpcError`."""
    with grpc.insecure_channel(address) as channel:
        method = gateway.METHODS[rpc]
        stub: Any = channel.unary_unary(
            method.path, method.request.SerializeToString, method.response.FromString
        )
        return stub(request, timeout=10)


def begin(address: str) -> int:
    """The key of a new instance."""
    key: int = call(
        address,
        "CreateProcessInstance",
        gateway.CreateProcessInstanceRequest(
            bpmnProcessId="order", version=-1, variables=json.dumps({"a": 1})
        ),
    ).processInstanceKey
    return key


class Served:
    """A server with a process deployed, and what it has logged."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.database, self._log = folder / "a.db", folder / "server.log"
        with self._log.open("w") as log:
            self.process = ServerProcess(self.database, free_port(), *options, log_to=log)
        self.process.wait_until_ready()
        files = [gateway.Resource(name="order.bpmn", content=ORDER)]
        try:
            call(self.process.address, "DeployResource", gateway.DeployResourceRequest(resources=files))
        except grpc.RpcError:
            self.process.kill()
            raise

    @property
    def log(self) -> str:
        """Its log so far."""
        return self._log.read_text()

    def exit_code(self) -> int:
        """Wait until it has ended by itself."""
        return self.process.wait_until_ended(ENDS_WITHIN_S)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """A server at work."""
    started = Served(tmp_path)
    yield started
    started.process.kill()


def unlinked(path: Path) -> None:
    """Gone."""
    path.unlink()


def moved(path: Path) -> None:
    """Under another name."""
    path.rename(path.with_name("elsewhere"))


@pytest.mark.parametrize("ending", ["", "-wal"])
@pytest.mark.parametrize("attack", [unlinked, moved])
def test_nothing_is_acknowledged_into_nothing(
    served: Served, attack: Callable[[Path], None], ending: str
) -> None:
    begin(served.process.address)
    attack(served.database.with_name(served.database.name + ending))
    with pytest.raises(grpc.RpcError) as refused:
        begin(served.process.address)
    assert refused.value.code() is grpc.StatusCode.UNAVAILABLE
    assert served.exit_code() == 1
    assert "was deleted or moved while this server ran" in served.log


def test_another_database_copied_over_it_is_noticed(served: Served, tmp_path: Path) -> None:
    begin(served.process.address)
    other = tmp_path / "other.db"
    open_store(f"sqlite:///{other}").close()
    with served.database.open("r+b") as file:  # as `cp` does it
        file.truncate(0)
        file.write(other.read_bytes())
    with pytest.raises(grpc.RpcError) as refused:
        begin(served.process.address)
    assert refused.value.code() is grpc.StatusCode.UNAVAILABLE
    assert served.exit_code() == 1
    assert "was written over while this server ran: it is another database" in served.log


def test_an_idle_server_notices_too(served: Served) -> None:
    served.database.unlink()
    assert served.exit_code() == 1
    assert "The database is lost" in served.log


def test_a_second_server_is_refused_and_one_that_takes_over_ends_the_first(served: Served) -> None:
    first = begin(served.process.address)
    served.database.with_name("a.db.lock").unlink()
    with served.database.with_name("second.log").open("w+") as log:
        second = ServerProcess(served.database, free_port(), log_to=log)
        assert second.wait_until_ended(ENDS_WITHIN_S) == 1
        log.seek(0)
        assert "a.db is in use by a process that has it by another name" in log.read()
    second = ServerProcess(served.database, free_port(), "--take-over").wait_until_ready()
    try:
        assert served.exit_code() == 1
        assert "another server has taken it over" in served.log
        assert begin(second.address) > first
    finally:
        assert second.stop(signal.SIGTERM) == 0
