"""What becomes of a job, before anything is sent."""

import asyncio
from random import Random

import pytest

from counterflow_worker import (
    GIVE_UP,
    AdHocResult,
    BackOff,
    BpmnError,
    JobFailure,
    JobRetry,
    Step,
    VariablesError,
)
from counterflow_worker.outcome import MESSAGE_LENGTH, Completed, Failed, Thrown, decide
from counterflow_worker.testing import make_job

RETRY = JobRetry(back_off=BackOff(initial_ms=1_000, jitter=0))
FOUND_LIST = "expected a mapping, a Struct, a dataclass or None as variables, found list"
DECIDED = AdHocResult(activate={"ask": {"who": "Ada"}}, variables={"a": 1})
JOB = make_job("work", {"card": "4111"}, retries=2)


@pytest.mark.parametrize(
    "result,expected",
    [
        (None,                                   Completed()),
        ({"a": 1},                               Completed(variables_json='{"a":1}')),
        (DECIDED,                                Completed(variables_json='{"a":1}', result=DECIDED)),
        (AdHocResult(activate={"ask": [1]}),     Failed(retries=0, back_off_ms=0, message=FOUND_LIST)),
        (BpmnError("CODE"),                      Thrown(code="CODE", message="")),
        (BpmnError("CODE", "why", {"a": 1}),     Thrown(code="CODE", message="why", variables_json='{"a":1}')),
        (JobFailure("why"),                      Failed(retries=1, back_off_ms=2_000, message="why")),
        (JobFailure("why", retries=0),           Failed(retries=0, back_off_ms=2_000, message="why")),
        (JobFailure("why", back_off_ms=0),       Failed(retries=1, back_off_ms=0, message="why")),
        (JobFailure("why", 5, 6, {"a": 1}),      Failed(retries=5, back_off_ms=6, message="why", variables_json='{"a":1}')),
        (KeyError("seat"),                       Failed(retries=1, back_off_ms=2_000, message="KeyError: 'seat'")),
        (ValueError(),                           Failed(retries=1, back_off_ms=2_000, message="ValueError: ")),
        (TimeoutError("slow"),                   Failed(retries=1, back_off_ms=2_000, message="TimeoutError: slow")),
        (VariablesError("no `x`"),               Failed(retries=0, back_off_ms=0, message="no `x`")),
        (["no", "names"],                        Failed(retries=0, back_off_ms=0, message=FOUND_LIST)),
        (BpmnError("CODE", variables=[1]),       Failed(retries=0, back_off_ms=0, message=FOUND_LIST)),
    ],
)  # fmt: skip
async def test_whatever_a_handler_does_becomes_an_outcome(result: object, expected: object) -> None:
    assert await decide(JOB, step_to(result), RETRY, Random(1)) == expected


async def test_some_exceptions_have_a_policy_of_their_own() -> None:
    retry = JobRetry(back_off=BackOff(initial_ms=1_000, jitter=0), per_exception={KeyError: GIVE_UP})
    assert await decide(JOB, step_to(KeyError("seat")), retry, Random(1)) == Failed(
        retries=0, back_off_ms=0, message="KeyError: 'seat'"
    )
    assert await decide(JOB, step_to(OSError("net")), retry, Random(1)) == Failed(
        retries=1, back_off_ms=2_000, message="OSError: net"
    )


@pytest.mark.parametrize(
    "error", [ValueError("x" * 9_999), JobFailure("x" * 9_999), BpmnError("CODE", "x" * 9_999)]
)
async def test_long_messages_are_cut(error: Exception) -> None:
    outcome = await decide(JOB, step_to(error), RETRY, Random(1))
    assert isinstance(outcome, Failed | Thrown)
    assert len(outcome.message) == MESSAGE_LENGTH
    assert outcome.message.endswith("x…")


async def test_failure_is_logged_without_the_variables(caplog: pytest.LogCaptureFixture) -> None:
    await decide(JOB, step_to(ZeroDivisionError("by zero")), RETRY, Random(1))
    assert "its handler failed" in caplog.text
    assert "ZeroDivisionError: by zero" in caplog.text
    assert "4111" not in caplog.text


async def test_cancellation_is_no_outcome() -> None:
    with pytest.raises(asyncio.CancelledError):
        await decide(JOB, step_to(asyncio.CancelledError()), RETRY, Random(1))


def step_to(result: object) -> Step:
    async def step(_: object) -> object:
        if isinstance(result, BaseException):
            raise result
        return result

    return step
