"""A real server process on SQLite, and the command line run against it."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from threading import Thread
from typing import IO, ClassVar

import pytest

from counterflow.cli.app import main
from tests.cli.commands import CommandLine

PATIENCE_S = 30


class Process:
    """A program that is running; its lines are read as they come, and waited for with patience that ends."""

    running: ClassVar[list[Process]] = []
    """Those that nobody has stopped yet, whether they have ended by themselves or not."""

    def __init__(self, *arguments: str, directory: Path, variables: Mapping[str, str] | None = None) -> None:
        environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("COUNTERFLOW_", "ZEEBE_"))
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "counterflow", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=directory,
            env={**environment, **(variables or {})},
        )
        self.address = ""
        self.seen: list[str] = []
        self._passed_over: list[str] = []
        self._lines: queue.Queue[str | None] = queue.Queue()
        self.running.append(self)
        streams = (stream for stream in (self.process.stdout, self.process.stderr) if stream is not None)
        self._readers = [Thread(target=self._read, args=(stream,), daemon=True) for stream in streams]
        for reader in self._readers:
            reader.start()

    def line_with(self, words: str) -> str:
        """The first line that holds these words and was not answered before.

        Two streams have no common order, so a line that was passed over is still there for a later look.
        """
        for line in self._passed_over:
            if words in line:
                self._passed_over.remove(line)
                return line
        while True:
            line = self._next_line(words)
            if words in line:
                return line
            self._passed_over.append(line)

    def _next_line(self, words: str) -> str:
        try:
            line = self._lines.get(timeout=PATIENCE_S)
        except queue.Empty:
            line = None
        if line is None:
            raise AssertionError(
                f"expected a line with {words!r}, but the program has said only:\n{''.join(self.seen)}"
            )
        self.seen.append(line)
        return line

    def check(self) -> None:
        """Fail with what it has said if it has ended."""
        code = self.process.poll()
        if code is not None:
            while not self._lines.empty():
                self.seen.append(self._lines.get() or "")
            raise AssertionError(
                f"expected the program to run, but it has ended with {code} after:\n{''.join(self.seen)}"
            )

    def stop(self) -> int:
        """Ask it to end, and wait until all that it has said is read; the exit code."""
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(PATIENCE_S)
        self._let_go()
        return code

    def kill(self) -> None:
        """End it at once."""
        self.process.kill()
        self.process.wait()
        self._let_go()

    def _let_go(self) -> None:
        for reader in self._readers:
            reader.join(PATIENCE_S)
        self.running.remove(self)

    def _read(self, stream: IO[str]) -> None:
        with stream:
            for line in stream:
                self._lines.put(line)
        self._lines.put(None)


def address_in(ready: str) -> str:
    """Where the server of a ready line listens."""
    return ready.partition("grpc=")[2].split(maxsplit=1)[0]


@pytest.fixture(autouse=True)
def none_left_behind() -> Iterator[None]:
    """What a test that has failed did not stop would hold its pipes, and be told of in some later test."""
    before = list(Process.running)
    yield
    for process in [process for process in Process.running if process not in before]:
        process.kill()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """A server that runs for all tests here."""
    running = Process(
        "serve",
        "--grpc-port",
        "0",
        "--http-port",
        "0",
        "--management-port",
        "0",
        directory=tmp_path_factory.mktemp("server"),
    )
    running.address = address_in(running.line_with("ready "))
    yield running
    running.check()
    assert running.stop() == 0


@pytest.fixture
def counterflow(
    server: Process, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> CommandLine:
    """The command line in this process, told by the environment which server to call."""
    server.check()
    monkeypatch.setenv("ZEEBE_ADDRESS", server.address)
    monkeypatch.delenv("COUNTERFLOW_TOKEN", raising=False)
    return CommandLine(main, capsys, server.address)
