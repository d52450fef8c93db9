"""The engine for programs that wait for each verb: the same, in a thread of its own."""

from __future__ import annotations

import os
import threading
from datetime import timedelta
from pathlib import Path

import pytest

import counterflow
from counterflow import Rejection, StoreError, WorkerJob
from counterflow.engine.blocking import OWN_THREAD
from counterflow.engine.engine import ANOTHER_PROCESS
from tests.engine.trips import SOON, TRIP
from tests.partition.rig import ONE_TASK

PATIENCE = timedelta(seconds=20)


def test_a_trip_from_a_notebook(tmp_path: Path) -> None:
    with counterflow.open(f"sqlite:///{tmp_path / 'trip.db'}") as engine:
        engine.deploy(TRIP)
        trip = engine.start("trip-booking", {"city": "Rome"})
        engine.complete("book-hotel", {"hotel": "H-1"})
        engine.complete("book-car")

        @engine.worker("book-flight")
        def book_flight(job: WorkerJob) -> dict[str, object]:
            return {"thread": threading.current_thread() is threading.main_thread()}

        end = engine.end_of(trip, PATIENCE)
        assert (end.state, end.variables) == ("completed", {"city": "Rome", "hotel": "H-1", "thread": False})
        assert engine.show(trip).process_instance.state == "completed"


def test_time_goes_on_while_the_program_does_something_else() -> None:
    with counterflow.open() as engine:
        engine.deploy_contents({"soon.bpmn": SOON})
        assert engine.end_of(engine.start("ring"), PATIENCE).state == "completed"


def test_refusals_come_through() -> None:
    with counterflow.open() as engine, pytest.raises(Rejection, match="nobody"):
        engine.start("nobody")


async def test_an_engine_is_opened_and_closed_where_a_loop_runs_as_in_a_notebook() -> None:
    with counterflow.open() as engine:
        engine.deploy_contents({"soon.bpmn": SOON})


def test_two_files_of_one_name_are_refused(tmp_path: Path) -> None:
    with counterflow.open() as engine, pytest.raises(Rejection, match="different names"):
        engine.deploy(tmp_path / "x" / "trip.bpmn", tmp_path / "y" / "trip.bpmn")


def test_what_is_closed_is_closed_once_and_for_all() -> None:
    engine = counterflow.open()
    engine.close()
    engine.close()
    with pytest.raises(RuntimeError, match="this one is closed; open another one"):
        engine.start("trip-booking")
    with pytest.raises(RuntimeError, match="this one is closed; open another one"):
        engine.worker("book-hotel")(print)


def test_a_database_that_cannot_be_opened_leaves_no_thread_behind() -> None:
    before = threading.active_count()
    with pytest.raises(StoreError):
        counterflow.open("oracle://somewhere")
    assert threading.active_count() == before


def test_who_would_wait_in_the_engine_s_own_thread_is_told_instead() -> None:
    said: list[str] = []
    with counterflow.open() as engine:

        @engine.worker("pack")
        async def pack(job: WorkerJob) -> None:
            for verb in (engine.incidents, engine.close):
                with pytest.raises(RuntimeError, match="make the worker a plain function") as refused:
                    verb()
                said.append(str(refused.value))

        engine.deploy_contents({"pack.bpmn": ONE_TASK})
        assert engine.end_of(engine.start("process"), PATIENCE).state == "completed"
    assert said == [OWN_THREAD, OWN_THREAD]


def test_a_plain_worker_asks_its_own_engine() -> None:
    with counterflow.open() as engine:

        @engine.worker("pack")
        def pack(job: WorkerJob) -> dict[str, object]:
            return {"open": [each.element_id for each in engine.jobs()]}

        engine.deploy_contents({"pack.bpmn": ONE_TASK})
        assert engine.end_of(engine.start("process"), PATIENCE).variables == {"open": ["pack"]}


def test_a_fork_is_told_that_the_engine_is_not_its_own() -> None:
    engine = counterflow.open()
    reading, writing = os.pipe()
    if not (child := os.fork()):
        os.write(writing, _told_of(engine).encode())
        os._exit(0)
    os.waitpid(child, 0)
    assert os.read(reading, 1_000).decode() == f"{ANOTHER_PROCESS}\n{ANOTHER_PROCESS}"
    os.close(reading)
    os.close(writing)
    engine.close()


def _told_of(engine: counterflow.BlockingEngine) -> str:
    told = []
    for verb in (engine.jobs, engine.close):
        try:
            verb()
        except RuntimeError as error:
            told.append(str(error))
    return "\n".join(told)
