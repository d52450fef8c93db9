"""A timer that leaves no time to wait is no wait: a loop around it is stopped like a loop within one command."""

from __future__ import annotations

import pytest

from counterflow.kernel.events.signal import BroadcastSignal
from counterflow.kernel.events.timer import TimerScheduled, TimerTriggered
from counterflow.kernel.lives.due import TriggerDue
from counterflow.kernel.lives.instances import CancelProcessInstance, CreateProcessInstance
from counterflow.kernel.lives.quarantine import QuarantineInstance, ReleaseInstance
from counterflow.kernel.rows import Incident, Job, ProcessInstance, Timer
from counterflow.kernel.unfinished import Undertaking
from counterflow.kernel.work.budget import ProcessLimits
from counterflow.kernel.work.incidents import ResolveIncident
from counterflow.model.schedules import LEAST_WAIT_MS
from tests.bpmn.diagram import (
    boundary,
    catch,
    definitions,
    element,
    end,
    event_sub_process,
    extensions,
    gateway,
    model,
    path,
    process,
    service,
    signal,
    signalled,
    start,
    timer,
)
from tests.bpmn.loops import loop
from tests.kernel.bench import Bench, document, snapshot
from tests.kernel.test_pages import PageByPage, is_clean

FEW = ProcessLimits(steps=20)
PAST = timer("timeDate", "1970-01-01T00:00:00Z")


def around(definition: str) -> bytes:
    """start → wait → wait → …"""
    return model(start(), catch("wait", definition), path("start", "wait", "wait"))


def bounced(text: str = "PT0S", **attributes: str) -> bytes:
    """A task, and a timer on its border that leads back to it."""
    late = boundary("late", "pack", timer(text=text), **attributes)
    return model(start(), service("pack", job="pack"), late, path("start", "pack"), path("late", "pack"))


FORK = model(
    start(),
    gateway("again"),
    gateway("fork", "parallel"),
    *(catch(side, timer(text="PT0S")) for side in ("left", "right")),
    path("start", "again", "fork", "left", "again"),
    path("fork", "right", "again"),
)
"""Each round begins two others."""
CALLS_ITSELF = model(
    start(),
    catch("wait", timer(text="PT0S")),
    element("callActivity", extensions(element("zeebe:calledElement", processId="process")), id="call"),
    path("start", "wait", "call"),
)


def echo(process_id: str) -> bytes:
    """Begun by a signal that it throws again, after no time."""
    wait, shout = catch("wait", PAST), end("shout", signalled("go"))
    heard = start("heard", signalled("go"))
    inside = process(heard, wait, shout, path("heard", "wait", "shout"), process_id=process_id)
    return definitions(inside, signal("go"))


def scheduled(bench: Bench) -> int:
    return sum(isinstance(event, TimerScheduled) for event in bench.events())


def is_held(bench: Bench) -> bool:
    """Whether everything stands still that has not ended."""
    return {row.error_type for row in bench.rows(Incident)} == {"STEP_LIMIT_EXCEEDED"} and not bench.rows(
        Timer
    )


@pytest.mark.parametrize(
    "content, rounds",
    [
        (around(timer(text="PT0S")), 21),
        (around(timer(text="-PT5M")), 21),
        (around(timer(text="PT0.099S")), 21),
        (around(PAST), 21),
        (bounced(), 11),
    ],
)
def test_a_loop_around_what_is_due_at_once_is_held(content: bytes, rounds: int) -> None:
    bench = Bench(content, limits=FEW)
    bench.create()
    for _ in range(30):
        bench.wait(99)
    assert is_held(bench)
    assert scheduled(bench) == rounds
    assert is_clean(bench)


@pytest.mark.parametrize("content", [around(timer(text="PT0.1S")), bounced("PT1S")])
def test_a_loop_around_a_wait_goes_on(content: bytes) -> None:
    bench = Bench(content, limits=FEW)
    bench.create()
    for _ in range(100):
        bench.wait(1_000)
    assert not bench.rows(Incident)
    assert scheduled(bench) >= 100
    assert is_clean(bench)


def test_resolved_it_goes_as_far_again() -> None:
    bench = Bench(around(PAST), limits=FEW)
    bench.create()
    bench.wait()
    bench.do(ResolveIncident(incident_key=bench.incident().key))
    bench.wait()
    assert is_held(bench)
    assert scheduled(bench) == 42


def test_a_job_that_is_done_on_the_way_is_a_wait() -> None:
    content = model(
        start(), catch("wait", PAST), service("pack", job="pack"), path("start", "wait", "pack", "wait")
    )
    bench = Bench(content, limits=FEW)
    bench.create()
    for _ in range(50):
        bench.wait()
        bench.complete("pack")
    assert not bench.rows(Incident)


def test_rounds_that_begin_others_share_one_budget() -> None:
    bench = Bench(FORK, limits=FEW)
    bench.create()
    bench.wait()
    assert is_held(bench)
    assert scheduled(bench) < 30
    assert is_clean(bench)


def test_a_process_that_calls_itself_after_no_time_is_held() -> None:
    bench = Bench(CALLS_ITSELF, limits=FEW)
    bench.create()
    bench.wait()
    assert is_held(bench)
    assert len(bench.rows(ProcessInstance)) <= 21


