"""The samples in every language, as a person starts them, against a real server: a whole trip, and one that
is undone.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.conformance.looking import create_with_result, deploy
from tests.conformance.server_process import ServerProcess
from tests.conformance.toolchains import built, missing

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "workers" / "samples" / "trip"
CAMUNDA7 = ROOT / "workers" / "samples" / "trip_camunda7"
MODEL = ROOT / "bpmn" / "showcase" / "trip-booking.bpmn"
NPM = (("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"),)


class Sample(NamedTuple):
    """A folder of samples: what builds it, and what runs it, with the job types that it shall do."""

    name: str
    toolchain: tuple[str, ...]
    build: tuple[tuple[str, ...], ...]
    run: tuple[str, ...]
    option: tuple[str, ...] = ()
    """What stands before each job type."""
    ends: int = 0
    """The exit code after SIGTERM."""


GO = Sample("go", ("go",), (("go", "build", "-o", "worker", "."),), ("./worker",))
NODE_ZEEBE = Sample("node_zeebe", ("node", "npm"), NPM, ("node", "worker.js"))
NODE_CAMUNDA8 = Sample("node_camunda8", ("node", "npm"), NPM, ("node", "worker.js"))
PYTHON = Sample(
    "python_counterflow", (), (), (sys.executable, "-m", "counterflow", "worker", "worker.py"), ("--task",)
)
PYZEEBE = Sample("python_pyzeebe", (), (), (sys.executable, "worker.py"), ends=-signal.SIGTERM)
MAVEN = (
    "mvn",
    "--quiet",
    "--batch-mode",
    "compile",
    "dependency:copy-dependencies",
    "-DincludeScope=runtime",
)
JAVA = Sample(
    "java",
    ("java", "mvn"),
    ((*MAVEN, "-DoutputDirectory=target/libraries"),),
    ("java", "-cp", "target/classes:target/libraries/*", "trip.TripWorker"),
    ends=128 + signal.SIGTERM,
)
CARGO = ("cargo", "build", "--locked", "--quiet", "--target-dir", "{cache}/rust-target")
RUST = Sample("rust", ("cargo",), (CARGO, ("cp", "{cache}/rust-target/debug/trip", "worker")), ("./worker",))


def cases(*samples: Sequence[Sample]) -> list[object]:
    """A case for each, skipped with the reason where a toolchain is missing."""
    return [
        pytest.param(
            group,
            id="-".join(sample.name for sample in group),
            marks=[
                pytest.mark.skip(reason=reason) for sample in group if (reason := missing(sample.toolchain))
            ],
        )
        for group in samples
    ]


class Work:
    """What the workers of a test have printed, once they have ended."""

    def __init__(self) -> None:
        self.cancelled: list[str] = []


@contextmanager
def at_work(sample: Sample, address: str, *job_types: str, folder: Path | None = None) -> Iterator[Work]:
    """A sample (of another folder than its own) at work on some tasks, or on all; stopped as a person stops
    it, it has to end well.
    """
    work = Work()
    folder = folder or built(SAMPLES / sample.name, sample.build)
    chosen = [word for job_type in job_types for word in (*sample.option, job_type)]
    environment = os.environ | {"ZEEBE_ADDRESS": address}
    with subprocess.Popen(
        [*sample.run, *chosen], cwd=folder, env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield work
            process.send_signal(signal.SIGTERM)
            printed, _ = process.communicate(timeout=60)
            work.cancelled += [line for line in printed.splitlines() if line.endswith(" cancelled")]
        finally:
            process.kill()
    assert process.returncode == sample.ends


@pytest.fixture(scope="module")
def address(server: ServerProcess) -> str:
    """A server that knows the trip."""
    deploy(server.address, MODEL)
    return server.address


@pytest.mark.parametrize(
    "group", cases((GO,), (NODE_ZEEBE,), (NODE_CAMUNDA8,), (PYTHON,), (PYZEEBE,), (JAVA,), (RUST,))
)
def test_a_trip_is_booked_and_another_undone(address: str, group: Sequence[Sample]) -> None:
    (sample,) = group
    with at_work(sample, address) as work:
        key, variables = create_with_result(address, "trip-booking", json.dumps({"flightFails": False}))
        assert variables == {
            "flightFails": False,
            "hotelReservation": f"H-{key}",
            "carReservation": f"C-{key}",
            "flightReservation": f"F-{key}",
        }
        key, variables = create_with_result(address, "trip-booking", json.dumps({"flightFails": True}))
        assert variables == {
            "flightFails": True,
            "hotelReservation": f"H-{key}",
            "carReservation": f"C-{key}",
        }
    assert work.cancelled == [f"car C-{key} cancelled", f"hotel H-{key} cancelled"]


@pytest.mark.parametrize("group", cases((JAVA,), (RUST,)))
def test_jobs_may_be_pushed_to_workers_that_ask_for_it(address: str, group: Sequence[Sample]) -> None:
    (sample,) = group
    with at_work(sample, address, "--stream") as work:
        key, _ = create_with_result(address, "trip-booking", json.dumps({"flightFails": True}))
    assert work.cancelled == [f"car C-{key} cancelled", f"hotel H-{key} cancelled"]


@pytest.mark.parametrize("group", cases((RUST, JAVA, PYTHON)))
def test_one_trip_is_served_in_rust_java_and_python(address: str, group: Sequence[Sample]) -> None:
    """Hotel in Rust, car in Java, flight in Python; the car's undo in Rust, the hotel's in Java, both pushed."""
    with ExitStack() as workers:
        rust = workers.enter_context(at_work(RUST, address, "--stream", "book-hotel", "cancel-car"))
        java = workers.enter_context(at_work(JAVA, address, "--stream", "book-car", "cancel-hotel"))
        workers.enter_context(at_work(PYTHON, address, "book-flight"))
        key, variables = create_with_result(address, "trip-booking", json.dumps({"flightFails": True}))
        assert variables == {
            "flightFails": True,
            "hotelReservation": f"H-{key}",
            "carReservation": f"C-{key}",
        }
    assert (rust.cancelled, java.cancelled) == ([f"car C-{key} cancelled"], [f"hotel H-{key} cancelled"])


@pytest.mark.parametrize("group", cases((GO, NODE_ZEEBE, NODE_CAMUNDA8, PYTHON)))
def test_one_trip_is_served_in_several_languages(address: str, group: Sequence[Sample]) -> None:
    """Hotel in Go, car and its undo in JavaScript on two libraries, flight in Python, hotel's undo in Go."""
    with ExitStack() as workers:
        hotel = workers.enter_context(at_work(GO, address, "book-hotel", "cancel-hotel"))
        car = workers.enter_context(at_work(NODE_ZEEBE, address, "book-car"))
        undo = workers.enter_context(at_work(NODE_CAMUNDA8, address, "cancel-car", "cancel-flight"))
        workers.enter_context(at_work(PYTHON, address, "book-flight"))
        key, variables = create_with_result(address, "trip-booking", json.dumps({"flightFails": True}))
        assert variables == {
            "flightFails": True,
            "hotelReservation": f"H-{key}",
            "carReservation": f"C-{key}",
        }
    assert (hotel.cancelled, car.cancelled, undo.cancelled) == (
        [f"hotel H-{key} cancelled"],
        [],
        [f"car C-{key} cancelled"],
    )


def test_a_trip_drawn_for_camunda_7_is_booked_and_another_undone(server: ServerProcess) -> None:
    """The flight of a far trip fails: car and hotel are cancelled. A near trip takes no flight."""
    deploy(server.address, CAMUNDA7 / "trip.bpmn")
    with at_work(PYTHON, server.address, folder=CAMUNDA7) as work:
        key, near = create_with_result(
            server.address, "trip-camunda7", '{"distance": 90, "flightFails": true}'
        )
        assert near == {
            "distance": 90,
            "flightFails": True,
            "hotelReservation": f"hotel-{key}",
            "carReservation": f"car-{key}",
        }
        key, far = create_with_result(
            server.address, "trip-camunda7", '{"distance": 900, "flightFails": true}'
        )
        assert far == {
            "distance": 900,
            "flightFails": True,
            "hotelReservation": f"hotel-{key}",
            "carReservation": f"car-{key}",
        }
    assert work.cancelled == [f"car-{key} cancelled", f"hotel-{key} cancelled"]
