"""Work that is not done yet."""

from __future__ import annotations

from datetime import timedelta

import pytest

from counterflow.kernel.vocabulary import Rejection
from counterflow.queries import job_log
from counterflow.queries.instances import process_instance
from counterflow.queries.jobs import list_jobs
from counterflow.queries.shapes import ElementInstance, Job, JobTry
from tests.queries.models import JOINED, TRIP, engine_with


def test_jobs_are_listed_newest_first_with_where_they_belong() -> None:
    engine = engine_with(TRIP, JOINED)
    trip, joined = engine.start("trip"), engine.start("joined")
    engine.activate("left", worker="anna")
    engine.fail("right", retries=0, message="no hands")
    right, left, hotel = list_jobs(engine.store).items
    assert (right.type, right.state, right.retries, right.error_message) == ("right", "failed", 0, "no hands")
    assert (left.type, left.state, left.worker, left.process_instance_key) == (
        "left",
        "activated",
        "anna",
        joined,
    )
    assert (hotel.element_id, hotel.bpmn_process_id, hotel.process_instance_key) == (
        "book-hotel",
        "trip",
        trip,
    )


def test_jobs_are_narrowed_by_type_instance_and_state() -> None:
    engine = engine_with(TRIP)
    keys = [engine.start("trip") for _ in range(3)]
    engine.fail(list_jobs(engine.store, process_instance_key=keys[0]).items[0].key, retries=0)
    assert [
        job.process_instance_key for job in list_jobs(engine.store, job_type="book-hotel", page_size=2).items
    ] == keys[:0:-1]
    assert [job.process_instance_key for job in list_jobs(engine.store, state="failed").items] == [keys[0]]
    assert list_jobs(engine.store, job_type="other").items == []


def test_a_job_that_is_over_is_not_listed() -> None:
    engine = engine_with(TRIP)
    engine.start("trip")
    engine.complete("book-hotel")
    assert [job.type for job in list_jobs(engine.store).items] == ["book-car"]


def test_the_jobs_of_an_unknown_instance() -> None:
    engine = engine_with(TRIP)
    key = engine.start("trip")
    engine.cancel(key)
    assert list_jobs(engine.store, process_instance_key=key).items == []
    with pytest.raises(Rejection, match="process instance with key '7', but none was found"):
        list_jobs(engine.store, process_instance_key=7)


def test_a_state_that_only_jobs_that_are_over_have_is_refused() -> None:
    with pytest.raises(
        Rejection, match=r"Expected a state of jobs that are not over .*, but found 'completed'"
    ):
        list_jobs(engine_with(TRIP).store, state="completed")


def test_jobs_of_a_list_have_their_moments_and_their_tries_as_in_the_tree() -> None:
    engine = engine_with(TRIP, JOINED)
    trip, joined = engine.start("trip"), engine.start("joined")
    engine.advance(milliseconds=500)
    for retries in (2, 1):
        engine.activate("left", worker="anna")
        engine.fail("left", retries=retries, message="no hands")
    engine.activate("left", worker="ben", timeout=timedelta(seconds=1))
    engine.advance(seconds=2)
    listed = {job.key: job for job in list_jobs(engine.store).items}
    assert [(one.outcome, one.worker, one.retries) for job in listed.values() for one in job.tries] == [
        ("failed", "anna", 2),
        ("failed", "anna", 1),
        ("timed_out", "ben", 1),
    ]
    for key in (trip, joined):
        for job in jobs_in(process_instance(engine.store, key).root):
            assert moments(listed[job.key]) == moments(job)


def moments(job: Job) -> tuple[int | None, int | None, int | None, list[JobTry]]:
    """What only the log says of a job, with what it waits for."""
    return job.created_at_ms, job.activated_at_ms, job.due_at_ms, job.tries


def jobs_in(element: ElementInstance) -> list[Job]:
    """The jobs of an element and of those inside that are not over."""
    inside = [job for child in element.children for job in jobs_in(child)]
    return [job for job in element.jobs if job.ended_at_ms is None] + inside


def test_where_the_log_is_too_long_jobs_are_listed_without_moments(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = engine_with(TRIP)
    engine.start("trip")
    engine.start("trip")
    monkeypatch.setattr(job_log, "MOST_ENTRIES", 1)
    newer, older = list_jobs(engine.store).items
    assert (newer.created_at_ms is not None, older.created_at_ms) == (True, None)
