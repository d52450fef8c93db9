"""What can be taken and what is due next, against a dictionary that is searched whole."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from counterflow.kernel.rows import Job
from counterflow.kernel.state.queues import BufferedMessages, OldestFirst
from counterflow.kernel.state.windows import DueTimes

KEYS = st.integers(1, 8)


@given(st.lists(st.tuples(st.booleans(), KEYS)))
def test_the_smallest_key_comes_first(changes: list[tuple[bool, int]]) -> None:
    queue, expected = OldestFirst(), set[int]()
    for is_added, key in changes:
        if is_added:
            queue.add(key)
            expected.add(key)
        else:
            queue.discard(key)
            expected.discard(key)
        assert queue.first() == min(expected, default=None)
        assert len(queue) == len(expected)
        assert list(queue) == sorted(expected)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["publish", "reach", "take back", "expire"]), KEYS, st.sampled_from(["p", "q"])
        )
    )
)
def test_buffered_messages_are_known_by_id_and_by_whom_they_have_not_reached(
    changes: list[tuple[str, int, str]],
) -> None:
    buffered, here, reached = BufferedMessages(), set[int](), set[tuple[int, str]]()
    for what, key, process_id in changes:
        if what == "publish" and key not in here:
            buffered.add(key, f"id-{key}")
            here.add(key)
        elif what == "expire" and key in here:
            buffered.discard(key, f"id-{key}")
            here.discard(key)
            reached -= {(key, "p"), (key, "q")}
        elif what in {"reach", "take back"} and key in here:
            buffered.set_reached(key, process_id, is_reached=what == "reach")
            (reached.add if what == "reach" else reached.discard)((key, process_id))
        unreached = buffered.unreached_by(process_id, lambda found: (found, process_id) in reached)  # noqa: B023 - asked at once
        assert list(unreached) == sorted(found for found in here if (found, process_id) not in reached)
        assert (list(buffered), len(buffered)) == (sorted(here), len(here))
        assert [found for found in range(1, 9) if buffered.has_id(f"id-{found}")] == sorted(here)


def test_what_was_set_aside_is_due_again_when_it_is_taken_up() -> None:
    times = DueTimes()
    for key in (1, 2, 3):
        times.set(key, key, Job)
        times.set_aside(key)
    times.discard(1)
    times.set(2, 7, Job)
    assert times.first() == (7, 2, Job)
    times.take_up()
    assert times.first() == (3, 3, Job)


@given(st.lists(st.tuples(KEYS, st.none() | st.integers(0, 5))))
def test_due_times_give_the_earliest_moment_and_then_the_smallest_key(
    changes: list[tuple[int, int | None]],
) -> None:
    times, expected = DueTimes(), dict[int, int]()
    for key, due_ms in changes:
        if due_ms is None:
            times.discard(key)
            expected.pop(key, None)
        else:
            times.set(key, due_ms, Job)
            expected[key] = due_ms
        assert times.first() == min(
            ((moment, found, Job) for found, moment in expected.items()), default=None
        )
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
