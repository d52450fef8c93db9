"""Where the server's time goes: a server under cProfile, and a generator at work.

`python -m tests.benchmarks.profile [GENERATOR]`.

What uvloop and protobuf do in C has no functions of Python's and counts for `run_until_complete`; the
writer's thread is not looked at. The profiler itself makes every function of Python dearer, so compare the
lines, not the seconds.
"""

from __future__ import annotations

import cProfile
import pstats
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from counterflow.server import run
from counterflow.settings import Settings
from tests.benchmarks.generators.shape import Shape
from tests.benchmarks.processes import generate, why_no_go
from tests.conformance.server_process import free_port

SECONDS = 5.0
TOP = 20

Line = tuple[float, float, int, str]


def serve_profiled(database: str, port: str, statistics: str) -> None:
    """Serve until SIGTERM, then leave the statistics in a file."""
    profiler = cProfile.Profile()
    settings = Settings(database=f"sqlite:///{database}", grpc_port=int(port))
    profiler.runcall(run, settings, lambda server: print(server.ready_line(), flush=True))
    profiler.dump_stats(statistics)


def measure(generator: str, folder: Path) -> tuple[float, Path]:
    """Instances completed a second, and the file with the statistics."""
    port, statistics = free_port(), folder / "statistics"
    command = [
        sys.executable,
        "-m",
        "tests.benchmarks.profile",
        "--serve",
        str(folder / "profile.db"),
        str(port),
        str(statistics),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            if server.stdout is None or not server.stdout.readline().startswith("ready"):
                raise RuntimeError("the server did not start")
            measured = generate(generator, Shape(address=f"127.0.0.1:{port}", seconds=SECONDS))
        finally:
            server.send_signal(signal.SIGTERM)
    return measured["instances_per_s"], statistics


def read_lines(statistics: Path) -> list[Line]:
    """Own seconds, all seconds, calls and name of every function, those that take the most first."""
    found: dict[tuple[str, int, str], tuple[int, int, float, float, object]] = vars(
        pstats.Stats(str(statistics))
    )["stats"]
    lines = [
        (own, cumulative, calls, _place(*function))
        for function, (_, calls, own, cumulative, _) in found.items()
    ]
    return sorted(lines, reverse=True)


def _place(file_name: str, line: int, name: str) -> str:
    path = Path(file_name)
    return name if file_name == "~" else f"{path.parent.name}/{path.name}:{line} {name}"


def main(generator: str) -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        rate, statistics = measure(generator, Path(folder))
        lines = read_lines(statistics)
    total = sum(own for own, *_ in lines)
    print(f"{rate:.0f} instances/s by {generator}, under cProfile\n")
    print("| own | with callees | calls | function |", "| ---: | ---: | ---: | --- |", sep="\n")
    for own, cumulative, calls, name in lines[:TOP]:
        print(f"| {own / total:.1%} | {cumulative / total:.1%} | {calls:,} | `{name}` |")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--serve"]:
        serve_profiled(*sys.argv[2:5])
    else:
        main(sys.argv[1] if len(sys.argv) > 1 else "lean" if why_no_go() else "go")
