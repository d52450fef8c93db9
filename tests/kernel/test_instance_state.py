"""The indexes of an instance follow its rows, through every change, roll-back and loading."""

from __future__ import annotations

import pytest

from counterflow.kernel.lives.instances import CancelProcessInstance
from counterflow.kernel.lives.quarantine import QuarantineInstance, ReleaseInstance
from counterflow.kernel.row import Home
from counterflow.kernel.rows import INSTANCE_TABLES, Job, MessageSubscription, SignalSubscription, Timer
from counterflow.kernel.state.indexes import PARTITION_INDEXERS
from counterflow.kernel.state.instance import INDEXERS, InstanceState
from counterflow.kernel.state.journal import STAND_STILL
from counterflow.kernel.unfinished import Sweep
from tests.bpmn.diagram import boundary, catch_message, end, model, path, service, start, timer
from tests.kernel.bench import Bench, contents, due_times, snapshot, waiting

GUARDED = model(
    *(start(), service("pack", job="pack"), end(), end("gave-up"), end("told")),
    *(
        boundary("late", "pack", timer(text="PT5S")),
        boundary("hint", "pack", catch_message("order"), cancelActivity="false"),
    ),
    *(path("start", "pack", "end"), path("late", "gave-up"), path("hint", "told")),
)


def test_what_an_instance_looks_up_is_in_its_own_tables() -> None:
    assert set(INDEXERS) <= set(INSTANCE_TABLES)


def test_what_is_known_at_start_of_instances_is_looked_up_across_them_and_nothing_else_is() -> None:
    of_instances = {table for table in INSTANCE_TABLES if table.known_at_start}
    assert (
        {table for table in PARTITION_INDEXERS if table.home is Home.INSTANCE}
        == of_instances
        == {Job, Timer, MessageSubscription, SignalSubscription, Sweep}
    )


def test_what_stands_still_in_quarantine_is_known_at_start() -> None:
    assert all(table.known_at_start for table in STAND_STILL)
    assert set(STAND_STILL) == {Job, Timer}


def test_an_instance_without_rows_is_empty() -> None:
    instance = InstanceState(7)
    assert (instance.header, instance.quarantine) == (None, None)
    assert (
        instance.elements,
        instance.jobs,
        instance.timers,
        instance.subscriptions,
        instance.incidents,
    ) == ({}, {}, {}, {}, {})
    assert (instance.undo_records, instance.arrived, instance.waits_of) == ({}, {}, {})


def test_waits_are_known_by_their_element_and_lead_to_their_instance() -> None:
    bench = Bench(GUARDED)
    instance = bench.create(key="k")
    (timer_row,), (subscription,) = bench.rows(Timer), bench.rows(MessageSubscription)
    assert instance.waits_of == {
        timer_row.element_instance_key: {timer_row.key: Timer, subscription.key: MessageSubscription}
    }
    assert bench.state.owner_of(Timer, timer_row.key) is instance
    assert bench.state.owner_of(MessageSubscription, subscription.key) is instance
    assert contents(bench.state.receivers) == {("order", "k"): {"process": [subscription.key]}}


def test_receivers_stay_in_the_order_in_which_they_began_to_wait() -> None:
    bench = Bench(GUARDED)
    instances = [bench.create(key="k") for _ in range(3)]
    receivers, owners = bench.state.receivers["order", "k"]["process"], bench.state.owners
    assert [owners[key] for key in receivers] == [instance.key for instance in instances]
    bench.complete("pack")
    assert [owners[key] for key in receivers] == [instance.key for instance in instances[1:]]


@pytest.mark.parametrize("command", ["complete", "create", "publish", "wait"])
def test_whatever_is_taken_back_is_as_it_was(command: str) -> None:
    bench = Bench(GUARDED)
    bench.create(key="k")
    before, mark = snapshot(bench.state), bench.state.mark()
    if command == "complete":
        bench.complete("pack")
    elif command == "create":
        bench.create(key="k")
    elif command == "publish":
        bench.publish("order", "k", live_ms=10)
    else:
        bench.wait(5_000)
    assert snapshot(bench.state) != before
    bench.state.roll_back(mark)
    assert snapshot(bench.state) == before


@pytest.mark.parametrize("command", [CancelProcessInstance, ReleaseInstance])
def test_taken_back_an_instance_set_aside_is_still_aside(
    command: type[CancelProcessInstance | ReleaseInstance],
) -> None:
    bench = Bench(GUARDED)
    instance = bench.create(key="k")
    bench.do(QuarantineInstance(process_instance_key=instance.key, reason="a fault"))
    before, mark = snapshot(bench.state), bench.state.mark()
    bench.do(command(process_instance_key=instance.key))
    bench.state.roll_back(mark)
    assert snapshot(bench.state) == before
    assert due_times(bench.state) == []


def test_nothing_of_an_instance_set_aside_is_offered_or_due() -> None:
    bench = Bench(GUARDED)
    instance = bench.create(key="k")
    before = (due_times(bench.state), waiting(bench.state.ready["pack"]))
    bench.do(QuarantineInstance(process_instance_key=instance.key, reason="a fault"))
    assert (due_times(bench.state), waiting(bench.state.ready["pack"])) == ([], [])
    assert (len(bench.rows(Job)), len(bench.rows(Timer))) == (1, 1)
    bench.do(ReleaseInstance(process_instance_key=instance.key))
    assert (due_times(bench.state), waiting(bench.state.ready["pack"])) == before
