"""What a person is told of jobs, incidents and errors, when they are over as well."""

from __future__ import annotations

from datetime import timedelta

import pytest

from counterflow.queries.instances import process_instance
from counterflow.queries.shapes import Incident, Job, JobTry
from counterflow.queries.story import jobs
from counterflow.testing import EPOCH_MS, Engine
from tests.queries.models import GUARDED, PAID, TRIP, engine_with


def all_jobs(engine: Engine, key: int, element_id: str) -> list[Job]:
    return [
        job
        for child in process_instance(engine.store, key).root.children
        if child.element_id == element_id
        for job in child.jobs
    ]


def incidents_at(engine: Engine, key: int, element_id: str) -> list[Incident]:
    children = process_instance(engine.store, key).root.children
    return [incident for child in children if child.element_id == element_id for incident in child.incidents]


def test_every_try_that_came_to_nothing() -> None:
    engine = engine_with(TRIP)
    key = engine.start("trip")
    engine.activate("book-hotel", worker="anna", timeout=timedelta(seconds=30))
    engine.advance(seconds=1)
    engine.fail("book-hotel", retries=2, message="no rooms")
    engine.activate("book-hotel", worker="bert", timeout=timedelta(seconds=30))
    engine.advance(seconds=30)
    engine.fail("book-hotel", retries=1, message="by hand")
    engine.complete("book-hotel")
    (job,) = all_jobs(engine, key, "book-hotel")
    assert (job.state, job.tries_left_out) == ("completed", 0)
    assert job.tries == [
        JobTry("failed", "anna", EPOCH_MS, EPOCH_MS + 1_000, 2, "", "no rooms"),
        JobTry("timed_out", "bert", EPOCH_MS + 1_000, EPOCH_MS + 31_000, 2),
        JobTry("failed", "", 0, EPOCH_MS + 31_000, 1, "", "by hand"),
    ]


def test_the_error_of_a_step_that_failed() -> None:
    engine = engine_with(GUARDED)
    key = engine.start("guarded", PAID)
    engine.complete("reserve")
    engine.activate("charge", worker="anna")
    engine.throw_error("charge", "REFUSED", "no money")
    (inside,) = [
        child for child in process_instance(engine.store, key).root.children if child.element_id == "inside"
    ]
    (job,) = inside.children[-1].jobs
    assert (job.state, job.error_code, job.error_message) == ("error_caught", "REFUSED", "no money")
    assert [(one.outcome, one.worker, one.error_code) for one in job.tries] == [
        ("error_thrown", "anna", "REFUSED")
    ]


def test_of_many_tries_the_latest_are_told_and_the_others_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "REMEMBERED_TRIES", 2)
    engine = engine_with(TRIP)
    key = engine.start("trip")
    for number in range(5):
        engine.fail("book-hotel", retries=9, message=f"{number}")
    (job,) = all_jobs(engine, key, "book-hotel")
    assert ([one.error_message for one in job.tries], job.tries_left_out) == (["3", "4"], 3)


def test_an_incident_that_was_resolved_and_one_that_was_dropped() -> None:
    engine = engine_with(TRIP)
    key = engine.start("trip")
    engine.fail("book-hotel", retries=0, message="no rooms")
    engine.advance(seconds=5)
    engine.update_retries("book-hotel", 1)
    engine.resolve("book-hotel")
    engine.fail("book-hotel", retries=0, message="still none")
    engine.cancel(key)
    assert [(one.message, one.state, one.ended_at_ms) for one in incidents_at(engine, key, "book-hotel")] == [
        ("no rooms", "resolved", EPOCH_MS + 5_000),
        ("still none", "dropped", EPOCH_MS + 5_000),
    ]
