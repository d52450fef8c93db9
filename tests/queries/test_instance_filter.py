"""Which process instances are found, and how many there are said to be."""

from __future__ import annotations

import json

import pytest

from counterflow.kernel.rows import ProcessInstance
from counterflow.kernel.vocabulary import Rejection, RejectionType
from counterflow.kernel.work.incidents import ResolveIncident
from counterflow.queries import paging
from counterflow.queries.incidents import list_incidents
from counterflow.queries.instance_filter import CLOCK_SLACK_MS, InstanceFilter
from counterflow.queries.instances import list_process_instances
from counterflow.queries.jobs import list_jobs
from counterflow.store.memory import MemoryStore
from counterflow.store.port import Batch
from counterflow.testing import EPOCH_MS, Engine
from tests.cli.models import CALLING, PAYMENT
from tests.queries.models import TRIP, engine_with


def found(engine: Engine, asked: InstanceFilter) -> list[int]:
    return [one.key for one in list_process_instances(engine.store, asked).items]


def test_those_with_an_open_incident() -> None:
    engine = engine_with(TRIP)
    stuck, _, mended = engine.start("trip"), engine.start("trip"), engine.start("trip")
    for key in (stuck, mended):
        engine.fail(list_jobs(engine.store, process_instance_key=key).items[0].key, retries=0)
    engine.update_retries(list_jobs(engine.store, process_instance_key=mended).items[0].key, 1)
    (incident,) = list_incidents(engine.store, process_instance_key=mended).items
    engine.run(ResolveIncident(incident_key=incident.key))
    assert found(engine, InstanceFilter(with_incidents=True)) == [stuck]
    assert found(engine, InstanceFilter("other", with_incidents=True)) == []


def test_those_that_began_in_a_span_of_time() -> None:
    engine = engine_with(TRIP)
    keys = []
    for _ in range(4):
        keys.append(engine.start("trip"))
        engine.advance(seconds=10)
    asked = InstanceFilter(started_after_ms=EPOCH_MS + 10_000, started_before_ms=EPOCH_MS + 30_000)
    assert found(engine, asked) == [keys[2], keys[1]]
    assert found(engine, InstanceFilter(started_after_ms=EPOCH_MS + 20_000)) == [keys[3], keys[2]]


VALUES = [
    ('"a"', '"a"', True),
    ('"a"', '"b"', False),
    ("1", "1.0", True),
    ("1180591620717411303424", "1180591620717411303424", True),
    ("1180591620717411303424", "1180591620717411303425", False),
    (f"1{'0' * 4_000}", f"1{'0' * 4_000}.0", True),
    (f"1{'0' * 4_000}", f"1{'0' * 5_000}", False),
    ("1", "true", False),
    ("0", "false", False),
    ("null", "false", False),
    ("null", "null", True),
    ('{"a":[1,{"b":2}]}', '{ "a" : [1.0, {"b": 2}] }', True),
    ('{"a":1}', '{"a":1,"b":2}', False),
    ("[1,2]", "[2,1]", False),
    ("[1]", "[true]", False),
]


@pytest.mark.parametrize("has,asked,fits", VALUES)
def test_those_with_a_variable_of_a_value(has: str, asked: str, fits: bool) -> None:
    engine = engine_with(TRIP)
    key = engine.start("trip", {"v": json.loads(has)})
    engine.start("trip", {"w": 1})
    assert found(engine, InstanceFilter(variable_name="v", variable_json=asked)) == ([key] if fits else [])
    assert found(engine, InstanceFilter(variable_name="v")) == [key]


def test_those_that_no_call_activity_has_called() -> None:
    engine = engine_with(PAYMENT, CALLING)
    key = engine.start("calling")
    assert len(found(engine, InstanceFilter())) == 2
    assert found(engine, InstanceFilter(roots_only=True)) == [key]


NONSENSE = [
    (InstanceFilter(state="done"), "Expected a state of active, completed, terminated, but found 'done'"),
    (InstanceFilter(variable_json="1"), "Expected the name of a variable with its value, but found none"),
    (
        InstanceFilter(variable_name="a", variable_json="{"),
        "Expected the value of a variable as JSON, but found '{'",
    ),
    (
        InstanceFilter(state="completed", variable_name="a"),
        "among active instances, but found the state 'completed'",
    ),
    (
        InstanceFilter(state="completed", with_incidents=True),
        "among active instances, but found the state 'completed'",
    ),
]


@pytest.mark.parametrize("asked,words", NONSENSE)
def test_a_filter_that_makes_no_sense_is_refused(asked: InstanceFilter, words: str) -> None:
    with pytest.raises(Rejection, match=words) as refused:
        list_process_instances(engine_with(TRIP).store, asked)
    assert refused.value.type is RejectionType.INVALID_ARGUMENT


def test_how_many_there_are_is_counted_from_the_page_on() -> None:
    engine = engine_with(TRIP)
    for _ in range(5):
        engine.start("trip")
    first = list_process_instances(engine.store, page_size=2, count=True)
    assert (len(first.items), first.total, first.total_is_at_least) == (2, 5, False)
    second = list_process_instances(engine.store, page_size=2, page_key=first.next_page_key, count=True)
    assert (second.total, second.total_is_at_least) == (3, False)
    assert list_process_instances(engine.store, page_size=2).total == 0


def test_a_count_ends_where_it_would_take_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging, "COUNTED", 3)
    engine = engine_with(TRIP)
    for _ in range(5):
        engine.start("trip")
    page = list_process_instances(engine.store, page_size=2, count=True)
    assert (page.total, page.total_is_at_least) == (3, True)
    monkeypatch.setattr(paging, "COUNTED", 5)
    page = list_process_instances(engine.store, page_size=2, count=True)
    assert (page.total, page.total_is_at_least) == (5, False)


def test_a_page_ends_where_much_was_looked_at_and_the_next_goes_on_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(paging, "LOOKED_AT", 3)
    engine = engine_with(TRIP)
    wanted = engine.start("trip", {"v": 1})
    for _ in range(7):
        engine.start("trip")
    asked = InstanceFilter(variable_name="v")
    pages = [list_process_instances(engine.store, asked)]
    while pages[-1].next_page_key:
        pages.append(list_process_instances(engine.store, asked, page_key=pages[-1].next_page_key))
    assert [[one.key for one in page.items] for page in pages] == [[], [], [wanted]]
    counted = list_process_instances(engine.store, asked, count=True)
    assert (counted.total, counted.total_is_at_least) == (0, True)


def test_what_began_long_before_is_not_looked_at() -> None:
    engine = engine_with(TRIP)
    old = engine.start("trip")
    engine.advance(milliseconds=CLOCK_SLACK_MS + 1)
    after_ms = engine.now_ms
    sieve = InstanceFilter(started_after_ms=after_ms).sieve(engine.store)
    row = engine.store.get(ProcessInstance, (old,))
    assert row is not None
    assert sieve.is_past(row)
    assert not sieve.keep(row)
    clock_set_back = ProcessInstance(
        row.key, row.definition_key, "trip", 1, "active", after_ms - CLOCK_SLACK_MS
    )
    assert not sieve.is_past(clock_set_back)


def test_an_empty_store_has_none() -> None:
    store = MemoryStore()
    store.commit(Batch({}, {}, []))
    assert list_process_instances(store, count=True).total == 0
