"""The two transports side by side: the same load on the same machine, one server at a time, in turn; the whole
server, and the wire alone.
"""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path

from counterflow.settings import TransportName
from tests.benchmarks.figures import Figure, Result
from tests.benchmarks.generators.shape import Shape
from tests.benchmarks.machine import processor_seconds
from tests.benchmarks.options import Options
from tests.benchmarks.processes import Served, bare_wire, counterflow, generate, why_no_go

SERIAL = 100
WHOLE, ALONE = "", ", the wire alone"
UNITS = {
    "instances/s": "a second",
    "server's processor time per instance": "ms",
    "p50 loaded": "ms",
    "p99 loaded": "ms",
    "p50 idle": "ms",
}

Samples = dict[str, list[float]]


def transports(options: Options) -> Iterator[Result]:
    """What grpcio's server costs beside our own, by the Go client where there is Go, else by grpc.aio's."""
    generator = "lean" if why_no_go() else "go"
    samples: Samples = defaultdict(list)
    for run in range(options.runs):
        for part in (WHOLE, ALONE):
            for transport in TransportName:
                options.say(f"{transport}{part}, run {run + 1} of {options.runs}")
                with _serving(transport, part) as server:
                    _take(samples, f"{transport}{part}", server, Shape(seconds=options.seconds), generator)
    for part in (WHOLE, ALONE):
        for what, unit in UNITS.items():
            ours, theirs = (f"{what}, {transport}{part}" for transport in TransportName)
            yield Figure(ours, samples[ours], unit)
            yield Figure(theirs, samples[theirs], unit, ours)


@contextmanager
def _serving(transport: TransportName, part: str) -> Iterator[Served]:
    with tempfile.TemporaryDirectory() as folder:
        chosen: AbstractContextManager[Served] = (
            bare_wire(transport)
            if part == ALONE
            else counterflow(Path(folder, "load.db"), transport=transport)
        )
        with chosen as server:
            yield server


def _take(samples: Samples, name: str, server: Served, shape: Shape, generator: str) -> None:
    before = processor_seconds(server.pid)
    loaded = generate(generator, replace(shape, address=server.address))
    taken_ms = (processor_seconds(server.pid) - before) * 1e3
    alone = generate(generator, replace(shape, address=server.address, serial=SERIAL))
    found = {
        "instances/s": loaded["instances_per_s"],
        "server's processor time per instance": taken_ms / max(loaded["created"], 1),
        "p50 loaded": loaded["p50_ms"],
        "p99 loaded": loaded["p99_ms"],
        "p50 idle": alone["p50_ms"],
    }
    for what, value in found.items():
        samples[f"{what}, {name}"].append(value)
