"""The life of a job as its callers meet it: what is refused, with which words, and what is kept."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from counterflow.kernel.lives.jobs import (
    ERROR_MESSAGE_LIMIT,
    CompleteJob,
    FailJob,
    ThrowError,
    UpdateJobRetries,
    UpdateJobTimeout,
)
from counterflow.kernel.rows import Job
from counterflow.kernel.vocabulary import Command, Rejection, RejectionType
from tests.bpmn.diagram import (
    boundary,
    catch_error,
    compensate,
    element,
    end,
    extensions,
    handler,
    model,
    path,
    service,
    start,
)
from tests.kernel.bench import ONE_TASK, Bench

GIVEN_WITH: dict[str, Callable[[int], Command]] = {
    "complete": lambda key: CompleteJob(job_key=key, variables={}),
    "fail": lambda key: FailJob(job_key=key, retries=1, variables={}),
    "throw an error for": lambda key: ThrowError(job_key=key, error_code="A", variables={}),
    "update the retries of": lambda key: UpdateJobRetries(job_key=key, retries=1),
    "update the timeout of": lambda key: UpdateJobTimeout(job_key=key, timeout_ms=1),
}


def bench_with_job() -> tuple[Bench, Job]:
    bench = Bench(ONE_TASK)
    bench.create()
    return bench, bench.job("pack")


def refused(bench: Bench, command: Command) -> Rejection:
    with pytest.raises(Rejection) as raised:
        bench.do(command)
    return raised.value


@pytest.mark.parametrize("intent", GIVEN_WITH)
def test_a_job_that_is_not_there(intent: str) -> None:
    bench, job = bench_with_job()
    unknown = job.key + 1000
    rejection = refused(bench, GIVEN_WITH[intent](unknown))
    assert rejection.type is RejectionType.NOT_FOUND
    assert rejection.reason == f"Expected to {intent} job with key '{unknown}', but no such job was found"


@pytest.mark.parametrize("intent", GIVEN_WITH)
def test_a_job_that_was_completed_is_gone(intent: str) -> None:
    bench, job = bench_with_job()
    bench.complete("pack")
    assert refused(bench, GIVEN_WITH[intent](job.key)).type is RejectionType.NOT_FOUND


def test_the_first_of_two_completions_wins() -> None:
    bench, job = bench_with_job()
    bench.activate("pack")
    bench.do(CompleteJob(job_key=job.key, variables={}))
    seen = len(bench.log)
    assert refused(bench, CompleteJob(job_key=job.key, variables={"a": b"1"})).type is RejectionType.NOT_FOUND
    assert len(bench.log) == seen


@pytest.mark.parametrize(
    "prepare, why",
    [
        (FailJob(job_key=0, retries=1, back_off_ms=10, variables={}), "waits for its back-off to end"),
        (FailJob(job_key=0, retries=0, variables={}), "no retries left; resolve its incident first"),
        (FailJob(job_key=0, retries=-5, variables={}), "no retries left; resolve its incident first"),
        (ThrowError(job_key=0, error_code="A", variables={}), "nothing caught; resolve its incident first"),
    ],
)
@pytest.mark.parametrize("intent", ["complete", "fail", "throw an error for"])
def test_a_job_that_waits_for_something_else(prepare: FailJob | ThrowError, why: str, intent: str) -> None:
    bench, job = bench_with_job()
    bench.do(msgspec.structs.replace(prepare, job_key=job.key))
    rejection = refused(bench, GIVEN_WITH[intent](job.key))
    assert rejection.type is RejectionType.INVALID_STATE
    assert why in rejection.reason
    assert str(job.key) in rejection.reason


@pytest.mark.parametrize("retries", [0, -1])
def test_retries_are_positive(retries: int) -> None:
    bench, job = bench_with_job()
    assert (
        refused(bench, UpdateJobRetries(job_key=job.key, retries=retries)).type
        is RejectionType.INVALID_ARGUMENT
    )


def test_retries_can_be_given_at_any_time() -> None:
    bench, job = bench_with_job()
    bench.do(UpdateJobRetries(job_key=job.key, retries=9))
    assert (bench.job("pack").retries, bench.job("pack").state) == (9, "activatable")


def test_a_deadline_can_be_moved_while_a_worker_has_the_job() -> None:
    bench, job = bench_with_job()
    rejection = refused(bench, UpdateJobTimeout(job_key=job.key, timeout_ms=5))
    assert (rejection.type, "it is activatable and has no deadline" in rejection.reason) == (
        RejectionType.INVALID_STATE,
        True,
    )
    bench.activate("pack", timeout_ms=1_000)
    bench.do(UpdateJobTimeout(job_key=job.key, timeout_ms=5))
    assert bench.state.next_due() == (bench.now_ms + 5, job.key, Job)


def test_a_failed_job_keeps_its_message_cut_to_what_fits() -> None:
    bench, _ = bench_with_job()
    bench.fail("pack", retries=0, message="x" * (ERROR_MESSAGE_LIMIT + 1))
    assert bench.job("pack").error_message == "x" * ERROR_MESSAGE_LIMIT
    assert bench.incident().message == "x" * ERROR_MESSAGE_LIMIT


def test_a_failed_job_without_a_message_says_what_happened() -> None:
    bench, job = bench_with_job()
    bench.fail("pack", retries=0)
    expected = f"Expected job '{job.key}' of 'pack' to be done, but no retries are left and its worker gave no message"
    assert bench.incident().message == expected


def test_an_uncaught_error_keeps_its_code() -> None:
    bench, job = bench_with_job()
    bench.do(ThrowError(job_key=job.key, error_code="A", message="no box", variables={}))
    found = bench.job("pack")
    assert (found.state, found.error_code, found.error_message, found.due_ms) == (
        "error_thrown",
        "A",
        "no box",
        None,
    )
    assert "code 'A' (no box) thrown by 'pack'" in bench.incident().message


@pytest.mark.parametrize("wanted, kept", [("gone", {"gone": 1}), (None, None)])
def test_a_result_is_kept_where_its_undo_asks_for_it(wanted: str | None, kept: dict[str, int] | None) -> None:
    event = boundary("on-undo", "pack", compensate(), counterflow__compensatedResult=wanted)
    joined = element("association", id="a", sourceRef="on-undo", targetRef="unpack")
    steps = path("start", "pack", "wait", "end")
    bench = Bench(
        model(
            start(),
            service("pack", job="pack"),
            event,
            joined,
            handler("unpack"),
            service("wait"),
            end(),
            steps,
        )
    )
    instance = bench.create()
    bench.complete("pack", gone=1)
    (record,) = instance.undo_records.values()
    assert (msgspec.json.decode(record.result) if record.result is not None else None) == kept


def test_a_job_with_a_boundary_event_is_over_when_its_error_is_caught() -> None:
    caught = (boundary("caught", "pack", catch_error("A")), end("failed"), path("caught", "failed"))
    bench = Bench(model(start(), service("pack", job="pack"), end(), path("start", "pack", "end"), *caught))
    instance = bench.create()
    job = bench.job("pack")
    bench.throw_error("pack", "A")
    assert instance.jobs == {}
    assert refused(bench, CompleteJob(job_key=job.key, variables={})).type is RejectionType.NOT_FOUND


@pytest.mark.parametrize("value", ["0", "-1", "1.5", "true", "null", '"3"'])
def test_retries_by_expression_are_a_whole_number_from_1(value: str) -> None:
    task = element(
        "serviceTask",
        extensions(element("zeebe:taskDefinition", type="pack", retries=f"= {value}")),
        id="pack",
    )
    bench = Bench(model(start(), task, end(), path("start", "pack", "end")))
    bench.create()
    assert bench.rows(Job) == []
    assert bench.incident().error_type == "EXTRACT_VALUE_ERROR"
    assert "to be a whole number from 1" in bench.incident().message
