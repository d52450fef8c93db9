"""All waits of an element open together, before it is at work, and close together, when it is left."""

from __future__ import annotations

import pytest

from counterflow.kernel.course.moves import ElementActivated
from counterflow.kernel.events.message import SubscriptionClosed, SubscriptionOpened
from counterflow.kernel.events.timer import TimerCanceled, TimerScheduled
from counterflow.kernel.lives.instances import CancelProcessInstance, CreateProcessInstance
from counterflow.kernel.lives.variables import SetVariables
from counterflow.kernel.rows import ElementInstance, MessageSubscription, Timer
from counterflow.kernel.work.incidents import ResolveIncident
from tests.bpmn.diagram import (
    boundary,
    catch,
    catch_message,
    end,
    event_sub_process,
    gateway,
    model,
    path,
    service,
    start,
    sub_process,
    timer,
)
from tests.kernel.bench import Bench, document

GUARDED = model(
    *(start(), service("pack", job="pack"), end(), end("gave-up"), end("told")),
    *(
        boundary("late", "pack", timer(text="= patience")),
        boundary("hint", "pack", catch_message("order"), cancelActivity="false"),
    ),
    *(path("start", "pack", "end"), path("late", "gave-up"), path("hint", "told")),
)
SCOPES = model(
    start(),
    sub_process(
        "inside",
        *(start("begin"), service("pack", job="pack"), end("packed"), path("begin", "pack", "packed")),
        event_sub_process(
            "on-stop",
            start("stop", catch_message("order")),
            service("tidy", job="tidy"),
            path("stop", "tidy"),
        ),
        event_sub_process("on-time", start("time", timer(text="PT1H")), end("timed"), path("time", "timed")),
    ),
    *(
        boundary("late", "inside", timer(text="PT2H")),
        end(),
        end("gave-up"),
        path("start", "inside", "end"),
        path("late", "gave-up"),
    ),
)
GATEWAY = model(
    *(
        start(),
        gateway("which", "eventBased"),
        catch("wait", timer(text="PT1H")),
        catch("ordered", catch_message("order")),
        end(),
    ),
    *(path("start", "which", "wait", "end"), path("which", "ordered", "end")),
)


def waiting_for(bench: Bench) -> set[tuple[str, str]]:
    """Who waits on whose behalf, as (element, event)."""
    elements = {row.key: row.element_id for row in bench.rows(ElementInstance)}
    rows: list[Timer | MessageSubscription] = [*bench.rows(Timer), *bench.rows(MessageSubscription)]
    return {(elements[row.element_instance_key], row.catch_id) for row in rows}


def test_waits_open_before_the_element_is_at_work() -> None:
    bench = Bench(GUARDED)
    bench.create(patience="PT5S", key="k")
    kinds = [type(event) for event in bench.events()]
    pack = len(kinds) - 1 - kinds[::-1].index(ElementActivated)
    assert kinds[pack - 2 : pack] == [TimerScheduled, SubscriptionOpened]


@pytest.mark.parametrize("given, missing", [({"key": "k"}, "late"), ({"patience": "PT5S"}, "hint")])
def test_all_open_or_none(given: dict[str, str], missing: str) -> None:
    bench = Bench(GUARDED)
    instance = bench.create(**given)
    assert f"of '{missing}'" in bench.incident().message or "timer's duration" in bench.incident().message
    assert (waiting_for(bench), instance.jobs, instance.waits_of) == (set(), {}, {})
    bench.do(SetVariables(element_instance_key=instance.key, variables=document(patience="PT5S", key="k")))
    bench.do(ResolveIncident(incident_key=bench.incident().key))
    assert waiting_for(bench) == {("pack", "late"), ("pack", "hint")}
    assert len(instance.jobs) == 1


@pytest.mark.parametrize("ending", ["complete", "cancel", "timer"])
def test_all_close_with_the_element(ending: str) -> None:
    bench = Bench(GUARDED)
    instance = bench.create(patience="PT5S", key="k")
    seen = len(bench.log)
    if ending == "complete":
        bench.complete("pack")
    elif ending == "cancel":
        bench.do(CancelProcessInstance(process_instance_key=instance.key))
    else:
        bench.wait(5_000)
    closed = {type(event) for event in bench.events(seen)} & {TimerCanceled, SubscriptionClosed}
    assert closed == ({SubscriptionClosed} if ending == "timer" else {TimerCanceled, SubscriptionClosed})
    assert (waiting_for(bench), instance.waits_of, bench.state.receivers) == (set(), {}, {})


def test_a_scope_waits_for_the_starts_inside_it_and_the_events_on_its_border() -> None:
    bench = Bench(SCOPES)
    bench.create(key="k")
    assert waiting_for(bench) == {("inside", "stop"), ("inside", "time"), ("inside", "late")}


def test_a_scope_that_is_taken_over_goes_on_waiting_at_its_border_only() -> None:
    bench = Bench(SCOPES)
    bench.create(key="k")
    bench.publish("order", "k")
    assert waiting_for(bench) == {("inside", "late")}


def test_a_gateway_waits_for_the_events_behind_it() -> None:
    bench = Bench(GATEWAY)
    bench.create(key="k")
    assert waiting_for(bench) == {("which", "wait"), ("which", "ordered")}


def test_an_event_that_has_happened_is_not_waited_for_again() -> None:
    bench = Bench(GATEWAY)
    instance = bench.create(key="k")
    bench.publish("order", "k")
    assert instance.header is not None
    assert (instance.header.state, waiting_for(bench)) == ("completed", set())


def test_a_scope_entered_from_outside_waits_like_any_other() -> None:
    bench = Bench(SCOPES)
    bench.do(
        CreateProcessInstance(bpmn_process_id="process", start_at=("pack",), variables=document(key="k"))
    )
    assert waiting_for(bench) == {("inside", "stop"), ("inside", "time"), ("inside", "late")}
    bench.wait(2 * 3_600_000)
    assert waiting_for(bench) == set()
