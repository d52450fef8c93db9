"""A real server in a process of its own, on SQLite with full durability, under the load of several client
libraries.
"""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from tests.benchmarks.figures import Figure, Result, Skipped
from tests.benchmarks.generators.shape import Shape
from tests.benchmarks.machine import processor_seconds
from tests.benchmarks.options import Options
from tests.benchmarks.processes import GENERATORS, Served, bare_wire, counterflow, generate, why_no_go

LABELS = {"go": "Go client", "lean": "grpc.aio client", "sdk": "our SDK", "stock_python": "pyzeebe"}
WIRE = "the wire alone"
SERIAL = 100

Samples = dict[str, list[float]]


def under_load(options: Options) -> Iterator[Result]:
    """Instances and jobs a second, and how long an instance takes, in a closed loop."""
    samples: Samples = defaultdict(list)
    generators = [*(() if why_no_go() else ("go",)), *GENERATORS]
    references = [name for name in ("go", "lean") if name in generators]
    shape = Shape(seconds=options.seconds)
    for run in range(options.runs):
        with tempfile.TemporaryDirectory() as folder, counterflow(Path(folder, "load.db")) as server:
            for name in generators:
                options.say(f"load by {LABELS[name]}, run {run + 1} of {options.runs}")
                _take(samples, LABELS[name], name, shape, server)
        with bare_wire() as server:
            for name in references:
                _take(samples, f"{LABELS[name]}, {WIRE}", name, shape, server)
    if why_no_go():
        yield Skipped("instances/s, Go client", why_no_go())
    for name in generators:
        yield from _figures(
            samples, LABELS[name], f"{LABELS[name if name in references else 'lean']}, {WIRE}"
        )
    for name in references:
        yield from _figures(samples, f"{LABELS[name]}, {WIRE}", "")


def _take(samples: Samples, label: str, name: str, shape: Shape, server: Served) -> None:
    before = processor_seconds(server.pid)
    measured = generate(name, replace(shape, address=server.address))
    taken = processor_seconds(server.pid) - before
    samples[f"processor_ms {label}"].append(taken * 1e3 / max(measured["created"], 1))
    for unit in ("instances_per_s", "jobs_per_s", "p50_ms", "p99_ms"):
        samples[f"{unit} {label}"].append(measured[unit])


def _figures(samples: Samples, label: str, beside: str) -> Iterator[Figure]:
    for unit, name in (("instances_per_s", "instances/s"), ("jobs_per_s", "jobs/s")):
        yield Figure(
            f"{name}, {label}", samples[f"{unit} {label}"], "a second", f"{name}, {beside}" if beside else ""
        )
    for unit, name in (
        ("processor_ms", "server's processor time per instance"),
        ("p50_ms", "p50 loaded"),
        ("p99_ms", "p99 loaded"),
    ):
        yield Figure(
            f"{name}, {label}", samples[f"{unit} {label}"], "ms", f"{name}, {beside}" if beside else ""
        )


def idle(options: Options) -> Iterator[Result]:
    """How long an instance takes when it is the only one, from its creation to its awaited end."""
    generators = [*(() if why_no_go() else ("go",)), "lean"]
    samples: Samples = defaultdict(list)
    for run in range(options.runs):
        options.say(f"one instance at a time, run {run + 1} of {options.runs}")
        with tempfile.TemporaryDirectory() as folder, counterflow(Path(folder, "idle.db")) as server:
            _take_idle(samples, generators, server.address, "")
        with bare_wire() as server:
            _take_idle(samples, generators, server.address, f", {WIRE}")
    for label, waits_ms in samples.items():
        yield Figure(label, waits_ms, "ms", "" if label.endswith(WIRE) else f"{label}, {WIRE}")


def _take_idle(samples: Samples, generators: list[str], address: str, suffix: str) -> None:
    for name in generators:
        measured = generate(name, Shape(address=address, serial=SERIAL))
        for part in ("p50", "p99"):
            samples[f"{part} idle, {LABELS[name]}{suffix}"].append(measured[f"{part}_ms"])
