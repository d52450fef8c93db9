"""What a server takes: time to start, memory, and the same with many instances that wait."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.figures import Figure, Result
from tests.benchmarks.generators.shape import Shape
from tests.benchmarks.machine import resident_megabytes
from tests.benchmarks.options import Options
from tests.benchmarks.processes import counterflow, generate, seconds_of

BARE_PYTHON = "starting Python"


def starting(options: Options) -> Iterator[Result]:
    """Start to ready on a fresh file and on one that is there; the command line's help."""
    fresh, existing, memory, help_seconds, bare = [], [], [], [], []
    for run in range(options.runs + 2):
        options.say(f"starting, run {run + 1} of {options.runs + 2}")
        with tempfile.TemporaryDirectory() as folder:
            database = Path(folder, "start.db")
            fresh.append(start_and_look(database)[0])
            seconds, megabytes = start_and_look(database)
        existing.append(seconds)
        memory.append(megabytes)
        help_seconds.append(seconds_of([sys.executable, "-m", "counterflow", "--help"]))
        bare.append(seconds_of([sys.executable, "-c", "pass"]))
    yield Figure("start to ready, fresh file", fresh, "s", BARE_PYTHON)
    yield Figure("start to ready, existing file", existing, "s", BARE_PYTHON)
    yield Figure("counterflow --help", help_seconds, "s", BARE_PYTHON)
    yield Figure(BARE_PYTHON, bare, "s")
    yield Figure("memory, idle", memory, "MB")


def waiting(options: Options) -> Iterator[Result]:
    """Memory and restart with many instances that wait for a worker."""
    count = options.parked
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder, "waiting.db")
        options.say(f"{count:,} instances that wait")
        with counterflow(database) as server:
            empty = resident_megabytes(server.pid)
            measured = generate("lean", Shape(address=server.address, park=count))
            after = resident_megabytes(server.pid)
        restarts = []
        for run in range(options.runs):
            options.say(f"restart with {count:,} waiting instances, run {run + 1} of {options.runs}")
            restarts.append(start_and_look(database))
        size = database.stat().st_size
    yield Figure("memory, no instance", [empty], "MB")
    yield Figure(f"memory, {count:,} waiting, having created them", [after], "MB", "memory, no instance")
    yield Figure(
        f"memory, {count:,} waiting, restarted",
        [memory for _, memory in restarts],
        "MB",
        "memory, no instance",
    )
    yield Figure(
        f"start to ready, {count:,} waiting",
        [seconds for seconds, _ in restarts],
        "s",
        "start to ready, existing file",
    )
    yield Figure("instances created a second, nobody works on them", [measured["created_per_s"]], "a second")
    yield Figure("bytes on disk per waiting instance", [size / count], "bytes")


def start_and_look(database: Path) -> tuple[float, float]:
    """Seconds from start to ready, and the memory then."""
    began = time.perf_counter()
    with counterflow(database) as server:
        return time.perf_counter() - began, resident_megabytes(server.pid)
