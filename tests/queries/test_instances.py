"""Lists of process instances, and one as a tree with all that is in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from counterflow.kernel.lives.quarantine import QuarantineInstance
from counterflow.kernel.rows import Job
from counterflow.kernel.vocabulary import Rejection, RejectionType
from counterflow.queries.instance_filter import InstanceFilter
from counterflow.queries.instances import list_process_instances, process_instance
from counterflow.queries.shapes import ElementInstance, InstanceTree
from counterflow.store.memory import MemoryStore
from counterflow.store.port import Key, Where
from counterflow.testing import EPOCH_MS, Engine
from tests.queries.models import GUARDED, JOINED, PAID, TRIP, engine_with


def outline(element: ElementInstance, depth: int = 0) -> list[str]:
    """A tree as indented lines: id and state."""
    lines = [f"{'  ' * depth}{element.element_id} {element.state}"]
    for child in element.children:
        lines += outline(child, depth + 1)
    return lines


def inner(tree: InstanceTree, element_id: str) -> ElementInstance:
    """The first element instance directly inside the process with this id."""
    return next(child for child in tree.root.children if child.element_id == element_id)


def undone_trip() -> tuple[Engine, int]:
    """A trip in which everything was booked and undone, each step a second after the last."""
    engine = engine_with(TRIP)
    key = engine.start("trip", {"days": 3})
    for job, result in (
        ("book-hotel", {"room": 7}),
        ("book-car", {"car": 1}),
        ("cancel-car", {}),
        ("cancel-hotel", {}),
    ):
        engine.advance(seconds=1)
        engine.complete(job, result)
    return engine, key


def test_a_running_instance_is_a_tree_of_element_instances() -> None:
    engine = engine_with(GUARDED)
    key = engine.start("guarded", PAID)
    engine.complete("reserve", {"reservation": "R-1"})
    tree = process_instance(engine.store, key)
    assert outline(tree.root) == [
        "guarded active",
        "  start completed",
        "  inside active",
        "    begin completed",
        "    reserve completed",
        "    charge active",
    ]
    assert tree.process_instance.state == "active"
    assert tree.process_instance.ended_at_ms is None


def test_an_ended_instance_is_shown_like_a_running_one() -> None:
    engine, key = undone_trip()
    tree = process_instance(engine.store, key)
    assert outline(tree.root) == [
        "trip completed",
        "  start completed",
        "  book-hotel completed",
        "  book-car completed",
        "  undo completed",
        "  cancel-car completed",
        "  cancel-hotel completed",
        "  end completed",
    ]
    header = tree.process_instance
    assert (header.state, header.started_at_ms, header.ended_at_ms) == (
        "completed",
        EPOCH_MS,
        EPOCH_MS + 4_000,
    )
    car = inner(tree, "book-car")
    assert (car.element_name, car.element_type) == ("Book car", "serviceTask")
    assert (car.activated_at_ms, car.ended_at_ms) == (EPOCH_MS + 1_000, EPOCH_MS + 2_000)
    assert 0 < inner(tree, "book-hotel").ended_position < car.activated_position < car.ended_position


def test_variables_of_a_scope_stay_with_their_last_values_when_it_has_ended() -> None:
    engine = engine_with(GUARDED)
    key = engine.start("guarded", PAID)
    engine.complete("reserve", {"big": 2**70})
    engine.complete("charge", {"receipt": {"no": 1}})
    tree = process_instance(engine.store, key)
    assert {variable.name: variable.value_json for variable in tree.root.variables} == {
        "big": str(2**70),
        "receipt": '{"no":1}',
        "total": "12",
        "kind": '"charge"',
    }
    charge = next(child for child in inner(tree, "inside").children if child.element_id == "charge")
    assert [(variable.name, variable.value_json) for variable in charge.variables] == [("amount", "12")]


def test_undo_records_say_who_undoes_whom_and_in_which_order() -> None:
    engine, key = undone_trip()
    records = process_instance(engine.store, key).undo_records
    assert [(record.element_name, record.handler_name, record.order, record.state) for record in records] == [
        ("Book hotel", "Cancel hotel", 2, "completed"),
        ("Book car", "Cancel car", 1, "completed"),
    ]
    hotel, car = records
    assert car.undone_position < hotel.started_position < hotel.undone_position
    assert hotel.undone_at_ms == EPOCH_MS + 4_000
    handlers = {element.key: element for element in process_instance(engine.store, key).root.children}
    assert handlers[car.handler_key].undo_record_key == car.key
    assert handlers[car.throw_key].element_id == "undo"


UNDO_STATES = [
    ("nothing asked for it yet", ["book-hotel"], ["available"]),
    ("one runs, the other waits for it", ["book-hotel", "book-car"], ["taken", "started"]),
    ("one is done, the other runs", ["book-hotel", "book-car", "cancel-car"], ["started", "completed"]),
]


@pytest.mark.parametrize(
    "jobs,expected", [case[1:] for case in UNDO_STATES], ids=[case[0] for case in UNDO_STATES]
)
def test_an_undo_record_goes_through_its_states(jobs: list[str], expected: list[str]) -> None:
    engine = engine_with(TRIP)
    key = engine.start("trip")
    for job in jobs:
        engine.complete(job)
    assert [record.state for record in process_instance(engine.store, key).undo_records] == expected


def test_undo_that_nobody_can_ask_for_any_more_is_dropped_and_the_error_that_ended_it_is_told() -> None:
    engine = engine_with(GUARDED)
    key = engine.start("guarded", PAID)
    engine.complete("reserve")
    engine.throw_error("charge", "REFUSED", "no money")
    tree = process_instance(engine.store, key)
    assert [(record.element_id, record.state) for record in tree.undo_records] == [("reserve", "dropped")]
    (caught,) = tree.caught_errors
    assert (caught.catch_id, caught.catch_name, caught.error_code, caught.message) == (
        "refused",
        "Card refused",
        "REFUSED",
        "no money",
    )
    assert caught.element_instance_key == inner(tree, "inside").key
    assert "    charge terminated" in outline(tree.root)
    (job,) = inner(tree, "inside").children[2].jobs
    assert (job.state, job.error_code) == ("error_caught", "REFUSED")


def test_a_cancelled_throw_has_used_up_what_it_had_started() -> None:
    engine = engine_with(TRIP)
    key = engine.start("trip")
    engine.complete("book-hotel")
    engine.complete("book-car")
    engine.cancel(key)
    tree = process_instance(engine.store, key)
    assert [record.state for record in tree.undo_records] == ["dropped", "used_up"]
    assert tree.process_instance.state == "terminated"


def test_a_job_shows_its_worker_its_deadline_and_its_last_error() -> None:
    engine = engine_with(TRIP)
    key = engine.start("trip")
    engine.activate("book-hotel", worker="anna")
    (job,) = inner(process_instance(engine.store, key), "book-hotel").jobs
    assert (job.state, job.worker, job.retries, job.due_at_ms) == ("activated", "anna", 1, EPOCH_MS + 300_000)
    engine.fail("book-hotel", retries=0, message="no rooms")
    (job,) = inner(process_instance(engine.store, key), "book-hotel").jobs
    assert (job.state, job.retries, job.due_at_ms, job.error_message) == ("failed", 0, None, "no rooms")


def test_incidents_stay_in_the_tree_when_they_are_resolved() -> None:
    engine = engine_with(GUARDED)
    key = engine.start("guarded")
    engine.complete("reserve")
    held = inner(process_instance(engine.store, key), "inside").children[2]
    assert (held.state, [incident.state for incident in held.incidents]) == ("activating", ["open"])
    assert held.incidents[0].error_type == "EXTRACT_VALUE_ERROR"
    assert held.incidents[0].remedy.startswith("Set the variables that the expression reads")
    assert process_instance(engine.store, key).process_instance.incident_count == 1
    engine.set_variables(key, PAID)
    engine.resolve("charge")
    tree = process_instance(engine.store, key)
    assert [incident.state for incident in inner(tree, "inside").children[2].incidents] == ["resolved"]
    assert tree.process_instance.incident_count == 0


def test_tokens_that_wait_at_a_join_and_flows_that_were_taken() -> None:
    engine = engine_with(JOINED)
    key = engine.start("joined")
    engine.complete("left")
    tree = process_instance(engine.store, key)
    (join,) = tree.root.joins
    assert (join.element_id, [(flow.flow_id, flow.source_id, flow.tokens) for flow in join.flows]) == (
        *("join", [("left-join", "left", 1), ("right-join", "right", 0)]),
    )
    assert [flow.flow_id for flow in tree.flows_taken] == [
        "start-split",
        "split-left",
        "split-right",
        "left-join",
    ]
    engine.complete("right")
    assert process_instance(engine.store, key).root.joins == []


def test_a_join_in_a_scope_that_was_swept_away_waits_no_longer() -> None:
    engine = engine_with(JOINED)
    key = engine.start("joined")
    engine.complete("left")
    engine.cancel(key)
    assert process_instance(engine.store, key).root.joins == []


def test_a_quarantined_instance_says_why_and_an_abandoned_one_has_nothing_open() -> None:
    engine = engine_with(TRIP)
    key = engine.start("trip")
    engine.complete("book-hotel")
    engine.run(QuarantineInstance(process_instance_key=key, reason="a broken rule"))
    tree = process_instance(engine.store, key)
    assert (tree.quarantine_reason, tree.process_instance.quarantined) == ("a broken rule", True)
    engine.cancel(key)
    tree = process_instance(engine.store, key)
    assert (tree.quarantine_reason, tree.process_instance.state) == ("", "terminated")
    assert "  book-car terminated" in outline(tree.root)
    assert [record.state for record in tree.undo_records] == ["dropped"]
    assert inner(tree, "book-car").jobs[0].state == "canceled"


def test_active_only_leaves_out_what_has_ended() -> None:
    engine = engine_with(GUARDED)
    key = engine.start("guarded", PAID)
    engine.complete("reserve")
    tree = process_instance(engine.store, key, active_only=True)
    assert outline(tree.root) == ["guarded active", "  inside active", "    charge active"]
    assert tree.elements_left_out == 3


LIMITS = [
    (
        6,
        [
            "guarded active",
            "  start completed",
            "  inside active",
            "    begin completed",
            "    reserve completed",
            "    charge active",
        ],
    ),
    (4, ["guarded active", "  inside active", "    reserve completed", "    charge active"]),
    (2, ["guarded active", "  inside active"]),
]


@pytest.mark.parametrize("limit,expected", LIMITS)
def test_a_limit_leaves_out_the_oldest_ended_elements_first(limit: int, expected: list[str]) -> None:
    engine = engine_with(GUARDED)
    key = engine.start("guarded", PAID)
    engine.complete("reserve")
    tree = process_instance(engine.store, key, element_limit=limit)
    assert outline(tree.root) == expected
    assert tree.elements_left_out == 6 - limit


@pytest.mark.parametrize("key", [0, -1, 4711])
def test_an_unknown_instance_is_not_found(key: int) -> None:
    with pytest.raises(Rejection, match=rf"process instance with key '{key}', but none was found") as refused:
        process_instance(engine_with(TRIP).store, key)
    assert refused.value.type is RejectionType.NOT_FOUND


def test_instances_are_listed_newest_first_a_page_at_a_time() -> None:
    engine = engine_with(TRIP)
    keys = [engine.start("trip") for _ in range(5)]
    page = list_process_instances(engine.store, page_size=2)
    seen = [[instance.key for instance in page.items]]
    while page.next_page_key:
        page = list_process_instances(engine.store, page_size=2, page_key=page.next_page_key)
        seen.append([instance.key for instance in page.items])
    assert seen == [[keys[4], keys[3]], [keys[2], keys[1]], [keys[0]]]


def test_instances_are_narrowed_by_process_definition_and_state() -> None:
    engine = engine_with(TRIP, JOINED)
    trip, joined, cancelled = engine.start("trip"), engine.start("joined"), engine.start("trip")
    engine.cancel(cancelled)
    definition = process_instance(engine.store, joined).process_instance.definition_key
    assert [found.key for found in list_process_instances(engine.store, InstanceFilter("trip")).items] == [
        cancelled,
        trip,
    ]
    assert [
        found.key
        for found in list_process_instances(engine.store, InstanceFilter(definition_key=definition)).items
    ] == [joined]
    assert [
        found.key for found in list_process_instances(engine.store, InstanceFilter(state="active")).items
    ] == [joined, trip]
    assert [
        found.key
        for found in list_process_instances(engine.store, InstanceFilter("trip", state="terminated")).items
    ] == [cancelled]


def test_a_list_counts_open_incidents_and_knows_what_is_quarantined() -> None:
    engine = engine_with(TRIP)
    key = engine.start("trip")
    engine.fail("book-hotel", retries=0)
    engine.run(QuarantineInstance(process_instance_key=key, reason="a broken rule"))
    (found,) = list_process_instances(engine.store).items
    assert (found.incident_count, found.quarantined, found.state) == (1, True, "active")


@pytest.mark.parametrize(
    "arguments,words",
    [
        (
            {"instances": InstanceFilter(state="done")},
            "Expected a state of active, completed, terminated, but found 'done'",
        ),
        ({"page_size": -1}, "Expected a page size between 1 and 1000, but found -1"),
        ({"page_key": -1}, "Expected a page key of 0 or more, but found -1"),
    ],
)
def test_a_list_that_cannot_be_is_refused(arguments: dict[str, object], words: str) -> None:
    with pytest.raises(Rejection, match=words) as refused:
        list_process_instances(engine_with(TRIP).store, **arguments)  # type: ignore[arg-type] # the table mixes columns
    assert refused.value.type is RejectionType.INVALID_ARGUMENT


class AskedStore(MemoryStore):
    """Counts how often it is asked."""

    times = 0

    def get(self, table: type[Any], key: Key) -> Any:
        self.times += 1
        return super().get(table, key)

    def scan(
        self, table: type[Any], where: Where, *, after: Key | None = None, limit: int | None = None
    ) -> Sequence[Any]:
        self.times += 1
        return super().scan(table, where, after=after, limit=limit)


@pytest.mark.parametrize("count", [2, 50])
def test_the_store_is_asked_as_often_for_a_long_page_as_for_a_short_one(count: int) -> None:
    store = AskedStore()
    engine = Engine(store)
    engine.deploy_contents({"trip.bpmn": TRIP})
    keys = [engine.start("trip") for _ in range(count)]
    engine.run(QuarantineInstance(process_instance_key=keys[0], reason="odd"))
    engine.fail(engine.store.scan(Job, {"process_instance_key": keys[-1]})[0].key, retries=0)
    store.times = 0
    page = list_process_instances(store)
    assert store.times <= 5
    assert [one.quarantined for one in page.items] == [*[False] * (count - 1), True]
    assert [one.incident_count for one in page.items] == [1, *[0] * (count - 1)]
