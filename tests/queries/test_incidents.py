"""Open incidents with their remedies."""

from __future__ import annotations

import pytest

from counterflow.kernel.rows import ProcessInstance
from counterflow.kernel.vocabulary import Rejection
from counterflow.queries.incidents import list_incidents
from counterflow.testing import EPOCH_MS
from tests.cli.models import CALLING, PAYMENT
from tests.queries.models import GUARDED, TRIP, engine_with


def test_open_incidents_are_listed_newest_first_with_a_remedy() -> None:
    engine = engine_with(TRIP, GUARDED)
    trip = engine.start("trip")
    engine.fail("book-hotel", retries=0, message="no rooms")
    engine.advance(seconds=1)
    guarded = engine.start("guarded")
    engine.complete("reserve")
    newest, oldest = list_incidents(engine.store).items
    assert (newest.error_type, newest.element_id, newest.process_instance_key) == (
        "EXTRACT_VALUE_ERROR",
        "charge",
        guarded,
    )
    assert (newest.bpmn_process_id, newest.created_at_ms, newest.job_key) == ("guarded", EPOCH_MS + 1_000, 0)
    assert (oldest.error_type, oldest.message, oldest.process_instance_key) == (
        "JOB_NO_RETRIES",
        "no rooms",
        trip,
    )
    assert oldest.job_key == engine.job("book-hotel").key
    assert (
        oldest.remedy
        == "Mend what the worker tripped over, then give the job retries and resolve the incident."
    )
    assert oldest.state == "open"


def test_incidents_of_one_instance() -> None:
    engine = engine_with(TRIP)
    engine.start("trip")
    engine.fail("book-hotel", retries=0)
    quiet = engine.start("trip")
    assert list_incidents(engine.store, process_instance_key=quiet).items == []


def test_a_resolved_incident_is_no_longer_listed() -> None:
    engine = engine_with(TRIP)
    engine.start("trip")
    engine.fail("book-hotel", retries=0)
    engine.update_retries("book-hotel", 1)
    engine.resolve("book-hotel")
    assert list_incidents(engine.store).items == []


def test_incidents_of_what_an_instance_has_called_are_its_own_if_that_is_wanted() -> None:
    engine = engine_with(PAYMENT, CALLING, TRIP)
    key = engine.start("calling")
    called = engine.store.scan(ProcessInstance, {"bpmn_process_id": "payment"})[0].key
    engine.fail("charge", retries=0)
    engine.start("trip")
    engine.fail("book-hotel", retries=0)
    assert list_incidents(engine.store, process_instance_key=key).items == []
    (found,) = list_incidents(engine.store, process_instance_key=key, with_called=True).items
    assert (found.process_instance_key, found.element_id) == (called, "charge")
    assert (
        list_incidents(engine.store, process_instance_key=key, with_called=True, page_key=found.key).items
        == []
    )


@pytest.mark.parametrize("with_called", [True, False])
def test_the_incidents_of_an_unknown_instance(with_called: bool) -> None:
    with pytest.raises(Rejection, match="process instance with key '7', but none was found"):
        list_incidents(engine_with(TRIP).store, process_instance_key=7, with_called=with_called)
