"""The engine for tests of processes: a clock moved by hand, and words for what is not there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextvars import ContextVar
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from counterflow import BpmnError, SettingsError, WorkerJob
from counterflow.engine.lookups import NothingThere
from counterflow.kernel import KernelFault
from counterflow.kernel.rows import Job, Quarantine
from counterflow.kernel.vocabulary import Rejection
from counterflow.kernel.work.budget import ProcessLimits
from counterflow.model.events import CompensationOrder
from counterflow.model.graph import Behaviour
from counterflow.testing import EPOCH_MS, Engine
from tests.bpmn.diagram import (
    compensate,
    element,
    end,
    gateway,
    handler,
    model,
    path,
    service,
    start,
    throw,
    undo,
)
from tests.kernel.test_engine import break_room

TRIP = model(
    *(
        start(),
        service("hotel", job="book-hotel"),
        service("car", job="book-car"),
        throw("back", compensate()),
        end(),
    ),
    *(undo("hotel", by="no-hotel"), handler("no-hotel"), undo("car", by="no-car"), handler("no-car")),
    path("start", "hotel", "car", "back", "end"),
    process_id="trip",
)


def engine_with(content: bytes = TRIP, order: CompensationOrder = CompensationOrder.MIRROR) -> Engine:
    engine = Engine(order=order)
    engine.deploy_contents({"trip.bpmn": content})
    return engine


def test_the_story_of_the_documentation() -> None:
    engine = engine_with()
    trip = engine.start("trip", {"destination": "Rome"})
    engine.complete("book-hotel", {"reservation": "H-1"})
    assert engine.variables(trip) == {"destination": "Rome", "reservation": "H-1"}
    engine.complete("book-car")
    for handler_id in ("no-car", "no-hotel"):
        assert not engine.is_completed(trip)
        engine.complete(handler_id)
    assert engine.is_completed(trip)
    assert [end_of_it.process_instance_key for end_of_it in engine.ended] == [trip]


def test_the_default_order_of_undo_is_given_once() -> None:
    engine = engine_with(order=CompensationOrder.PARALLEL)
    engine.start("trip")
    engine.complete("hotel")
    engine.complete("car")
    assert {job.element_id for job in engine.store.scan(Job, {})} == {"no-car", "no-hotel"}


def test_a_file_is_deployed_under_its_name(tmp_path: Path) -> None:
    file = tmp_path / "trip.bpmn"
    file.write_bytes(TRIP)
    engine = Engine()
    for model_file in (file, str(file)):
        (definition,) = engine.deploy(model_file).processes
        assert (definition.resource_name, definition.version) == ("trip.bpmn", 1)


def test_a_refused_model_is_told_with_every_finding() -> None:
    with pytest.raises(Rejection) as raised:
        engine_with(model(service("a", job="a"), path("a", "nowhere")))
    assert len(str(raised.value).splitlines()) >= 3


def test_time_passes_with_what_comes_due_each_at_its_moment() -> None:
    engine = engine_with()
    engine.start("trip")
    engine.activate("book-hotel", timeout=timedelta(seconds=10))
    engine.advance(seconds=9)
    assert engine.job("hotel").state == "activated"
    engine.advance(minutes=1)
    assert engine.job("hotel").state == "activatable"
    assert engine.now_ms == EPOCH_MS + 69_000
    assert engine.log[-1].timestamp_ms == EPOCH_MS + 10_000


def test_time_never_goes_back() -> None:
    engine = engine_with()
    for back in (timedelta(seconds=-1), timedelta()):
        with pytest.raises(ValueError, match="0 or more to pass, but found -1 day"):
            engine.advance(back, minutes=-1)
    engine.advance(timedelta(minutes=2), minutes=-1)
    assert engine.now_ms == EPOCH_MS + 60_000
    with pytest.raises(TypeError, match="a length of time such as"):
        engine.advance(5)  # type: ignore[arg-type]  # the mistake under test


def test_it_is_a_context_as_an_open_engine_is() -> None:
    with Engine() as engine:
        engine.deploy_contents({"trip.bpmn": TRIP})
        trip = engine.start("trip")
        assert not engine.is_completed(trip)
    engine.close()
    calls: list[Callable[[], object]] = [
        lambda: engine.start("trip"),
        lambda: engine.show(trip),
        lambda: engine.advance(minutes=1),
        lambda: engine.worker("book-hotel")(lambda job: None),
        engine.restart,
    ]
    for call in calls:
        with pytest.raises(RuntimeError, match="this one is closed; open another one"):
            call()
    with Engine(engine.store) as again:
        assert again.show(trip).process_instance.state == "active"


def test_durations_add_up() -> None:
    engine = Engine()
    engine.advance(timedelta(seconds=1), minutes=1)
    engine.advance()
    assert engine.now_ms == EPOCH_MS + 61_000


def test_jobs_are_found_by_key_type_or_element_the_oldest_first() -> None:
    engine = engine_with()
    engine.start("trip")
    engine.start("trip")
    first, second = engine.store.scan(Job, {})
    assert [engine.job(wanted).key for wanted in ("book-hotel", "hotel", second.key)] == [
        first.key,
        first.key,
        second.key,
    ]
    engine.complete(second.key)
    assert engine.job("book-car").process_instance_key == second.process_instance_key


ASKED: list[tuple[Callable[[Engine], object], str]] = [
    (
        lambda engine: engine.job("book-car"),
        "Expected an open job 'book-car', but found [('book-hotel', 'hotel', 'activatable')]",
    ),
    (lambda engine: engine.element("car"), "Expected an active element 'car', but found ['trip', 'hotel']"),
    (lambda engine: engine.incident("hotel"), "Expected an incident at 'hotel', but found []"),
    (lambda engine: engine.resolve("hotel"), "Expected an incident at 'hotel', but found []"),
]


@pytest.mark.parametrize("ask, told", ASKED)
def test_what_is_not_there_is_told_with_what_is(ask: Callable[[Engine], object], told: str) -> None:
    engine = engine_with()
    engine.start("trip")
    with pytest.raises(NothingThere) as raised:
        ask(engine)
    assert str(raised.value) == told


def test_incidents_are_mended_by_hand() -> None:
    engine = engine_with()
    trip = engine.start("trip")
    engine.fail("hotel", retries=0, message="no room")
    assert (engine.incident("hotel").error_type, engine.incident("hotel").message) == (
        "JOB_NO_RETRIES",
        "no room",
    )
    engine.update_retries("hotel", 1)
    engine.resolve("hotel")
    engine.fail("hotel", retries=1, back_off=timedelta(seconds=5), variables={"seen": True})
    assert engine.variables(engine.element("hotel").key) == {"seen": True}
    engine.set_variables("hotel", {"own": 1}, local=True)
    engine.set_variables(trip, {"all": 2})
    assert engine.variables(trip) == {"all": 2}
    engine.advance(seconds=5)
    engine.throw_error("hotel", "FULL")
    assert engine.incident("hotel").error_type == "UNHANDLED_ERROR_EVENT"
    engine.cancel(trip)
    assert not engine.is_completed(trip)


def test_a_restart_forgets_only_what_is_not_stored() -> None:
    engine = engine_with()
    trip = engine.start("trip")
    for job in ("hotel", "car", "no-car", "no-hotel"):
        engine.restart()
        engine.complete(job)
    assert engine.is_completed(trip)
    assert not engine.is_completed(7)


def test_a_refused_command_changes_nothing() -> None:
    engine = engine_with()
    seen = len(engine.log)
    with pytest.raises(Rejection):
        engine.start("nobody")
    assert len(engine.log) == seen


def test_numbers_longer_than_python_writes_go_in_and_come_out() -> None:
    engine = engine_with()
    trip = engine.start("trip", {"n": 10**5_000, "half": 0.5})
    assert engine.variables(trip) == {"n": 10**5_000, "half": 0.5}


def test_limits_can_be_narrowed() -> None:
    engine = Engine(limits=ProcessLimits(steps=3))
    engine.deploy_contents(
        {"loop.bpmn": model(start(), gateway("a"), gateway("b"), path("start", "a", "b", "a"))}
    )
    engine.start("process")
    assert engine.incident("b").error_type == "STEP_LIMIT_EXCEEDED"


def test_a_fault_is_raised_and_its_instance_set_aside(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = engine_with()
    trip = engine.start("trip")
    break_room(monkeypatch, Behaviour.JOB_TASK, "car")
    with pytest.raises(KernelFault):
        engine.complete("hotel")
    assert [row.process_instance_key for row in engine.store.scan(Quarantine, {})] == [trip]


def test_decisions_are_deployed_beside_processes_and_evaluated() -> None:
    folder = Path(__file__).parents[2] / "bpmn" / "showcase" / "refund"
    engine = Engine()
    engine.deploy(folder / "trip-refund.bpmn", folder / "refund.dmn")
    late, early = (
        engine.start("trip-refund", {"price": 640, "fare": "basic", "daysLeft": days}) for days in (2, 12)
    )
    assert (engine.is_completed(late), engine.is_completed(early)) == (True, False)
    assert engine.variables(early)["refund"] == 320
    engine.complete("pay-back")
    assert engine.is_completed(early)
    assert engine.evaluate("refund-share", {"fare": "flexible", "daysLeft": 2}).output == 1


@pytest.mark.parametrize(
    "name, words",
    [
        ("refund.dmn", "dmn-version"),
        ("refund.txt", "expected a name that ends in .bpmn, .xml, .dmn or .form"),
    ],
)
def test_what_is_no_model_is_refused(name: str, words: str) -> None:
    with pytest.raises(Rejection, match=words):
        Engine().deploy_contents({name: b"<a/>"})


def test_workers_do_their_jobs_within_the_verb_that_made_them() -> None:
    engine = engine_with()
    seen: list[str] = []

    @engine.worker("book-hotel")
    def book_hotel(job: WorkerJob) -> dict[str, str]:
        seen.append(job.element_id)
        return {"reservation": "H-1"}

    @engine.worker("book-car")
    async def book_car(job: WorkerJob) -> None:
        seen.append(job.element_id)

    trip = engine.start("trip", {"destination": "Rome"})
    assert seen == ["hotel", "car"]
    assert engine.variables(trip) == {"destination": "Rome", "reservation": "H-1"}
    assert [job.element_id for job in engine.jobs()] == ["no-car"]
    with pytest.raises(NothingThere, match=f"'{trip}' to have ended, but it goes on; do its jobs"):
        engine.end_of(trip)
    for handler_id in ("no-car", "no-hotel"):
        engine.complete(handler_id)
    assert engine.end_of(trip).variables == {"destination": "Rome", "reservation": "H-1"}


def test_a_worker_that_fails_is_asked_again_when_its_back_off_is_over() -> None:
    engine = engine_with()
    tries: list[int] = []

    @engine.worker("book-hotel", back_off=timedelta(seconds=5))
    def book_hotel(job: WorkerJob) -> None:
        tries.append(job.retries)
        raise ConnectionError("no answer")

    trip = engine.start("trip")
    assert tries == [3]
    engine.advance(seconds=4)
    assert tries == [3]
    engine.advance(seconds=10)
    assert tries == [3, 2, 1]
    (incident,) = engine.incidents(trip)
    assert (incident.error_type, incident.message) == ("JOB_NO_RETRIES", "ConnectionError: no answer")


@pytest.mark.parametrize("way_out", [SystemExit(3), asyncio.CancelledError()])
def test_what_would_end_the_program_costs_a_try(way_out: BaseException) -> None:
    engine = engine_with()

    @engine.worker("book-hotel", back_off=timedelta(hours=1))
    def book_hotel(job: WorkerJob) -> None:
        raise way_out

    trip = engine.start("trip")
    assert engine.show(trip).root.children[-1].jobs[0].tries[0].outcome == "failed"


@pytest.mark.parametrize("returned", [7, ["a"], "text"])
def test_what_a_handler_returns_are_variables_or_nothing(returned: object) -> None:
    engine = engine_with()
    engine.worker("book-hotel", back_off=timedelta(hours=1))(lambda _: returned)  # type: ignore[type-var]  # the fault under test
    trip = engine.start("trip")
    assert engine.show(trip).root.children[-1].jobs[0].tries[0].outcome == "failed"


def test_a_bpmn_error_hands_its_variables_on() -> None:
    engine = engine_with()

    @engine.worker("book-hotel")
    def book_hotel(job: WorkerJob) -> None:
        raise BpmnError("FULL", "no room", {"asked": job.key})

    engine.start("trip")
    assert engine.incident("hotel").error_type == "UNHANDLED_ERROR_EVENT"


def test_a_bpmn_error_that_cannot_be_told_costs_a_try() -> None:
    engine = engine_with()

    @engine.worker("book-hotel", back_off=timedelta(hours=1))
    def book_hotel(job: WorkerJob) -> None:
        raise BpmnError("FULL", "no room", {"rooms": object()})

    trip = engine.start("trip")
    (tried,) = engine.show(trip).root.children[-1].jobs[0].tries
    assert tried.outcome == "failed"
    assert engine.job("hotel").retries == 2


def test_a_result_that_is_refused_costs_a_try() -> None:
    engine = Engine(limits=ProcessLimits(variable_bytes=200))
    engine.deploy_contents({"trip.bpmn": TRIP})
    engine.worker("book-hotel", back_off=timedelta())(lambda _: {"a": "x" * 300})
    engine.start("trip")
    assert "to take at most 200 bytes" in engine.incident("hotel").message


def test_the_end_of_an_instance_takes_the_jobs_of_its_worker_away() -> None:
    engine = Engine()
    engine.deploy_contents(
        {
            "race.bpmn": model(
                *(start(), gateway("fork", "parallel"), service("a", job="run"), service("b", job="run")),
                *(end("won", element("terminateEventDefinition")), end("lost")),
                *(path("start", "fork", "a", "won"), path("fork", "b", "lost")),
            )
        }
    )
    done: list[str] = []
    engine.worker("run")(lambda job: done.append(job.element_id))
    race = engine.start("process")
    assert engine.is_completed(race)
    assert len(done) == 2, "both were taken before the first has ended the race"


async def test_an_async_handler_in_an_async_test() -> None:
    engine, asked = engine_with(), ContextVar("asked", default="nobody")
    asked.set("the test")

    @engine.worker("book-hotel")
    async def book_hotel(job: WorkerJob) -> dict[str, str]:
        await asyncio.sleep(0)
        return {"reservation": f"{job.element_id} for {asked.get()}"}

    assert engine.variables(engine.start("trip")) == {"reservation": "hotel for the test"}


def test_an_order_said_as_text_is_the_order_of_undo() -> None:
    said: Any = "parallel"
    engine = Engine(order=said)
    engine.deploy_contents({"trip.bpmn": TRIP})
    assert engine.undo_plan(engine.start("trip")).order == CompensationOrder.PARALLEL
    with pytest.raises(
        SettingsError, match=r"^compensation_order: expected one of mirror, parallel, sequential"
    ):
        Engine(order=cast("Any", "backwards"))


def test_what_is_no_store_is_refused_in_words() -> None:
    with pytest.raises(TypeError, match=r"^Expected a store, .* found 'sqlite:///x.db'; counterflow.open"):
        Engine(cast("Any", "sqlite:///x.db"))


def test_the_end_of_what_is_no_key_is_refused_in_words() -> None:
    with pytest.raises(TypeError, match=r"^Expected a key, which is a whole number"):
        Engine().end_of(cast("Any", "abc"))
