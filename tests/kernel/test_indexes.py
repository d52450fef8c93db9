"""What can be taken and what is due next, against a dictionary that is searched whole."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from counterflow.kernel.indexes import DueTimes, ReadyJobs
from counterflow.kernel.rows import Job

KEYS = st.integers(1, 8)


@given(st.lists(st.tuples(st.booleans(), KEYS)))
def test_ready_jobs_offer_the_smallest_key(changes: list[tuple[bool, int]]) -> None:
    queue, expected = ReadyJobs(), set[int]()
    for is_added, key in changes:
        if is_added:
            queue.add(key)
            expected.add(key)
        else:
            queue.discard(key)
            expected.discard(key)
        assert queue.first() == min(expected, default=None)
        assert len(queue) == len(expected)


@given(st.lists(st.tuples(KEYS, st.none() | st.integers(0, 5))))
def test_due_times_give_the_earliest_moment_and_then_the_smallest_key(changes: list[tuple[int, int | None]]) -> None:
    times, expected = DueTimes(), dict[int, int]()
    for key, due_ms in changes:
        if due_ms is None:
            times.discard(key)
            expected.pop(key, None)
        else:
            times.set(key, due_ms, Job)
            expected[key] = due_ms
        assert times.first() == min(((moment, found, Job) for found, moment in expected.items()), default=None)
        assert len(times) == len(expected)


def test_a_key_that_is_set_again_and_again_takes_no_room() -> None:
    times = DueTimes()
    for moment in range(5_000):
        times.set(1, moment, Job)
    times.set(2, 10_000, Job)
    assert times.first() == (4_999, 1, Job)
    assert len(times._heap) < 2_000  # the old moments were thrown away, not kept until their turn


def test_a_moment_that_comes_back_counts() -> None:
    times = DueTimes()
    times.set(1, 5, Job)
    times.discard(1)
    times.set(1, 5, Job)
    assert times.first() == (5, 1, Job)
    times.discard(1)
    assert times.first() is None
