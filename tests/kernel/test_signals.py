"""Signals: who is reached, what holds a throw up, and what keeps a chain of throws from going on for ever."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from counterflow.kernel.events.signal import (
    BroadcastSignal,
    SignalBroadcast,
    SignalReceived,
    SignalStartClosed,
    SignalSubscriptionOpened,
)
from counterflow.kernel.lives.quarantine import QuarantineInstance, ReleaseInstance
from counterflow.kernel.rows import Incident, SignalStart, SignalSubscription
from counterflow.kernel.vocabulary import Rejection
from counterflow.kernel.work.budget import ProcessLimits
from counterflow.kernel.work.incidents import ResolveIncident
from tests.bpmn.diagram import (
    catch,
    definitions,
    end,
    event_sub_process,
    path,
    process,
    service,
    signal,
    signalled,
    start,
    sub_process,
    throw,
)
from tests.bpmn.loops import loop
from tests.kernel.bench import Bench, document

GO = signalled("go")


def model(*inside: str, name: str | None = "go", process_id: str = "process") -> bytes:
    return definitions(process(*inside, process_id=process_id), signal(name, "signal_go"))


WAIT = model(start(), catch("wait", GO), end(), path("start", "wait", "end"))
STARTED = model(start("begun", GO), service("a"), end(), path("begun", "a", "end"), process_id="started")
PING = model(start("heard", GO), end("shout", GO), path("heard", "shout"), process_id="ping")


def broadcast(bench: Bench, name: str = "go", /, **variables: Any) -> int:
    key: int = bench.do(BroadcastSignal(name=name, variables=document(**variables)))
    return key


def test_the_answer_is_the_key_of_the_signal() -> None:
    bench = Bench(WAIT)
    key = broadcast(bench, x=1)
    (event,) = bench.events(after=1)
    assert event == SignalBroadcast(key, "go", b'{"x":1}')


def test_everybody_is_reached_in_the_order_in_which_they_began_to_wait() -> None:
    bench = Bench(WAIT, STARTED)
    keys = [bench.create().key for _ in range(3)]
    waiting = [row.key for row in bench.rows(SignalSubscription)]
    key = broadcast(bench)
    received = [event for event in bench.events() if isinstance(event, SignalReceived)]
    assert [event.signal_key for event in received] == [key] * 4
    assert [event.receiver_key for event in received][:3] == waiting
    begun = bench.instance(received[3].receiver_key)
    assert begun.header is not None
    assert (begun.header.bpmn_process_id, begun.header.start_at) == ("started", "begun")
    assert [bench.instance(one).header.state for one in keys] == ["completed"] * 3  # type: ignore[union-attr]  # all are there
    assert bench.rows(SignalSubscription) == []


@pytest.mark.parametrize("name", ["= what", None])
def test_only_a_text_is_a_name(name: str | None) -> None:
    bench = Bench(model(start(), catch("wait", GO), end(), path("start", "wait", "end"), name="= what"))
    bench.create(what=name and 5)
    assert bench.rows(SignalSubscription) == []
    assert bench.incident().message.startswith("Expected the signal name '=what' of 'wait' to be a non-empty")


def test_what_is_set_aside_is_not_reached() -> None:
    bench = Bench(WAIT)
    aside, free = bench.create().key, bench.create().key
    bench.do(QuarantineInstance(process_instance_key=aside, reason="a fault"))
    broadcast(bench)
    assert [bench.instance(key).header.state for key in (aside, free)] == ["active", "completed"]  # type: ignore[union-attr]  # both are there
    bench.do(ReleaseInstance(process_instance_key=aside))
    assert [row.process_instance_key for row in bench.rows(SignalSubscription)] == [aside]
    broadcast(bench)
    assert bench.instance(aside).header.state == "completed"  # type: ignore[union-attr]  # it is there


def test_the_starts_of_an_earlier_version_are_closed() -> None:
    bench = Bench(STARTED)
    (first,) = bench.state.shared[SignalStart].values()
    bench.deploy(STARTED.replace(b'name="go"', b'name="go" structureRef="again"'))
    (second,) = bench.state.shared[SignalStart].values()
    assert SignalStartClosed(first.key) in bench.events()
    assert second.definition_key > first.definition_key
    broadcast(bench)
    assert [bench.instance(job.process_instance_key).header.version for job in [bench.job("work")]] == [2]  # type: ignore[union-attr]  # it is there


# -- chains --------------------------------------------------------------------------------------------------


def test_a_process_that_starts_itself_is_held_after_a_thousand_rounds() -> None:
    bench = Bench(PING)
    broadcast(bench)
    assert sum(isinstance(event, SignalBroadcast) for event in bench.events()) == 1_002
    incident = bench.incident()
    assert (incident.element_id, incident.error_type) == ("shout", "STEP_LIMIT_EXCEEDED")
    bench.do(ResolveIncident(incident_key=incident.key))
    assert sum(isinstance(event, SignalBroadcast) for event in bench.events()) > 2_000
    assert bench.incident().key > incident.key


def test_processes_that_start_each_other_in_ever_greater_numbers_share_the_limit() -> None:
    fork = model(
        start("heard", GO),
        end("one", GO),
        end("two", GO),
        path("heard", "one"),
        path("heard", "two"),
        process_id="fork",
    )
    bench = Bench(fork, limits=ProcessLimits(steps=50))
    broadcast(bench)
    assert sum(isinstance(event, SignalBroadcast) for event in bench.events()) < 100
    assert {row.error_type for row in bench.rows(Incident)} == {"STEP_LIMIT_EXCEEDED"}


def test_an_event_sub_process_that_throws_what_begins_it() -> None:
    again = event_sub_process(
        "again", start("heard", GO, isInterrupting="false"), end("shout", GO), path("heard", "shout")
    )
    bench = Bench(
        model(start(), service("a"), end(), path("start", "a", "end"), again), limits=ProcessLimits(steps=20)
    )
    bench.create()
    broadcast(bench)
    assert sum(isinstance(event, SignalBroadcast) for event in bench.events()) < 22
    assert bench.incident().error_type == "STEP_LIMIT_EXCEEDED"


@pytest.mark.parametrize("sequential", [False, True])
def test_many_throws_of_one_event_are_no_chain(sequential: bool) -> None:
    inside = sub_process(
        "many", loop(sequential=sequential), start("begin"), end("shout", GO), path("begin", "shout")
    )
    bench = Bench(model(start(), inside, end(), path("start", "many", "end")), limits=ProcessLimits(steps=20))
    key = bench.create(items=list(range(100))).key
    assert sum(isinstance(event, SignalBroadcast) for event in bench.events()) == 100
    assert bench.instance(key).header.state == "completed"  # type: ignore[union-attr]  # it is there


# -- sizes ---------------------------------------------------------------------------------------------------


def test_variables_that_are_too_large_for_a_scope_are_refused() -> None:
    bench = Bench(WAIT, limits=ProcessLimits(variable_bytes=100))
    with pytest.raises(Rejection, match="the variables to take at most 100 bytes"):
        broadcast(bench, text="x" * 200)


def test_variables_that_are_too_large_for_so_many_are_refused() -> None:
    bench = Bench(WAIT, limits=ProcessLimits(fuel=100))
    for _ in range(3):
        bench.create()
    with pytest.raises(Rejection, match="small enough for all of its 3 receivers"):
        broadcast(bench, text="x" * 3_000)
    assert len(bench.rows(SignalSubscription)) == 3
    broadcast(bench, text="x" * 1_000)
    assert bench.rows(SignalSubscription) == []


def test_a_throw_that_carries_too_much_for_so_many_is_held() -> None:
    mapped = "<extensionElements><zeebe:ioMapping><zeebe:input source='= big' target='big'/></zeebe:ioMapping></extensionElements>"
    shouting = model(
        start(), throw("shout", mapped, GO), end(), path("start", "shout", "end"), process_id="shouting"
    )
    bench = Bench(WAIT, shouting, limits=ProcessLimits(fuel=1_000))
    for _ in range(3):
        bench.create()
    bench.create("shouting", big="x" * 30_000)
    incident = bench.incident()
    assert (incident.element_id, incident.error_type) == ("shout", "IO_MAPPING_ERROR")
    assert len(bench.rows(SignalSubscription)) == 3


def test_nobody_can_be_reached_with_any_size() -> None:
    bench = Bench(WAIT, limits=ProcessLimits(fuel=1))
    broadcast(bench, text="x" * 3_000)


# -- what a receiver finds no room for -----------------------------------------------------------------------


def test_a_receiver_without_room_is_held_and_the_others_go_on() -> None:
    bench = Bench(WAIT, limits=ProcessLimits(variable_bytes=200))
    full = bench.create(old="x" * 150).key
    free = bench.create().key
    broadcast(bench, text="x" * 100)
    assert bench.incident().process_instance_key == full
    assert bench.instance(free).header.state == "completed"  # type: ignore[union-attr]  # it is there


def test_who_is_swept_away_by_an_earlier_receiver_is_not_reached() -> None:
    inner = sub_process(
        "inner", start("begin"), catch("wait", GO), end("done"), path("begin", "wait", "done")
    )
    guard = event_sub_process(
        "guard", start("heard", GO), service("a"), end("out"), path("heard", "a", "out")
    )
    bench = Bench(model(start(), inner, end(), path("start", "inner", "end"), guard))
    bench.create()
    opened = [event.catch_id for event in bench.events() if isinstance(event, SignalSubscriptionOpened)]
    broadcast(bench)
    received = [event for event in bench.events() if isinstance(event, SignalReceived)]
    assert (opened, len(received)) == (["heard", "wait"], 1)


def test_a_roll_back_leaves_the_index_as_it_was() -> None:
    bench = Bench(WAIT)
    bench.create()
    before = copy.deepcopy(bench.state.indexed)
    mark = bench.state.mark()
    broadcast(bench)
    bench.state.roll_back(mark)
    assert bench.state.indexed == before
