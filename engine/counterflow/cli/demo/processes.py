"""The processes of the demo: one server on a SQLite file, and a worker for each service.

All end with the demo.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

STOP_SECONDS = 5.0


class DemoServer:
    """`counterflow serve` on a file, which can be killed and started again on the same port."""

    def __init__(self, folder: Path) -> None:
        self.database = folder / "demo.db"
        self.port = _free_port()
        self.address = f"127.0.0.1:{self.port}"
        self._log = folder / "server.log"
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> float:
        """Start it; answers how many seconds passed until it accepted calls.

        Raises `RuntimeError` if it ends instead.
        """
        began = time.monotonic()
        command = [
            sys.executable,
            "-m",
            "counterflow",
            "serve",
            "--database",
            f"sqlite:///{self.database}",
            "--grpc-port",
            str(self.port),
            "--http-port",
            "0",
            "--management-port",
            "0",
        ]
        with self._log.open("a") as log:
            self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)  # noqa: S603 - our own command
        if self._process.stdout is None:
            raise RuntimeError("the server has no standard output")
        for line in self._process.stdout:
            if line.startswith("ready "):
                return time.monotonic() - began
        raise RuntimeError(
            f"The server ended with exit code {self._process.wait()} before it was ready; see {self._log}"
        )

    def kill(self) -> None:
        """End it by SIGKILL, which leaves it no chance to write anything down, and wait."""
        self._stop(signal.SIGKILL)

    def stop(self) -> None:
        """Ask it by SIGTERM to finish what is under way, and wait until it has ended."""
        self._stop(signal.SIGTERM)

    def _stop(self, how: signal.Signals) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(how)
            self._process.wait(timeout=STOP_SECONDS)
        if self._process is not None and self._process.stdout is not None:
            self._process.stdout.close()


@contextmanager
def workers(files: list[Path], address: str, folder: Path, pace_seconds: float) -> Iterator[list[int]]:
    """A worker process for each file; gives their process ids, and ends them all."""
    environment = os.environ | {"TRIP_PACE_SECONDS": str(pace_seconds)}
    processes = []
    with (folder / "workers.log").open("a") as log:
        for file in files:
            command = [sys.executable, "-m", "counterflow_worker", str(file), "--address", address]
            processes.append(subprocess.Popen(command, stdout=log, stderr=log, env=environment))  # noqa: S603 - our own command
        try:
            yield [process.pid for process in processes]
        finally:
            for process in processes:
                process.terminate()
            for process in processes:
                process.wait(timeout=STOP_SECONDS)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
