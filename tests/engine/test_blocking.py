"""The engine for programs that wait for each verb: the same, in a thread of its own."""

from __future__ import annotations

import asyncio
import os
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

import counterflow
from counterflow import Rejection, Settings, StoreError, WorkerJob
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


def test_a_worker_does_not_close_the_engine_that_waits_for_it() -> None:
    refused: Future[BaseException | None] = Future()
    with counterflow.open("memory:", Settings(shutdown_grace_ms=3_600_000)) as engine:
        (one_task,) = engine.deploy_contents({"one.bpmn": ONE_TASK}).processes

        @engine.worker("pack")
        def pack(job: WorkerJob) -> None:
            try:
                with counterflow.open():
                    pass  # another one it may
                engine.close()
            except RuntimeError as error:
                refused.set_result(error)

        one = engine.start(one_task.id)
        assert "let the handler return" in str(refused.result(20))
        assert engine.end_of(one, PATIENCE).state == "completed"


def test_a_database_that_cannot_be_opened_leaves_no_thread_behind() -> None:
    before = set(threading.enumerate())
    with pytest.raises(StoreError):
        counterflow.open("oracle://somewhere")
    assert set(threading.enumerate()) <= before


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
    assert os.read(reading, 1_000).decode() == "\n".join([ANOTHER_PROCESS] * 3)
    os.close(reading)
    os.close(writing)
    engine.close()


def _told_of(engine: counterflow.BlockingEngine) -> str:
    told = []
    for verb in (engine.jobs, engine.close, lambda: engine.worker("pack")(print)):
        try:
            verb()
        except RuntimeError as error:
            told.append(str(error))
    with engine:
        pass  # who leaves the block in a fork ends as they like: there is nothing to close
    return "\n".join(told)


def test_whoever_closes_and_asks_at_once_is_answered() -> None:
    engine = counterflow.open()
    engine.deploy_contents({"pack.bpmn": ONE_TASK})

    def ask() -> str:
        while True:
            try:
                engine.start("process")
            except (RuntimeError, counterflow.Unavailable) as refused:
                return str(refused)

    with ThreadPoolExecutor(8) as threads:
        asking = [threads.submit(ask) for _ in range(4)]
        closing = [threads.submit(engine.close) for _ in range(4)]
        assert [one.result(20) for one in closing] == [None] * 4
        for one in asking:
            assert "closed" in one.result(20) or "stopping" in one.result()


def test_a_task_that_would_end_the_program_ends_no_engine(caplog: pytest.LogCaptureFixture) -> None:
    async def leaves() -> None:
        raise SystemExit(3)

    with counterflow.open() as engine:

        @engine.worker("pack")
        async def pack(job: WorkerJob) -> None:
            asyncio.get_running_loop().create_task(leaves())
            await asyncio.sleep(0)

        engine.deploy_contents({"pack.bpmn": ONE_TASK})
        assert engine.end_of(engine.start("process"), PATIENCE).state == "completed"
    assert "one has raised SystemExit" in caplog.text


class Interrupted(threading.Event):
    """Ctrl-C comes while it is waited for, once."""

    def wait(self, timeout: float | None = None) -> bool:
        if not hasattr(self, "is_over"):
            self.is_over = True
            raise KeyboardInterrupt
        return super().wait(timeout)


def test_ctrl_c_cuts_the_end_short_and_leaves_nothing_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database, begun, over = f"sqlite:///{tmp_path / 'a.db'}", threading.Event(), threading.Event()
    engine = counterflow.open(settings=Settings(database=database, shutdown_grace_ms=3_600_000))

    @engine.worker("pack")
    def pack(job: WorkerJob) -> None:
        begun.set()
        over.wait()

    engine.deploy_contents({"pack.bpmn": ONE_TASK})
    engine.start("process")
    begun.wait()
    monkeypatch.setattr(engine, "_ended", Interrupted())
    with pytest.raises(KeyboardInterrupt):
        engine.close()
    over.set()
    with counterflow.open(database) as again:
        assert [job.state for job in again.jobs()] == ["activatable"]


def test_ctrl_c_while_it_opens_leaves_nothing_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Interrupting(Future[None]):
        def result(self, timeout: float | None = None) -> None:
            raise KeyboardInterrupt

    database = f"sqlite:///{tmp_path / 'a.db'}"
    with monkeypatch.context() as patched:
        patched.setattr("counterflow.engine.blocking.Future", Interrupting)
        with pytest.raises(KeyboardInterrupt):
            counterflow.open(database)
    with counterflow.open(database) as engine:
        assert engine.instances() == []
