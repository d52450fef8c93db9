"""A real server in a process of its own, for tests that look at it from outside."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import IO

ENDS_WITHIN_S = 30


def free_port() -> int:
    """A port that nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class ServerProcess:
    """`counterflow serve` on a database file and a port, with settings such as `message_bytes="65536"`; its
    log goes to `log_to`, or to where ours does. `program`: the module that is run.

    Whoever starts one ends it, by whichever of `kill`, `stop` and `wait_until_ended`: they are right again and
    again, and where it has ended by itself, and let go of its pipe.
    """

    program = "counterflow"

    def __init__(
        self, database: Path, port: int, *options: str, log_to: IO[str] | None = None, **settings: str
    ) -> None:
        self.address = f"127.0.0.1:{port}"
        self.doors: Mapping[str, str] = {}
        """Once it is ready, the address of each door by its name: grpc, http, management."""
        command = [
            sys.executable,
            "-m",
            self.program,
            "serve",
            "--database",
            f"sqlite:///{database}",
            "--grpc-port",
            str(port),
            *options,
        ]
        ports = {"http_port": "0", "management_port": "0"}
        variables = {f"COUNTERFLOW_{name.upper()}": value for name, value in (ports | settings).items()}
        self._process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=log_to, text=True, env=os.environ | variables
        )

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def wait_until_ready(self) -> ServerProcess:
        """Wait for the line that says it accepts calls. Raises `AssertionError` if it ends instead."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith("ready "):
                self.doors = dict(pair.split("=", 1) for pair in line.split()[1:])
                return self
        code = self.wait_until_ended(ENDS_WITHIN_S)
        raise AssertionError(f"the server ended with exit code {code} before it was ready")

    @property
    def is_running(self) -> bool:
        """Whether it has not ended yet."""
        return self._process.poll() is None

    def ask(self, how: signal.Signals) -> None:
        """Send a signal, and do not wait for what comes of it."""
        self._process.send_signal(how)

    def kill(self) -> None:
        """SIGKILL, at once, if it runs still."""
        self.stop(signal.SIGKILL)

    def stop(self, how: signal.Signals) -> int:
        """Send a signal, if it runs still; answers the exit code."""
        self._process.send_signal(how)
        return self.wait_until_ended(ENDS_WITHIN_S)

    def wait_until_ended(self, within_s: float) -> int:
        """Wait until it has ended, by itself if nobody has asked it to; answers the exit code."""
        code = self._process.wait(timeout=within_s)
        assert self._process.stdout is not None
        self._process.stdout.close()
        return code
