"""Counterflow and Operaton side by side: the same three external tasks on the same machine, one engine at a
time, in turn.

Ours is a server whose callers and workers are another process; Operaton is embedded in its caller.
"""

from __future__ import annotations

import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from tests.benchmarks.figures import Figure, Result, Skipped
from tests.benchmarks.generators.shape import Shape
from tests.benchmarks.machine import processor_seconds, resident_megabytes
from tests.benchmarks.operaton import VERSION, build, operaton, why_not
from tests.benchmarks.options import Options
from tests.benchmarks.processes import counterflow, generate, why_no_go

OURS, THEIRS = "Counterflow", f"Operaton {VERSION}, embedded"
WARM_PROCESSOR_SECONDS = 40.0
"""What either has taken before its first figure: a JVM needs as much to compile what is hot, however long it
takes to get it.
"""
WARM_STEP_SECONDS = 20.0
MOST_WARM_STEPS = 12
SERIAL = 200
LEAST_SECONDS = 20.0
"""Of load: in less, a cold or busy machine ends too few instances for a rate."""

UNITS = {
    "instances/s": "a second",
    "jobs/s": "a second",
    "processor time per instance": "ms",
    "p50 loaded": "ms",
    "p99 loaded": "ms",
    "p50 idle": "ms",
    "p99 idle": "ms",
    "start to ready": "s",
    "memory, idle": "MB",
    "memory, after the load": "MB",
}

Samples = dict[str, list[float]]


class Peer(NamedTuple):
    """An engine that runs: its process, and what puts it under a load of some shape."""

    pid: int
    generate: Callable[[Shape], dict[str, Any]]


Start = Callable[[Path], AbstractContextManager[Peer]]


@contextmanager
def _ours(folder: Path) -> Iterator[Peer]:
    with counterflow(folder / "counterflow.db") as server:
        yield Peer(server.pid, lambda shape: generate("go", replace(shape, address=server.address)))


@contextmanager
def _theirs(folder: Path) -> Iterator[Peer]:
    with operaton(folder) as engine:
        yield Peer(engine.pid, engine.generate)


def peers(options: Options) -> Iterator[Result]:
    """What a person would compare: rates, waits, the start, memory."""
    if why_no_go() or why_not():
        yield Skipped(f"{OURS} beside {THEIRS}", why_no_go() or why_not())
        return
    options.say(f"building {THEIRS}, if it is not there yet")
    build()
    samples: Samples = defaultdict(list)
    pair: dict[str, Start] = {OURS: _ours, THEIRS: _theirs}
    for run in range(options.runs):
        for name, start in pair.items():
            options.say(f"{name}, run {run + 1} of {options.runs}: start, warm-up, load, idle")
            with tempfile.TemporaryDirectory() as folder:
                _take(samples, name, start, Path(folder), options)
    for what, unit in UNITS.items():
        yield Figure(f"{what}, {OURS} of the pair", samples[f"{what} {OURS}"], unit, f"{what}, {THEIRS}")
        yield Figure(f"{what}, {THEIRS}", samples[f"{what} {THEIRS}"], unit)


def _take(samples: Samples, name: str, start: Start, folder: Path, options: Options) -> None:
    began = time.perf_counter()
    with start(folder) as peer:
        found = {"start to ready": time.perf_counter() - began, "memory, idle": resident_megabytes(peer.pid)}
        shape = Shape(seconds=max(options.seconds, LEAST_SECONDS))
        _warm(peer, shape)
        before = processor_seconds(peer.pid)
        loaded = peer.generate(shape)
        taken_ms = (processor_seconds(peer.pid) - before) * 1e3
        found |= {"instances/s": loaded["instances_per_s"], "jobs/s": loaded["jobs_per_s"]}
        found |= {"p50 loaded": loaded["p50_ms"], "p99 loaded": loaded["p99_ms"]}
        found |= {"processor time per instance": taken_ms / max(loaded["created"], 1)}
        alone = peer.generate(replace(shape, serial=SERIAL))
        found |= {
            "p50 idle": alone["p50_ms"],
            "p99 idle": alone["p99_ms"],
            "memory, after the load": resident_megabytes(peer.pid),
        }
    for what, value in found.items():
        samples[f"{what} {name}"].append(value)
    options.say(f"{name}: {loaded['instances_per_s']:,.0f} instances/s, p50 idle {alone['p50_ms']:.1f} ms")


def _warm(peer: Peer, shape: Shape) -> None:
    for _ in range(MOST_WARM_STEPS):
        if processor_seconds(peer.pid) >= WARM_PROCESSOR_SECONDS:
            return
        peer.generate(replace(shape, seconds=WARM_STEP_SECONDS))
