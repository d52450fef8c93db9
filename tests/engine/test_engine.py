"""An engine in the program itself: what it does is durable, what it cannot do it says, and it leaves nothing behind."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import counterflow
from counterflow import (
    BpmnError,
    CompensationOrder,
    Engine,
    NothingThere,
    Rejection,
    Settings,
    SettingsError,
    StoreError,
    Unavailable,
    WorkerJob,
)
from counterflow.engine.engine import ANOTHER_LOOP, opened
from counterflow.engine.lookups import MOST_LISTED
from counterflow.settings import LogLevel
from counterflow.store.errors import DatabaseInUseError
from tests.engine.trips import ORDER, SOON, TRIP
from tests.partition.rig import ONE_TASK, turns, until

PATIENCE = timedelta(seconds=20)
FLIGHT_GONE = BpmnError("FLIGHT_UNAVAILABLE", "no seats left")


def book(engine: Engine, *job_types: str) -> list[str]:
    """Have these jobs done, and the list of what was done."""
    done: list[str] = []

    async def do(job: WorkerJob) -> dict[str, object]:
        done.append(job.type)
        return {job.element_id: job.process_instance_key}

    for job_type in job_types:
        engine.worker(job_type)(do)
    return done


async def test_a_trip_is_booked_by_workers_and_its_end_is_awaited() -> None:
    async with Engine() as engine:
        done = book(engine, "book-hotel", "book-car", "book-flight")
        deployed = await engine.deploy(TRIP)
        assert [(each.id, each.version, each.resource_name) for each in deployed.processes] == [
            ("trip-booking", 1, "trip-booking.bpmn")
        ]
        trip = await engine.start("trip-booking", {"city": "Rome"})
        end = await engine.end_of(trip, PATIENCE)
        assert (end.key, end.state, end.variables["city"]) == (trip, "completed", "Rome")
        assert done == ["book-hotel", "book-car", "book-flight"]
        assert await engine.end_of(trip, PATIENCE) == end, "as the store tells it afterwards"


async def test_a_bpmn_error_of_a_handler_undoes_what_was_done() -> None:
    async with Engine() as engine:
        done = book(engine, "book-hotel", "book-car", "cancel-hotel", "cancel-car")

        @engine.worker("book-flight")
        def book_flight(job: WorkerJob) -> None:
            raise FLIGHT_GONE

        await engine.deploy(TRIP)
        trip = await engine.start("trip-booking")
        assert (await engine.end_of(trip, PATIENCE)).state == "completed"
        assert done == ["book-hotel", "book-car", "cancel-car", "cancel-hotel"]
        undone = {record.element_id for record in (await engine.show(trip)).undo_records}
        assert undone == {"book-hotel", "book-car"}


async def test_what_a_handler_raises_costs_a_try_and_then_a_person_helps() -> None:
    async with Engine() as engine:
        tries: list[int] = []

        @engine.worker("book-hotel", back_off=timedelta())
        def book_hotel(job: WorkerJob) -> None:
            tries.append(job.retries)
            raise ConnectionError("no answer")

        await engine.deploy(TRIP)
        trip = await engine.start("trip-booking")
        async with asyncio.timeout(20):
            while not (incidents := await engine.incidents(trip)):
                await turns(1)
        assert tries == sorted(tries, reverse=True)
        assert (incidents[0].error_type, incidents[0].element_id) == ("JOB_NO_RETRIES", "book-hotel")
        assert "ConnectionError: no answer" in incidents[0].message
        await engine.update_retries("book-hotel", 1)
        await engine.resolve("book-hotel")
        await until(lambda: len(tries) == tries[0] + 1)


async def test_jobs_are_done_by_hand_by_key_type_or_element() -> None:
    async with Engine() as engine:
        await engine.deploy(TRIP)
        trip = await engine.start("trip-booking")
        (taken,) = await engine.activate("book-hotel", timeout=timedelta(minutes=1))
        assert (taken.process_id, taken.element_id, taken.headers) == ("trip-booking", "book-hotel", {})
        await engine.complete(taken.key, {"room": 7})
        await engine.fail("book-car", retries=2, message="later")
        await engine.complete("book-car")
        await engine.throw_error("book-flight", "FLIGHT_UNAVAILABLE")
        assert [job.type for job in await engine.jobs(process_instance_key=trip)] == ["cancel-car"]
        assert await engine.variables(trip) == {"room": 7}
        await engine.set_variables(trip, {"seen": True})
        for job in ("cancel-car", "cancel-hotel"):
            await engine.complete(job)
        assert (await engine.end_of(trip, PATIENCE)).variables == {"room": 7, "seen": True}
        assert [one.state for one in await engine.instances("trip-booking")] == ["completed"]


async def test_messages_arrive_and_timers_come() -> None:
    async with Engine() as engine:
        await engine.deploy_contents({"order.bpmn": ORDER, "soon.bpmn": SOON})
        order = await engine.start("order", {"key": "o-1"})
        await engine.publish("payment", "o-1", {"paid": 12.5})
        assert await engine.variables(order) == {"key": "o-1", "paid": 12.5}
        assert (await engine.end_of(await engine.start("ring"), PATIENCE)).state == "completed"
        await engine.cancel(order)
        assert (await engine.end_of(order)).state == "terminated"
        assert (await engine.history(order))[0].event == "ProcessInstanceCreated"


async def test_waiting_for_an_end_ends_and_the_instance_goes_on() -> None:
    async with Engine() as engine:
        await engine.deploy_contents({"order.bpmn": ORDER})
        order = await engine.start("order", {"key": "o-1"})
        with pytest.raises(TimeoutError, match=r"to end within 0:00:00.*, but it goes on; `why` tells"):
            await engine.end_of(order, timedelta(milliseconds=1))
        waiting = asyncio.create_task(engine.end_of(order))
        await engine.cancel(order)
        assert (await waiting).state == "terminated"


async def test_what_cannot_be_done_is_said_and_changes_nothing() -> None:
    async with Engine() as engine:
        with pytest.raises(Rejection, match="nobody"):
            await engine.start("nobody")
        with pytest.raises(Rejection, match="expected a name that ends in"):
            await engine.deploy_contents({"trip.txt": b"<a/>"})
        with pytest.raises(Rejection, match="Expected a process instance with key '7'"):
            await engine.end_of(7)
        with pytest.raises(NothingThere, match="Expected an open job 'pack', but found"):
            await engine.complete("pack")
        assert await engine.history() == []


async def test_decisions_give_values() -> None:
    folder = TRIP.parent / "refund"
    async with Engine() as engine:
        deployed = await engine.deploy(folder / "trip-refund.bpmn", folder / "refund.dmn")
        assert "refund-share" in {decision.id for decision in deployed.decisions}
        outcome = await engine.evaluate("refund-share", {"fare": "flexible", "daysLeft": 2})
        assert (outcome.output, outcome.failure) == (1, "")


async def test_what_was_done_is_there_when_it_opens_again(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'trip.db'}"
    async with Engine(url) as engine:
        await engine.deploy(TRIP)
        trip = await engine.start("trip-booking", {"city": "Rome"})
        with pytest.raises(
            DatabaseInUseError, match=rf"trip\.db is in use by process {os.getpid()}: one server"
        ):
            async with Engine(url):
                pass
    async with Engine(url) as engine:
        assert await engine.variables(trip) == {"city": "Rome"}
        await engine.complete("book-hotel")


async def test_after_its_end_it_says_that_it_is_over() -> None:
    async with Engine() as engine:
        pass
    with pytest.raises(RuntimeError, match="this one is not open"):
        await engine.start("trip-booking")
    with pytest.raises(RuntimeError, match="this one is not open"):
        engine.worker("book-hotel")(print)


async def test_an_engine_that_ends_lets_handlers_end_and_takes_back_what_does_not(tmp_path: Path) -> None:
    url, begun = f"sqlite:///{tmp_path / 'trip.db'}", asyncio.Event()
    async with Engine(url, Settings(shutdown_grace_ms=10)) as engine:

        @engine.worker("book-hotel")
        async def never_ends(job: WorkerJob) -> None:
            begun.set()
            await asyncio.Event().wait()

        await engine.deploy(TRIP)
        await engine.start("trip-booking")
        await begun.wait()
    async with Engine(url) as engine:
        (job,) = await engine.activate("book-hotel")
        assert job.retries == 3, "it went back with its tries as they were"


async def test_a_job_is_kept_while_its_handler_runs() -> None:
    async with Engine() as engine:
        go_on = asyncio.Event()

        @engine.worker("book-hotel", timeout=timedelta(milliseconds=40))
        async def takes_long(job: WorkerJob) -> None:
            await go_on.wait()

        await engine.deploy(TRIP)
        trip = await engine.start("trip-booking")
        async with asyncio.timeout(20):
            while not any(record.event == "JobDeadlineUpdated" for record in await engine.history(trip)):
                await turns(1)
        go_on.set()
        await until_job(engine, "book-car")


async def test_as_many_jobs_run_at_once_as_may() -> None:
    async with Engine() as engine:
        running, most, go_on = 0, 0, asyncio.Event()

        @engine.worker("book-hotel", max_jobs=2)
        async def book_hotel(job: WorkerJob) -> None:
            nonlocal running, most
            running += 1
            most = max(most, running)
            await go_on.wait()
            running -= 1

        await engine.deploy(TRIP)
        for _ in range(5):
            await engine.start("trip-booking")
        await until(lambda: running == 2)
        go_on.set()
        async with asyncio.timeout(20):
            while len(await engine.jobs("book-car")) < 5:
                await turns(1)
        assert most == 2


async def until_job(engine: Engine, job_type: str) -> None:
    async with asyncio.timeout(20):
        while not await engine.jobs(job_type):
            await turns(1)


async def test_what_was_asked_before_the_end_is_answered_and_nothing_after_it() -> None:
    go_on = threading.Event()
    engine = await Engine().__aenter__()
    await engine.deploy(TRIP)
    questions = [asyncio.create_task(engine._ask(lambda _: go_on.wait(20))) for _ in range(4)]
    starting = asyncio.create_task(engine.start("trip-booking"))
    await turns(1)
    ending = asyncio.create_task(engine.__aexit__(None, None, None))
    await until(lambda: engine._at_work.admission.is_closed)
    with pytest.raises(Unavailable, match="stopping"):
        await engine.jobs()
    go_on.set()
    await ending
    assert await asyncio.gather(*questions) == [True] * 4
    assert await starting
    for late in (engine.jobs(), engine.deploy(TRIP), engine.end_of(7), engine.start("trip-booking")):
        with pytest.raises(RuntimeError, match="this one is not open"):
            await late


async def test_a_deployment_that_is_being_read_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    reads = threading.Event()

    def never(*_: object) -> None:
        reads.set()
        while True:
            pass

    monkeypatch.setattr("counterflow.service.deployments.read_sound", never)
    engine = await Engine().__aenter__()
    deploying = asyncio.create_task(engine.deploy(TRIP))
    await asyncio.to_thread(reads.wait, 20)
    await engine.__aexit__(None, None, None)
    with pytest.raises(Unavailable, match="stopping"):
        await deploying


async def test_who_waits_for_an_end_is_told_that_the_engine_stops() -> None:
    async with Engine() as engine:
        await engine.deploy(TRIP)
        waiting = asyncio.create_task(engine.end_of(await engine.start("trip-booking")))
        await until(lambda: engine._at_work.results._awaited != {})
    with pytest.raises(Unavailable, match="goes on when it is back"):
        await waiting


async def test_nothing_that_is_due_is_triggered_while_the_doors_are_not_open() -> None:
    async with opened(Settings(database="memory:")) as (writer, service, _):
        service.admission.check()
        assert writer._alarm._timer is None


async def test_the_verbs_are_for_the_inside_of_the_block() -> None:
    engine = Engine()
    with pytest.raises(RuntimeError, match="not open; its verbs are for the inside"):
        await engine.jobs()
    async with engine:
        with pytest.raises(RuntimeError, match="not open yet, but this one is"):
            await engine.__aenter__()
        assert await engine.jobs() == []
    with pytest.raises(RuntimeError, match="not open; its verbs are for the inside"):
        await engine.jobs()
    with pytest.raises(RuntimeError, match="not open; its verbs are for the inside"):
        await engine.__aexit__(None, None, None)
    async with engine:
        assert await engine.jobs() == []


async def test_the_verbs_are_for_the_loop_that_opened_the_engine() -> None:
    async with Engine() as engine:
        await engine.publish("before")
        before = await engine.history()
        told = await asyncio.to_thread(_told_in_another_loop, engine)
        assert told == {ANOTHER_LOOP}
        assert await engine.history() == before


def _told_in_another_loop(engine: Engine) -> set[str]:
    told = set()
    for verb in (
        engine.jobs,
        lambda: engine.publish("a"),
        lambda: engine.end_of(7),
        lambda: engine.deploy(TRIP),
    ):
        with pytest.raises(RuntimeError) as refused:
            asyncio.run(verb())
        told.add(str(refused.value))
    for call in (lambda: engine.worker("a")(print), lambda: asyncio.run(engine.__aexit__(None, None, None))):
        with pytest.raises(RuntimeError) as refused:
            call()
        told.add(str(refused.value))
    return told


def test_what_is_no_database_and_no_settings() -> None:
    wrong: list[dict[str, Any]] = [{"database": 5}, {"database": Path("a.db")}, {"settings": {}}]
    for arguments in wrong:
        with pytest.raises(TypeError, match="Expected"):
            Engine(**arguments)
        with pytest.raises(TypeError, match="Expected"):
            counterflow.open(**arguments)


async def test_an_engine_that_could_not_be_opened_may_be_opened_later(tmp_path: Path) -> None:
    directory = tmp_path / "later"
    engine = Engine(f"sqlite:///{directory / 'trip.db'}")
    with pytest.raises(StoreError):
        await engine.__aenter__()
    directory.mkdir()
    async with engine:
        assert await engine.jobs() == []


async def test_what_is_there_is_listed_in_part() -> None:
    async with Engine() as engine:
        await engine.deploy_contents({"one.bpmn": ONE_TASK})
        for _ in range(MOST_LISTED + 1):
            await engine.start("process")
        with pytest.raises(NothingThere, match=r"and perhaps more$"):
            await engine.complete("nobody")


async def test_the_database_of_the_settings_is_used(tmp_path: Path) -> None:
    url, other = (f"sqlite:///{tmp_path / name}.db" for name in ("kept", "other"))
    kept = Settings(database=url)
    with counterflow.open(settings=kept) as waiting:
        waiting.deploy_contents({"order.bpmn": ORDER})
    async with Engine(settings=kept) as engine:
        await engine.start("order", {"key": "o-1"})
    async with Engine(url, kept) as engine:
        assert len(await engine.instances()) == 1
    with pytest.raises(
        ValueError, match=f"^Expected one database, but found {other}, and {url} in the settings"
    ):
        Engine(other, kept)


def test_an_engine_is_in_memory_where_nothing_is_said() -> None:
    assert Engine().settings.database == "memory:"
    assert Engine(settings=Settings(log_level=LogLevel.DEBUG)).settings.database == Settings().database


@pytest.mark.parametrize("opening", [Engine, counterflow.open])
def test_settings_that_no_server_would_take_are_refused(opening: Callable[..., object]) -> None:
    bad: dict[str, Any] = {
        "compensation_order": "backwards",
        "request_timeout_ms": "soon",
        "variable_bytes": -5,
    }
    with pytest.raises(SettingsError) as refusal:
        opening("memory:", Settings(**bad))
    assert str(refusal.value).splitlines() == [
        "compensation_order: expected one of mirror, parallel, sequential, found 'backwards'",
        "request_timeout_ms: expected a whole number from 1 to 86400000, found 'soon'",
        "variable_bytes: expected a whole number from 1024 to 268435456, found -5",
    ]


def test_an_order_said_as_text_is_the_order_of_undo() -> None:
    said: Any = "parallel"
    assert (
        Engine("memory:", Settings(compensation_order=said)).settings.compensation_order
        is CompensationOrder.PARALLEL
    )
