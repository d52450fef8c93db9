"""Counterflow and Zeebe side by side: the same load by the same stubs on the same machine, one server at a time, in turn."""

from __future__ import annotations

import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

from tests.benchmarks.figures import Figure, Result, Skipped
from tests.benchmarks.generators.shape import Shape
from tests.benchmarks.machine import processor_seconds, resident_megabytes
from tests.benchmarks.options import Options
from tests.benchmarks.processes import Served, counterflow, generate, why_no_go
from tests.benchmarks.zeebe import VERSION, fetch, why_no_zeebe, zeebe

OURS, THEIRS = "Counterflow", f"Zeebe {VERSION}"
WARM_SECONDS = 40.0
"""For both, before their first figure: a JVM needs as long to compile what is hot."""
SERIAL = 200
LEAST_SECONDS = 10.0
"""Of load: in less, a cold or busy machine may not end an instance."""

UNITS = {
    "instances/s": "a second",
    "jobs/s": "a second",
    "server's processor time per instance": "ms",
    "p50 loaded": "ms",
    "p99 loaded": "ms",
    "p50 idle": "ms",
    "p99 idle": "ms",
    "start to ready": "s",
    "memory, idle": "MB",
    "memory, after the load": "MB",
}

Samples = dict[str, list[float]]
Start = Callable[[Path], AbstractContextManager[Served]]


def peers(options: Options) -> Iterator[Result]:
    """What a person would compare: rates, waits, the start, memory."""
    if why_no_go() or why_no_zeebe():
        yield Skipped(f"{OURS} beside {THEIRS}", why_no_go() or why_no_zeebe())
        return
    options.say(f"fetching {THEIRS}, if it is not there yet")
    fetch()
    samples: Samples = defaultdict(list)
    pair: dict[str, Start] = {OURS: lambda folder: counterflow(folder / "counterflow.db"), THEIRS: zeebe}
    for run in range(options.runs):
        for name, start in pair.items():
            options.say(f"{name}, run {run + 1} of {options.runs}: start, {WARM_SECONDS:g} s of warm-up, load, idle")
            with tempfile.TemporaryDirectory() as folder:
                _take(samples, name, start, Path(folder), options)
    for what, unit in UNITS.items():
        yield Figure(f"{what}, {OURS} of the pair", samples[f"{what} {OURS}"], unit, f"{what}, {THEIRS}")
        yield Figure(f"{what}, {THEIRS}", samples[f"{what} {THEIRS}"], unit)


def _take(samples: Samples, name: str, start: Start, folder: Path, options: Options) -> None:
    began = time.perf_counter()
    with start(folder) as server:
        found = {"start to ready": time.perf_counter() - began, "memory, idle": resident_megabytes(server.pid)}
        shape = Shape(address=server.address, seconds=max(options.seconds, LEAST_SECONDS))
        generate("go", replace(shape, seconds=WARM_SECONDS))
        before = processor_seconds(server.pid)
        loaded = generate("go", shape)
        taken_ms = (processor_seconds(server.pid) - before) * 1e3
        found |= {"instances/s": loaded["instances_per_s"], "jobs/s": loaded["jobs_per_s"]}
        found |= {"p50 loaded": loaded["p50_ms"], "p99 loaded": loaded["p99_ms"]}
        found |= {"server's processor time per instance": taken_ms / max(loaded["created"], 1)}
        alone = generate("go", replace(shape, serial=SERIAL))
        found |= {"p50 idle": alone["p50_ms"], "p99 idle": alone["p99_ms"], "memory, after the load": resident_megabytes(server.pid)}
    for what, value in found.items():
        samples[f"{what} {name}"].append(value)
    options.say(f"{name}: {loaded['instances_per_s']:,.0f} instances/s, p50 idle {alone['p50_ms']:.1f} ms")
