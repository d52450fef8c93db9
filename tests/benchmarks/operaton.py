"""Operaton (Apache License 2.0) as the peer to measure beside: embedded in a Java program that is its own
caller and worker.

The program is the oracle's, built by Maven on first use. Its database is H2 in a file, written at each commit
but, unlike ours, not flushed to the disk; no network lies between the engine and its callers. Both are in its
favour, and are said where its figures stand.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.benchmarks.generators.shape import Shape
from tests.conformance.oracle.operaton import BUILD, SOURCE, VERSION, why_not
from tests.conformance.toolchains import built

__all__ = ["VERSION", "Embedded", "build", "operaton", "why_not"]

HEAP = "2g"
COMMAND = ("java", f"-Xmx{HEAP}", "-cp", "target/classes:target/libraries/*", "counterflow.oracle.Load")


class OperatonFailed(Exception):
    """It ended without an answer; what it said is on standard error."""


class Embedded:
    """The program while it runs."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.pid = process.pid
        self._read()

    def generate(self, shape: Shape) -> dict[str, Any]:
        """What the Go client measures for a server, measured inside. Raises `OperatonFailed`."""
        names = ("tasks", "creators", "inflight", "completers", "seconds", "warm", "serial")
        asked = {name: getattr(shape, name) for name in names} | {"variables": json.loads(shape.variables)}
        if self._process.stdin is None:
            raise OperatonFailed("it has no standard input")
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        return self._read()

    def _read(self) -> dict[str, Any]:
        line = self._process.stdout.readline() if self._process.stdout is not None else ""
        if not line:
            raise OperatonFailed(f"Operaton {VERSION} ended without an answer")
        answer: dict[str, Any] = json.loads(line)
        return answer


def build() -> None:
    """Have it on disk, so that building is not measured."""
    built(SOURCE, BUILD)


@contextmanager
def operaton(folder: Path) -> Iterator[Embedded]:
    """An engine with a new database in `folder`, ready."""
    command = (*COMMAND, str(folder / "operaton"))
    with subprocess.Popen(
        command, cwd=built(SOURCE, BUILD), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield Embedded(process)
        finally:
            process.kill()