def test_a_signal_that_leads_to_itself_through_timers_is_held() -> None:
    bench = Bench(echo("ping"), limits=FEW)
    bench.do(BroadcastSignal(name="go", variables={}))
    bench.wait()
    assert is_held(bench)
    assert len(bench.rows(ProcessInstance)) <= 25
    assert is_clean(bench)


def test_signals_of_several_processes_share_one_budget() -> None:
    bench = Bench(echo("ping"), echo("pong"), limits=FEW)
    bench.do(BroadcastSignal(name="go", variables={}))
    bench.wait()
    assert is_held(bench)
    assert len(bench.rows(ProcessInstance)) < 100


def test_a_loop_through_pages_is_held_likewise() -> None:
    bench = Bench(FORK, limits=ProcessLimits(steps=20, page_events=3))
    bench.create()
    bench.wait()
    assert is_held(bench)
    assert scheduled(bench) < 30
    assert is_clean(bench)


def test_many_that_are_due_at_once_are_no_loop() -> None:
    inside = element(
        "subProcess", loop(), start("s"), catch("wait", PAST), end("e"), path("s", "wait", "e"), id="each"
    )
    bench = Bench(model(start(), inside, end(), path("start", "each", "end")), limits=FEW)
    instance = bench.create(items=list(range(100)))
    bench.wait()
    assert instance.header is not None
    assert instance.header.state == "completed"
    assert is_clean(bench)


# -- what else becomes of such a timer -----------------------------------------------------------------------


def test_it_is_over_with_its_undertaking() -> None:
    bench = Bench(bounced())
    instance = bench.create()
    assert len(bench.state.shared[Undertaking]) == 1
    bench.complete("pack")
    assert is_clean(bench)
    assert instance.header is not None
    assert instance.header.state == "completed"


def test_cancelled_it_leaves_nothing() -> None:
    bench = Bench(bounced())
    bench.do(CancelProcessInstance(process_instance_key=bench.create().key))
    assert is_clean(bench)


def test_abandoned_it_leaves_nothing() -> None:
    bench = Bench(bounced())
    key = bench.create().key
    bench.do(QuarantineInstance(process_instance_key=key, reason="a fault"))
    bench.do(CancelProcessInstance(process_instance_key=key))
    assert is_clean(bench)


def test_set_aside_it_waits_for_its_release() -> None:
    bench = Bench(around(PAST), limits=FEW)
    key = bench.create().key
    bench.do(QuarantineInstance(process_instance_key=key, reason="a fault"))
    bench.wait()
    assert not any(isinstance(event, TimerTriggered) for event in bench.events())
    bench.do(ReleaseInstance(process_instance_key=key))
    bench.wait()
    assert is_held(bench)


def test_what_it_brings_about_joins_what_is_still_to_be_done() -> None:
    inside = element(
        "subProcess",
        loop(),
        start("s"),
        catch("wait", PAST),
        service("work"),
        path("s", "wait", "work"),
        id="each",
    )
    bench = PageByPage(model(start(), inside, path("start", "each")), limits=ProcessLimits(page_events=8))
    bench.page(CreateProcessInstance(bpmn_process_id="process", variables=document(items=list(range(30)))))
    while bench.turn() or bench.rows(Timer):
        due = bench.state.due.first()
        if due is not None:
            bench.page(TriggerDue(table=due.table, key=due.key, due_ms=due.due_ms))
    assert len(bench.rows(Job)) == 30
    assert is_clean(bench)


def test_a_command_that_fails_leaves_the_budget_as_it_was() -> None:
    bench = Bench(bounced(), limits=FEW)
    bench.create()
    before = snapshot(bench.state)
    mark = bench.state.mark()
    due = bench.state.due.first()
    assert due is not None
    bench.do(TriggerDue(table=due.table, key=due.key, due_ms=due.due_ms))
    bench.state.roll_back(mark)
    assert snapshot(bench.state) == before


# -- cycles --------------------------------------------------------------------------------------------------


def test_a_cycle_without_end_comes_ten_times_a_second_at_most() -> None:
    beats = boundary("beat", "pack", timer("timeCycle", "R/PT0.001S"), cancelActivity="false")
    bench = Bench(
        model(start(), service("pack", job="pack"), beats, end("e"), path("start", "pack"), path("beat", "e"))
    )
    bench.create()
    for _ in range(1_000):
        bench.wait(1)
    triggered = sum(isinstance(event, TimerTriggered) for event in bench.events())
    assert triggered <= 1_000 // LEAST_WAIT_MS + 1


def test_an_event_sub_process_that_comes_at_once_comes_as_often_as_it_says() -> None:
    inner = event_sub_process(
        "inner",
        start("beat", timer("timeCycle", "R10/PT0S"), isInterrupting="false"),
        end("e"),
        path("beat", "e"),
    )
    bench = Bench(model(start(), service("pack", job="pack"), path("start", "pack"), inner))
    bench.create()
    bench.wait()
    assert sum(isinstance(event, TimerTriggered) for event in bench.events()) == 10
    assert not bench.rows(Incident)
    assert is_clean(bench)
