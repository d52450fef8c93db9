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
from typing import IO

import pytest

from counterflow.cli.app import main
from tests.cli.commands import CommandLine

PATIENCE_S = 30


class Process:
    """A program that is running; its lines are read as they come, and waited for with patience that ends."""

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
        for stream in (self.process.stdout, self.process.stderr):
            if stream is not None:
                Thread(target=self._read, args=(stream,), daemon=True).start()

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
        """Ask it to end, and wait; the exit code."""
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(PATIENCE_S)
        for stream in (self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()
        return code

    def _read(self, stream: IO[str]) -> None:
        try:
            for line in stream:
                self._lines.put(line)
        except ValueError:
            return  # closed while it was being read: the program has ended
        self._lines.put(None)


def address_in(ready: str) -> str:
    """Where the server of a ready line listens."""
    return ready.partition("grpc=")[2].split(maxsplit=1)[0]


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """A server that runs for all tests here."""
    running = Process("serve", "--grpc-port", "0", directory=tmp_path_factory.mktemp("server"))
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
