"""Servers and generators as processes of their own."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from counterflow.settings import TransportName
from tests.benchmarks.generators.shape import Shape
from tests.conformance.server_process import ServerProcess, free_port

GO_SOURCES = Path(__file__).parent / "load"
GO_PROGRAM = GO_SOURCES / "build" / "load"
GENERATORS = ("lean", "sdk", "stock_python")
TIMEOUT_SECONDS = 600


class Served(NamedTuple):
    """A server to measure: where it is and which process it is."""

    address: str
    pid: int


class GeneratorFailed(Exception):
    """A generator ended without a result; says what it said."""


@contextmanager
def counterflow(database: Path, **settings: str) -> Iterator[Served]:
    """A server on a file, from start to SIGTERM."""
    server = ServerProcess(database, free_port(), log_to=None, **settings)
    try:
        server.wait_until_ready()
        yield Served(server.address, server.pid)
    finally:
        server.stop(signal.SIGTERM)


@contextmanager
def bare_wire(transport: TransportName = TransportName.NATIVE) -> Iterator[Served]:
    """The server that keeps nothing."""
    address = f"127.0.0.1:{free_port()}"
    command = [sys.executable, "-m", "tests.benchmarks.bare_wire", address, transport]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            if process.stdout is None or not process.stdout.readline().startswith("ready"):
                raise GeneratorFailed("the bare server did not start")
            yield Served(address, process.pid)
        finally:
            process.terminate()


def generate(name: str, shape: Shape, *options: str) -> dict[str, Any]:
    """Run a generator, `go` or one of `GENERATORS`; answers what it measured.

    `options` are for Go's. Raises `GeneratorFailed`.
    """
    program = (
        [str(GO_PROGRAM)] if name == "go" else [sys.executable, "-m", f"tests.benchmarks.generators.{name}"]
    )
    ended = subprocess.run(
        [*program, *shape.arguments(), *options],
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )
    if ended.returncode:
        raise GeneratorFailed(f"{name}: {ended.stderr.strip() or ended.returncode}")
    measured: dict[str, Any] = json.loads(ended.stdout)
    return measured


@cache
def why_no_go() -> str:
    """Builds the generator in Go. Answers why there is none, or nothing."""
    go = shutil.which("go")
    if go is None:
        return "there is no Go on this machine"
    built = subprocess.run(
        [go, "build", "-o", str(GO_PROGRAM), "."], cwd=GO_SOURCES, capture_output=True, text=True, check=False
    )
    return f"it does not build: {built.stderr.strip().splitlines()[-1]}" if built.returncode else ""


def seconds_of(command: Sequence[str]) -> float:
    """How long a command runs from start to end. Raises `CalledProcessError`."""
    began = time.perf_counter()
    subprocess.run(command, capture_output=True, check=True)
    return time.perf_counter() - began
