"""The timeline: a bar for each piece of work, in order, none of no length."""

from __future__ import annotations

import pytest

from counterflow.cli.timeline import WIDTH, timeline
from counterflow_wire import counterflow_v1 as wire

COMPLETED, TERMINATED, ACTIVE = (
    wire.ELEMENT_INSTANCE_STATE_COMPLETED,
    wire.ELEMENT_INSTANCE_STATE_TERMINATED,
    wire.ELEMENT_INSTANCE_STATE_ACTIVE,
)


def answer(*tasks: wire.ElementInstance) -> wire.GetProcessInstanceResponse:
    """An instance that began at 0 and ended at 1 s, with these tasks in a sub-process."""
    inner = wire.ElementInstance(key=2, element_type="subProcess", children=tasks)
    return wire.GetProcessInstanceResponse(
        process_instance=wire.ProcessInstance(key=1, started_at_ms=0, ended_at_ms=1000),
        root=wire.ElementInstance(key=1, element_type="process", children=[inner]),
    )


def task(
    key: int, start_ms: int, end_ms: int | None, state: wire.ElementInstanceState, undo: int = 0
) -> wire.ElementInstance:
    """A service task."""
    return wire.ElementInstance(
        key=key,
        element_id=f"task-{key}",
        element_type="serviceTask",
        state=state,
        activated_at_ms=start_ms,
        ended_at_ms=end_ms,
        undo_record_key=undo,
    )


@pytest.mark.parametrize(
    "state, undo, word",
    [
        (COMPLETED, 0, "done"),
        (TERMINATED, 0, "failed"),
        (ACTIVE, 0, "running …"),
        (COMPLETED, 9, "undone"),
        (ACTIVE, 9, "undoing …"),
    ],
)
def test_what_became_of_a_task_is_said(state: wire.ElementInstanceState, undo: int, word: str) -> None:
    """In a word behind its bar."""
    end_ms = None if state == ACTIVE else 500
    assert timeline(answer(task(5, 0, end_ms, state, undo)), now_ms=1000).plain.rstrip().endswith(word)


@pytest.mark.parametrize(
    "termination,word",
    [
        (wire.Termination(cause="CAUSE_EVENT", error_code="FULL"), "failed"),
        (wire.Termination(cause="CAUSE_EVENT"), "terminated"),
        (wire.Termination(cause="CAUSE_COMMAND"), "cancelled"),
    ],
)
def test_what_was_terminated_says_how(termination: wire.Termination, word: str) -> None:
    """An error is a failure, a caller's command is not."""
    ended = task(5, 0, 500, TERMINATED)
    ended.termination.CopyFrom(termination)
    assert timeline(answer(ended), now_ms=1000).plain.rstrip().endswith(word)


def test_an_incident_is_seen() -> None:
    """A task that nothing but a person gets going is not said to be running."""
    stuck = task(5, 0, None, ACTIVE)
    stuck.incidents.add(key=9)
    assert timeline(answer(stuck), now_ms=1000).plain.rstrip().endswith("incident")


def test_calls_and_the_instances_of_a_loop_have_bars() -> None:
    """Its body has none, and long names are cut."""
    call = task(5, 0, 500, COMPLETED)
    call.element_type, call.element_name = "callActivity", "n" * 50
    body, first = task(6, 0, 500, COMPLETED), task(7, 0, 500, COMPLETED)
    body.loop_counter, first.loop_counter = -1, 1
    lines = timeline(answer(call, body, first), now_ms=1000).plain.splitlines()
    assert [line.split("█")[0].strip() for line in lines] == ["n" * 39 + "…", "task-7 #1"]
    assert lines[0].index("█") == lines[1].index("█")


def test_bars_stand_where_the_work_was_done() -> None:
    """Half the time is half the width, and the order is that of beginning."""
    first, second = timeline(
        answer(task(6, 500, 1000, COMPLETED), task(5, 0, 500, COMPLETED)), now_ms=1000
    ).plain.splitlines()
    assert first.split()[0] == "task-5"
    assert first.count("█") == WIDTH // 2
    assert second.index("█") == first.index("█") + WIDTH // 2


@pytest.mark.parametrize(
    "columns,width", [(0, WIDTH), (200, WIDTH), (60, 60 - 16 - 2 - len("  running …")), (20, 12)]
)
def test_bars_fit_on_the_page(columns: int, width: int) -> None:
    """Unless there is no room for a bar at all."""
    (line,) = timeline(answer(task(5, 0, None, ACTIVE)), now_ms=1000, columns=columns).plain.splitlines()
    assert line.count("█") == width
    assert columns in {0, 20} or len(line) <= columns


def test_work_of_no_time_has_a_bar() -> None:
    """Everything that was done can be seen."""
    assert timeline(answer(task(5, 1000, 1000, COMPLETED)), now_ms=1000).plain.count("█") == 1
