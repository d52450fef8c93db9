"""Which calls are made again, and what the answer to a second time means."""

from collections.abc import Awaitable, Callable
from random import Random

import pytest

from counterflow_worker import BackOff, CallRetry, ClientError
from counterflow_worker.errors import (
    AlreadyExistsError,
    DeadlineExceededError,
    InvalidArgumentError,
    InvalidStateError,
    NotFoundError,
    ResourceExhaustedError,
    UnavailableError,
)
from counterflow_worker.repeat import (
    CHANGES_NOTHING,
    IS_GONE_AFTERWARDS,
    IS_OVER_AFTERWARDS,
    IS_THERE_AFTERWARDS,
    MUST_NOT_REPEAT,
    Repeat,
    repeated,
)
from tests.worker.clocks import InstantClock

AWAY, LATE, BUSY = UnavailableError, DeadlineExceededError, ResourceExhaustedError
GONE, STATE, THERE, WRONG = NotFoundError, InvalidStateError, AlreadyExistsError, InvalidArgumentError
RETRY = CallRetry(attempts=3, back_off=BackOff(initial_ms=100, factor=3.0, maximum_ms=5_000, jitter=0))

Answer = str | type[ClientError]


def scripted(*answers: Answer, reason: str = "") -> Callable[[], Awaitable[str]]:
    remaining = iter(answers)

    async def attempt() -> str:
        answer = next(remaining)
        if isinstance(answer, str):
            return answer
        raise answer("Call", answer.__name__, reason)

    return attempt


async def outcome(
    repeat: Repeat, *answers: Answer, clock: InstantClock | None = None, reason: str = ""
) -> Answer:
    """The answer, `applied`, or the error that came out."""
    attempt = scripted(*answers, reason=reason)
    try:
        return await repeated(
            attempt,
            lambda: "applied",
            repeat=repeat,
            retry=RETRY,
            clock=clock or InstantClock(),
            random=Random(1),
        )
    except ClientError as error:
        return type(error)


@pytest.mark.parametrize(
    "repeat,answers,expected",
    [
        (CHANGES_NOTHING,     ["yes"],                    "yes"),
        (CHANGES_NOTHING,     [AWAY, BUSY, "yes"],        "yes"),
        (CHANGES_NOTHING,     [AWAY, AWAY, BUSY],         BUSY),
        (CHANGES_NOTHING,     [WRONG],                    WRONG),
        (CHANGES_NOTHING,     [AWAY, GONE],               GONE),
        (CHANGES_NOTHING,     [LATE],                     LATE),
        (MUST_NOT_REPEAT,     [AWAY],                     AWAY),
        (MUST_NOT_REPEAT,     [LATE],                     LATE),
        (MUST_NOT_REPEAT,     [BUSY, "yes"],              "yes"),
        (IS_GONE_AFTERWARDS,  [GONE],                     GONE),
        (IS_GONE_AFTERWARDS,  [AWAY, GONE],               "applied"),
        (IS_GONE_AFTERWARDS,  [LATE, AWAY, GONE],         "applied"),
        (IS_GONE_AFTERWARDS,  [AWAY, BUSY, GONE],         "applied"),
        (IS_GONE_AFTERWARDS,  [BUSY, GONE],               GONE),
        (IS_GONE_AFTERWARDS,  [BUSY, BUSY, GONE],         GONE),
        (IS_GONE_AFTERWARDS,  [AWAY, STATE],              STATE),
        (IS_GONE_AFTERWARDS,  [AWAY, AWAY, AWAY],         AWAY),
        (IS_OVER_AFTERWARDS,  [STATE],                    STATE),
        (IS_OVER_AFTERWARDS,  [AWAY, STATE],              "applied"),
        (IS_OVER_AFTERWARDS,  [LATE, GONE],               "applied"),
        (IS_THERE_AFTERWARDS, [THERE],                    THERE),
        (IS_THERE_AFTERWARDS, [AWAY, THERE],              "applied"),
        (IS_THERE_AFTERWARDS, [AWAY, GONE],               GONE),
    ],
)  # fmt: skip
async def test_call_is_made_again_only_where_that_does_nothing_twice(
    repeat: Repeat, answers: list[Answer], expected: Answer
) -> None:
    assert await outcome(repeat, *answers) == expected


async def test_waits_grow_between_attempts_and_do_not_follow_the_last() -> None:
    clock = InstantClock()
    assert await outcome(CHANGES_NOTHING, AWAY, AWAY, AWAY, clock=clock) is AWAY
    assert clock.slept_ms == [100, 300]


async def test_message_that_is_too_large_stays_too_large() -> None:
    clock = InstantClock()
    assert (
        await outcome(
            CHANGES_NOTHING, BUSY, "yes", clock=clock, reason="Sent message larger than max (5 vs. 4)"
        )
        is BUSY
    )
    assert clock.slept_ms == []


async def test_what_was_taken_as_done_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "counterflow_worker")
    await outcome(IS_GONE_AFTERWARDS, AWAY, GONE, reason="no such job")
    assert caplog.messages == [
        "taken as done by an earlier attempt whose answer was lost: Call answered NotFoundError: no such job"
    ]
