"""Workers in the program: what goes wrong with one job is told of this job, and ends no worker."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import counterflow.engine.workers
from counterflow import BpmnError, Engine, Rejection, Settings, WorkerJob
from counterflow.engine.results import taken
from counterflow.engine.verbs import Variables
from counterflow.kernel.vocabulary import ActivatedJob
from counterflow.queries.shapes import Incident
from counterflow.testing import Engine as EngineByHand
from tests.bpmn.diagram import element, end, model, path, service, start
from tests.partition.rig import turns

PACK = model(
    start(),
    service("pack", element("zeebe:taskDefinition", type="pack", retries="1"), job=None),
    end(),
    path("start", "pack", "end"),
    process_id="packing",
)
NOW = timedelta()


class Unprintable(Exception):
    """Cannot be put into words."""

    def __str__(self) -> str:
        raise ValueError("no words")


class Unspeakable(Exception):
    """Ends the program when it is put into words."""

    def __str__(self) -> str:
        raise SystemExit(3)


class UnspeakableExit(SystemExit):
    """Cannot be put into words either."""

    def __repr__(self) -> str:
        raise ValueError("no words")


def raises(error: BaseException) -> Callable[[WorkerJob], Variables]:
    def do(_: WorkerJob) -> Variables:
        raise error

    return do


def returns(value: Any) -> Callable[[WorkerJob], Variables]:
    return lambda _: value


def nested(levels: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(levels - 1):
        value = [value]
    return value


@pytest.mark.parametrize(
    "wanted, words",
    [
        ({"max_jobs": 0}, "the worker for 'pack' to do at least 1 job at once, but found 0"),
        ({"timeout": NOW}, "a timeout of at least 1 ms for the jobs of type 'pack', but found 0"),
        ({"back_off": timedelta(seconds=-1)}, "a back-off of at least 0 ms, but found -1000"),
    ],
)
async def test_a_worker_that_could_not_work_is_refused_at_once(wanted: dict[str, Any], words: str) -> None:
    async with Engine() as engine:
        for each in (engine, EngineByHand()):
            with pytest.raises(Rejection, match=words):
                each.worker("pack", **wanted)


async def incident_after(do: Callable[[WorkerJob], Variables], settings: Settings | None = None) -> Incident:
    """What a person is told of a job with one try, which this handler does."""
    async with Engine(settings=settings) as engine:
        engine.worker("pack", back_off=NOW)(do)
        await engine.deploy_contents({"pack.bpmn": PACK})
        await engine.start("packing")
        await until_incident(engine)
        (incident,) = await engine.incidents()
        return incident


async def until_incident(engine: Engine) -> None:
    async with asyncio.timeout(20):
        while not await engine.incidents():
            await turns(1)


UNTOLD: list[tuple[Callable[[WorkerJob], Variables], str]] = [
    (raises(BpmnError("FULL", variables={"rooms": {1, object()}})), "variable 'rooms'"),
    (raises(BpmnError(404)), "Expected the code of an error, which is a text, but found 404"),  # type: ignore[arg-type]  # the fault under test
    (raises(Unprintable()), "Unprintable"),
    (raises(StopIteration()), "StopIteration"),
    (raises(OSError("caf\udce9")), r"caf\udce9"),
    (raises(SystemExit(3)), "SystemExit(3) came out of the handler"),
    (raises(asyncio.CancelledError()), "CancelledError() came out of the handler"),
    (raises(KeyboardInterrupt()), "KeyboardInterrupt() came out of the handler"),
    (raises(GeneratorExit()), "GeneratorExit() came out of the handler"),
    (raises(BaseExceptionGroup("g", [SystemExit()])), "BaseExceptionGroup('g', [SystemExit()]) came out"),
    (raises(Unspeakable()), "Unspeakable"),
    (raises(UnspeakableExit()), "UnspeakableExit came out of the handler"),
    (returns({1: "x"}), "name of each variable to be a string, but found 1 (int)"),
    (returns({"\ud800": 1}), "half of a surrogate pair"),
    (returns({"tree": nested(200)}), "at most 200 levels, but variable 'tree' is nested deeper"),
    (returns({"tree": nested(50_000)}), "at most 200 levels, but variable 'tree' is nested deeper"),
]


@pytest.mark.parametrize("do, words", UNTOLD)
async def test_what_cannot_be_told_costs_a_try(do: Callable[[WorkerJob], Variables], words: str) -> None:
    incident = await incident_after(do)
    assert incident.error_type == "JOB_NO_RETRIES"
    assert words in incident.message


@pytest.mark.parametrize(
    "do", [returns({"a": "x" * 2_000}), raises(BpmnError("FULL", "", {"a": "x" * 2_000}))]
)
async def test_what_the_engine_refuses_costs_a_try(do: Callable[[WorkerJob], Variables]) -> None:
    incident = await incident_after(do, Settings(database="memory:", variable_bytes=1_024))
    assert incident.error_type == "JOB_NO_RETRIES"
    assert "to take at most 1024 bytes" in incident.message


async def test_a_job_that_cannot_be_read_does_not_hold_up_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    faults = [ValueError("not to be read")]

    def read(job: ActivatedJob) -> WorkerJob:
        if faults:
            raise faults.pop()
        return taken(job)

    monkeypatch.setattr(counterflow.engine.workers, "taken", read)
    async with Engine() as engine:
        await engine.deploy_contents({"pack.bpmn": PACK})
        first, second = await engine.start("packing"), await engine.start("packing")
        engine.worker("pack", back_off=NOW)(returns(None))
        assert (await engine.end_of(second, timedelta(seconds=20))).state == "completed"
        await until_incident(engine)
        assert [one.message for one in await engine.incidents(first)] == ["ValueError: not to be read"]


async def test_a_worker_goes_on_after_a_fault_of_ours(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(counterflow.engine.workers, "PAUSE_SECONDS", 0)
    async with Engine() as engine:
        activate, faults = engine._at_work.polls.activate, [RuntimeError("a fault of ours")]

        async def breaks_once(*wish: Any) -> None:
            if faults:
                raise faults.pop()
            await activate(*wish)

        monkeypatch.setattr(engine._at_work.polls, "activate", breaks_once)
        engine.worker("pack")(returns(None))
        await engine.deploy_contents({"pack.bpmn": PACK})
        pack = await engine.start("packing")
        assert (await engine.end_of(pack, timedelta(seconds=20))).state == "completed"
    assert "The worker for 'pack' rests: a fault of ours" in caplog.messages


@pytest.mark.parametrize(
    "variables, refused, words",
    [
        ({1: "x"}, TypeError, r"name of each variable to be a string, but found 1 \(int\)"),
        ({"bag": {object()}}, TypeError, "variable 'bag' to have a value that JSON can say"),
        ([("a", 1)], TypeError, "variables by name, but found list"),
        ({"tree": nested(200)}, Rejection, "at most 200 levels, but variable 'tree' is nested deeper"),
        ({"half": "\ud800"}, Rejection, "variable 'half' to be of Unicode"),
    ],
)
async def test_variables_that_are_none_are_the_callers_mistake(
    variables: Any, refused: type[Exception], words: str
) -> None:
    async with Engine() as engine:
        await engine.deploy_contents({"pack.bpmn": PACK})
        pack = await engine.start("packing", {"tree": nested(199)})
        seen = len(await engine.history())
        with pytest.raises(refused, match=words):
            await engine.set_variables(pack, variables)
        with pytest.raises(refused, match=words):
            await engine.start("packing", variables)
        assert len(await engine.history()) == seen
        await engine.complete("pack")


async def test_a_handler_that_breaks_itself_off_costs_a_try() -> None:
    async def gives_up(_: WorkerJob) -> None:
        task = asyncio.current_task()
        assert task is not None
        task.cancel()
        await asyncio.Event().wait()

    async with Engine() as engine:
        engine.worker("pack")(gives_up)
        await engine.deploy_contents({"pack.bpmn": PACK})
        await engine.start("packing")
        await until_incident(engine)
        (incident,) = await engine.incidents()
    assert "CancelledError() came out of the handler" in incident.message


async def test_a_handler_that_cannot_be_broken_off_is_left_behind(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(counterflow.engine.workers, "LAST_MOMENT_SECONDS", 0)
    begun, over = asyncio.Event(), asyncio.Event()

    async def holds_on(_: WorkerJob) -> None:
        begun.set()
        while not over.is_set():
            with suppress(asyncio.CancelledError):
                await over.wait()

    async with (
        asyncio.timeout(20),
        Engine(settings=Settings(database="memory:", shutdown_grace_ms=1)) as engine,
    ):
        engine.worker("pack")(holds_on)
        await engine.deploy_contents({"pack.bpmn": PACK})
        await engine.start("packing")
        await begun.wait()
    assert "The handler of 'pack' goes on with job" in caplog.text
    over.set()


async def test_who_cancels_the_end_of_an_engine_gets_its_jobs_back_all_the_same(tmp_path: Path) -> None:
    database, begun = f"sqlite:///{tmp_path / 'a.db'}", asyncio.Event()

    async def takes_long(_: WorkerJob) -> None:
        begun.set()
        await asyncio.Event().wait()

    async def work() -> None:
        async with Engine(database) as engine:
            engine.worker("pack")(takes_long)
            await engine.deploy_contents({"pack.bpmn": PACK})
            await engine.start("packing")
            await begun.wait()
            ending.set()

    ending = asyncio.Event()
    working = asyncio.create_task(work())
    await ending.wait()
    await turns(5)
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working
    async with Engine(database) as engine:
        assert [(job.state, job.retries) for job in await engine.jobs()] == [("activatable", 1)]
