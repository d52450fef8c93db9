"""How long to wait, and how many retries are left."""

from random import Random

import pytest

from counterflow_worker import GIVE_UP, NO_BACK_OFF, BackOff, JobRetry
from counterflow_worker.testing import make_job

STEADY = BackOff(initial_ms=100, factor=3.0, maximum_ms=5_000, jitter=0)


@pytest.mark.parametrize(
    "failures,delay_ms",
    [(0, 100), (1, 100), (2, 300), (3, 900), (4, 2_700), (5, 5_000), (6, 5_000), (10_000, 5_000)],
)
def test_delay_grows_to_its_maximum(failures: int, delay_ms: int) -> None:
    assert STEADY.delay_ms(failures, Random(1)) == delay_ms


def test_jitter_spreads_the_delay_around_its_value() -> None:
    random = Random(1)
    delays = [BackOff(initial_ms=1_000, jitter=0.2).delay_ms(1, random) for _ in range(500)]
    assert min(delays) >= 800
    assert max(delays) <= 1_200
    assert len(set(delays)) > 100


def test_same_seed_gives_the_same_delays() -> None:
    assert BackOff().delay_ms(3, Random(5)) == BackOff().delay_ms(3, Random(5))


def test_no_back_off_is_none() -> None:
    assert NO_BACK_OFF.delay_ms(9, Random(1)) == 0


@pytest.mark.parametrize(
    "options",
    [
        {"initial_ms": -1},
        {"initial_ms": 10, "maximum_ms": 9},
        {"factor": 0.5},
        {"jitter": 1.0},
        {"jitter": -0.1},
    ],
)
def test_back_off_that_makes_no_sense_is_refused(options: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="back-off needs"):
        BackOff(**options)  # type: ignore[arg-type]  # the table mixes the types of its columns


@pytest.mark.parametrize(
    "retries,left,delay_ms",
    [(3, 2, 100), (2, 1, 300), (1, 0, 900), (0, 0, 2_700), (8, 7, 100)],
)
def test_failed_job_loses_a_retry_and_waits_longer_each_time(retries: int, left: int, delay_ms: int) -> None:
    job, retry = make_job("work", retries=retries), JobRetry(back_off=STEADY)
    assert (retry.retries_left(job), retry.back_off_ms(job, Random(1))) == (left, delay_ms)


def test_back_off_counts_from_the_number_of_retries_the_model_gives() -> None:
    retry = JobRetry(expected_retries=10, back_off=STEADY)
    assert retry.back_off_ms(make_job("work", retries=8), Random(1)) == 900


class PaymentError(ConnectionError):
    """Of a class between."""


@pytest.mark.parametrize(
    "error,left,delay_ms",
    [
        (ValueError("never"), 0, 0),
        (ConnectionError("soon"), 2, 5),
        (PaymentError("soon"), 2, 5),
        (OSError("by default"), 2, 100),
    ],
)
def test_the_nearest_class_of_an_exception_chooses_the_policy(
    error: Exception, left: int, delay_ms: int
) -> None:
    soon = JobRetry(back_off=BackOff(initial_ms=5, jitter=0))
    policy = JobRetry(back_off=STEADY, per_exception={ValueError: GIVE_UP, ConnectionError: soon}).policy_for(
        error
    )
    job = make_job("work")
    assert (policy.retries_left(job), policy.back_off_ms(job, Random(1))) == (left, delay_ms)
