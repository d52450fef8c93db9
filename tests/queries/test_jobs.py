"""Work that is not done yet."""

from __future__ import annotations

import pytest

from counterflow.kernel.vocabulary import Rejection
from counterflow.queries.jobs import list_jobs
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
