"""Who takes the next job, and how much credit a stream has."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from counterflow.kernel.lives.job_delivery import ActivateJobs
from counterflow.kernel.vocabulary import ActivatedJob
from counterflow.partition.takers import STREAM_CREDIT, PollTaker, StreamTaker, Takers


def request(job_type: str = "pack", maximum: int = 5) -> ActivateJobs:
    return ActivateJobs(
        type=job_type, worker="w", timeout_ms=1_000, maximum=maximum, fetch_variables=("a",), bytes_left=77
    )


def jobs(count: int) -> list[ActivatedJob]:
    return [
        ActivatedJob(key, "pack", 1, "process", 1, 1, "pack", 1, b"{}", "w", 3, 0, b"{}")
        for key in range(count)
    ]


def nobody_back(handed_back: Sequence[ActivatedJob]) -> None:
    raise AssertionError(f"expected no job to come back, but {len(handed_back)} did")


class Woken:
    """Counts how often a stream's reader was woken."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> None:
        self.times += 1


def stream(job_type: str = "pack") -> StreamTaker:
    return StreamTaker(request(job_type), Woken(), nobody_back)


def poll(job_type: str = "pack") -> tuple[PollTaker, list[Sequence[ActivatedJob]]]:
    answers: list[Sequence[ActivatedJob]] = []
    return PollTaker(request(job_type), answers.append), answers


def test_a_stream_asks_for_what_its_client_wanted_as_far_as_its_credit_goes() -> None:
    taker = stream()
    assert taker.request == ActivateJobs(
        type="pack",
        worker="w",
        timeout_ms=1_000,
        maximum=STREAM_CREDIT,
        fetch_variables=("a",),
        bytes_left=77,
    )


def test_credit_is_used_by_what_is_on_its_way_and_by_what_is_not_read() -> None:
    taker = stream()
    taker.reserve(10)
    assert taker.request.maximum == STREAM_CREDIT - 10
    taker.deliver(jobs(10))
    assert taker.request.maximum == STREAM_CREDIT - 10
    taker.queue.popleft()
    assert taker.request.maximum == STREAM_CREDIT - 9
    taker.reserve(5)
    taker.cancel(5)
    assert taker.request.maximum == STREAM_CREDIT - 9


def test_a_stream_is_woken_by_a_delivery() -> None:
    woken = Woken()
    taker = StreamTaker(request(), woken, nobody_back)
    taker.reserve(2)
    assert woken.times == 0
    taker.deliver(jobs(2))
    assert (woken.times, [job.key for job in taker.queue]) == (1, [0, 1])


def test_a_closed_stream_wants_nothing_and_hands_back_what_still_comes() -> None:
    handed_back: list[Sequence[ActivatedJob]] = []
    takers, taker = Takers(), StreamTaker(request(), Woken(), handed_back.append)
    takers.add_stream(taker)
    taker.reserve(2)
    takers.remove_stream(taker)
    taker.deliver(jobs(2))
    assert (taker.request.maximum, len(taker.queue), [len(back) for back in handed_back]) == (0, 0, [2])
    assert takers.streams() == []
    takers.remove_stream(taker)  # twice does no harm


def test_streams_take_turns_and_those_without_credit_are_passed_over() -> None:
    takers = Takers()
    full, first, second = stream(), stream(), stream()
    full.reserve(STREAM_CREDIT)
    for taker in (full, first, second):
        takers.add_stream(taker)
    assert [takers.next_for("pack") for _ in range(4)] == [first, second, first, second]


def test_a_poll_is_chosen_when_no_stream_has_credit_and_only_once() -> None:
    takers = Takers()
    full = stream()
    full.reserve(STREAM_CREDIT)
    takers.add_stream(full)
    (first, _), (second, _) = poll(), poll()
    takers.park(first)
    takers.park(second)
    assert [takers.next_for("pack") for _ in range(3)] == [first, second, None]


@pytest.mark.parametrize("job_type", ["ship", ""])
def test_types_are_kept_apart(job_type: str) -> None:
    takers = Takers()
    takers.add_stream(stream())
    takers.park(poll()[0])
    assert takers.next_for(job_type) is None


def test_a_poll_that_waits_no_longer_is_not_chosen() -> None:
    takers = Takers()
    taker, _ = poll()
    takers.park(taker)
    takers.unpark(taker)
    takers.unpark(taker)
    assert takers.next_for("pack") is None


def test_a_poll_is_answered_with_its_jobs_or_with_nothing() -> None:
    taker, answers = poll()
    taker.reserve(2)
    taker.deliver(jobs(2))
    assert [len(answer) for answer in answers] == [2]
    another, answers = poll()
    another.cancel(2)
    assert answers == [()]


def test_every_poll_that_waits_is_ended() -> None:
    takers = Takers()
    parked = [poll(job_type) for job_type in ("pack", "pack", "ship")]
    for taker, _ in parked:
        takers.park(taker)
    takers.end_polls()
    assert [answers for _, answers in parked] == [[()], [()], [()]]
    assert [takers.next_for(job_type) for job_type in ("pack", "ship")] == [None, None]
