"""What begins instances of a process: its latest version's timers and messages, and nobody else's."""

from __future__ import annotations

import pytest

from counterflow.kernel.events.message import starts_of
from counterflow.kernel.rows import MessageStart, ProcessInstance, StartTimer
from counterflow.kernel.vocabulary import Rejection
from tests.bpmn.diagram import (
    catch_message,
    definitions,
    end,
    message,
    model,
    path,
    process,
    service,
    start,
    timer,
)
from tests.kernel.bench import EPOCH_MS, ONE_TASK, Bench, due_times

HOUR = 3_600_000


def every(cycle: str, job: str = "pack") -> bytes:
    """A process that a cycle begins."""
    return model(
        start("again", timer("timeCycle", cycle)),
        service("pack", job=job),
        end(),
        path("again", "pack", "end"),
    )


BOTH = model(
    *(
        start("hourly", timer("timeCycle", "R/PT1H")),
        start("ordered", catch_message("order")),
        start("paid", catch_message("payment")),
    ),
    *(
        service("pack", job="pack"),
        end(),
        path("hourly", "pack", "end"),
        path("ordered", "pack"),
        path("paid", "pack"),
    ),
)


def versions(bench: Bench) -> list[int]:
    return [row.version for row in bench.rows(ProcessInstance)]


@pytest.mark.parametrize(
    "cycle, hours, count",
    [
        ("R3/PT1H", (1, 1, 1, 1, 1), 3),
        ("R1/PT1H", (1, 1), 1),
        ("R/PT1H", (1,) * 7, 7),
        ("R/PT1H", (7,), 1),
        ("R3/PT1H", (2, 1, 1), 2),
        ("R3/PT1H", (9, 1, 1), 1),
        ("r3/pt1h", (1, 1, 1, 1), 3),
        ("R3/PT0S", (1, 1), 3),
        ("R3/-PT1H", (1, 1), 3),
    ],
)
def test_a_cycle_begins_an_instance_each_time_and_one_for_all_that_were_missed(
    cycle: str, hours: tuple[int, ...], count: int
) -> None:
    bench = Bench(every(cycle))
    for passed in hours:
        bench.wait(passed * HOUR)
    assert len(bench.rows(ProcessInstance)) == count


def test_the_beat_is_kept_however_late_it_is_looked_at() -> None:
    bench = Bench(every("R/PT1H"))
    bench.wait(HOUR * 5 // 2)
    assert [due.due_ms for due in due_times(bench.state)] == [EPOCH_MS + 3 * HOUR]


@pytest.mark.parametrize(
    "kind, text",
    [
        ("timeDate", "1970-01-01T00:00:00Z"),
        ("timeDate", "1970-01-01T01:00+01:00[Europe/Berlin]"),
        ("timeDate", '= "1970-01-01T00:00Z"'),
        ("timeDuration", "PT0S"),
        ("timeDuration", "-PT5s"),
        ("timeDuration", '= duration("-PT5S")'),
    ],
)
def test_a_moment_that_has_passed_begins_an_instance_at_once(kind: str, text: str) -> None:
    bench = Bench(model(start("once", timer(kind, text)), end(), path("once", "end")))
    bench.wait()
    assert [row.state for row in bench.rows(ProcessInstance)] == ["completed"]
    assert bench.state.shared[StartTimer] == {}


def test_only_the_latest_version_is_begun() -> None:
    bench = Bench(BOTH)
    opened = set(bench.state.shared[StartTimer]) | set(bench.state.shared[MessageStart])
    bench.deploy(BOTH.replace(b'type="pack"', b'type="wrap"'), name="model-0.bpmn")
    assert opened.isdisjoint(set(bench.state.shared[StartTimer]) | set(bench.state.shared[MessageStart]))
    bench.wait(HOUR)
    bench.publish("order")
    bench.publish("payment")
    assert versions(bench) == [2, 2, 2]
    assert [row.start_at for row in bench.rows(ProcessInstance)] == ["hourly", "ordered", "paid"]


def test_a_version_without_events_ends_them() -> None:
    bench = Bench(BOTH)
    bench.deploy(ONE_TASK)
    assert (bench.state.shared[StartTimer], bench.state.shared[MessageStart], due_times(bench.state)) == (
        {},
        {},
        [],
    )
    bench.publish("order", live_ms=5)
    assert versions(bench) == []


def test_the_same_again_leaves_the_beat_as_it_is() -> None:
    bench = Bench(every("R/PT1H"))
    bench.now_ms += HOUR // 2
    bench.deploy(every("R/PT1H"), name="model-0.bpmn")
    assert [due.due_ms for due in due_times(bench.state)] == [EPOCH_MS + HOUR]


def test_another_process_is_left_alone() -> None:
    bench = Bench(BOTH)
    other = definitions(
        process(start("ordered", catch_message("order")), end(), path("ordered", "end"), process_id="other"),
        message("order", None),
    )
    bench.deploy(other, name="other.bpmn")
    bench.deploy(
        other.replace(b'id="end"', b'id="done"').replace(b'targetRef="end"', b'targetRef="done"'),
        name="other.bpmn",
    )
    bench.publish("order")
    assert [(row.bpmn_process_id, row.version) for row in bench.rows(ProcessInstance)] == [
        ("process", 1),
        ("other", 2),
    ]


def test_the_message_starts_of_a_process() -> None:
    bench = Bench(BOTH)
    assert [start_.element_id for start_ in starts_of(bench.state, "process")] == ["ordered", "paid"]
    assert starts_of(bench.state, "other") == []


def test_a_start_timer_that_gives_no_moment_today_is_refused_at_deployment() -> None:
    bench = Bench()
    with pytest.raises(Rejection, match=r"but it is 'soon' \(start event 'again'\)"):
        bench.deploy(every('= if now() < date and time("1970-01-01T00:00:01Z") then "R/PT1H" else "soon"'))
    assert (bench.state.definitions, bench.state.shared[StartTimer]) == ({}, {})
