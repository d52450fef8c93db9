"""The time of a partition never goes back and never stands still, whatever happens to the wall clock."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterflow.kernel.lives.deployments import DeployResources
from counterflow.kernel.rows import ProcessInstance
from counterflow.kernel.vocabulary import LogEntry
from counterflow.partition import due
from counterflow.partition.batch import last_time
from counterflow.partition.clock import LOOK_MS, SLOWEST, Clock
from counterflow.store.memory import MemoryStore
from counterflow.store.port import Batch
from tests.bpmn.diagram import catch, end, model, path, start, timer
from tests.partition.rig import Rig, rig, until

HOUR, DAY = 3_600_000, 86_400_000
WAIT = model(start(), catch("wait", timer()), end(), path("start", "wait", "end"))
"""A minute."""


class Machine:
    """A wall clock that is set, and a monotonic one."""

    def __init__(self) -> None:
        self.wall, self.monotonic = 1_700_000_000_000, 0.0
        self.clock = Clock(lambda: self.wall, lambda: self.monotonic)

    def passes(self, ms: int) -> int:
        self.wall += ms
        self.monotonic += ms
        return self.clock.now_ms()


def test_it_is_that_of_the_wall_clock() -> None:
    machine = Machine()
    assert [machine.passes(ms) - machine.wall for ms in (0, 1, 10, HOUR)] == [0, 0, 0, 0]


def test_it_jumps_ahead_with_the_wall_clock() -> None:
    machine = Machine()
    before = machine.passes(0)
    machine.wall += 3 * HOUR
    assert machine.passes(5) == before + 3 * HOUR + 5


@pytest.mark.parametrize("step_ms", [1_500, 3 * HOUR, 30 * DAY])
def test_it_goes_on_where_the_wall_clock_was_set_back(step_ms: int) -> None:
    machine = Machine()
    before = machine.passes(0)
    machine.wall -= step_ms
    assert machine.passes(0) == before
    for second in range(1, 100):
        assert machine.passes(1_000) >= before + SLOWEST * 1_000 * second - 1
    assert machine.clock.now_ms() - before >= 99_000 - 1_000, "a minute and a half is no second late"


def test_it_lets_the_wall_clock_catch_up() -> None:
    machine = Machine()
    machine.passes(0)
    machine.wall -= 60_000
    ahead = [machine.passes(60_000) - machine.wall for _ in range(110)]
    assert ahead == sorted(ahead, reverse=True)
    assert (ahead[0] > 59_000, ahead[-1]) == (True, 0)


@given(st.lists(st.tuples(st.integers(-(10**9), 10**9), st.integers(0, 10**6)), max_size=30))
def test_it_never_goes_back(steps: list[tuple[int, int]]) -> None:
    machine = Machine()
    times = [machine.passes(0)]
    for step, passed in steps:
        machine.wall += step
        times.append(machine.passes(passed))
        assert times[-1] >= times[-2] + int(SLOWEST * passed) - 1
    assert times == sorted(times)


# -- at work -----------------------------------------------------------------------------------------------


def states(found: Rig) -> list[str]:
    return [row.state for row in found.store.rows(ProcessInstance)]


async def test_what_a_jump_has_made_due_comes_at_the_next_look(monkeypatch: pytest.MonkeyPatch) -> None:
    """The alarm sleeps no longer than a look, though it had been set for a minute."""
    assert LOOK_MS <= 1_000
    monkeypatch.setattr(due, "LOOK_MS", 5)
    async with rig(WAIT) as found:
        await found.create()
        found.clock.ms += 3 * HOUR
        await until(lambda: states(found) == ["completed"])


@pytest.mark.parametrize("step_ms", [3 * HOUR, 30 * DAY])
async def test_what_is_due_comes_though_the_wall_clock_was_set_back(
    monkeypatch: pytest.MonkeyPatch, step_ms: int
) -> None:
    """What had begun to wait before, and what has since: each once."""
    monkeypatch.setattr(due, "LOOK_MS", 5)
    async with rig(WAIT) as found:
        await found.create()
        found.clock.ms -= step_ms
        await found.create()
        found.clock.ms += 61_000
        found.monotonic.ms += 61_000
        await until(lambda: states(found) == ["completed", "completed"])
        fired = [entry for entry in found.store.read_log() if entry.command == "TriggerDue"]
        assert len(fired) == 2
        times = [entry.timestamp_ms for entry in found.store.read_log()]
        assert times == sorted(times)


async def test_time_does_not_go_back_over_a_restart() -> None:
    async with rig(WAIT) as found:
        first = await found.create()
        await found.writer.stop()
        again = Rig(found.store)
        again.clock.ms = found.clock.ms - DAY
        again.writer.start()
        assert (await again.create()).started_at_ms == first.started_at_ms
        again.monotonic.ms += 60_000
        assert (await again.create()).started_at_ms == first.started_at_ms + 59_400
        await again.writer.stop()


@pytest.mark.parametrize("counts", [[], [1], [5], [1, 1, 3], [40, 1], [1, 1000], [3] * 50])
def test_the_time_of_the_last_entry_is_found(counts: list[int]) -> None:
    store, position = MemoryStore(), 0
    for number, count in enumerate(counts):
        entry = LogEntry(position + 1, 0, 1_000 + number, DeployResources.__name__, count, b"")
        store.commit(Batch({}, {}, [entry]))
        position += count
    assert last_time(store, position) == (1_000 + len(counts) - 1 if counts else 0)
