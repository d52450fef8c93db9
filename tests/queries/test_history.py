"""The log as records: positions without gaps, elements by name, details as JSON, from any position on."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from counterflow import kernel
from counterflow.kernel.course.asking import JobCreated
from counterflow.kernel.course.moves import ElementActivating
from counterflow.kernel.course.undo import UndoStarted, UndoTaken
from counterflow.kernel.data.scopes import VariablesSet
from counterflow.kernel.lives.deployments import ResourceStored
from counterflow.kernel.lives.jobs import JobCompleted
from counterflow.kernel.vocabulary import Event, Rejection, RejectionType
from counterflow.queries import history
from counterflow.queries.history import details_of, records, subject_of
from tests.queries.models import GUARDED, TRIP, engine_with

DETAILS: list[tuple[Event, int, dict[str, Any]]] = [
    (
        ElementActivating(7, 3, "task"),
        7,
        {"scope_key": 3, "undo_key": 0, "compensated_scope_key": 0, "triggered": False, "loop_counter": 0},
    ),
    (
        VariablesSet(3, {"a": b'{"b":[1]}', "big": b"1180591620717411303424"}),
        3,
        {"scope_key": 3, "values": {"a": {"b": [1]}, "big": 2**70}},
    ),
    (
        JobCreated(9, 7, "pay", 3),
        9,
        {
            "element_instance_key": 7,
            "type": "pay",
            "retries": 3,
            "headers": None,
            "listener_event_type": "",
            "listener": 0,
        },
    ),
    (JobCompleted(9, b'{"ok":true}'), 9, {"result": {"ok": True}}),
    (JobCompleted(9), 9, {"result": None}),
    (UndoTaken(5, (1, 2)), 5, {"throw_key": 5, "keys": [1, 2]}),
    (UndoStarted(1, 6), 1, {"undo_key": 1, "handler_key": 6}),
    (
        ResourceStored(4, "a.bpmn", bytes(range(128, 160)), b"<definitions>" + bytes(100)),
        4,
        {"name": "a.bpmn", "checksum": bytes(range(128, 160)).hex(), "content": {"bytes": 113}},
    ),
]


@pytest.mark.parametrize("event,subject,details", DETAILS, ids=[type(case[0]).__name__ for case in DETAILS])
def test_what_an_event_is_about_and_what_else_it_says(
    event: Event, subject: int, details: dict[str, Any]
) -> None:
    assert subject_of(event) == subject
    assert msgspec.json.decode(details_of(event)) == details


@pytest.mark.parametrize("number", ["1" + "0" * 5_000, "-1e400", "[1e6000]"])
def test_no_number_is_too_long_to_be_told(number: str) -> None:
    assert (
        details_of(VariablesSet(3, {"a": number.encode()})) == f'{{"scope_key":3,"values":{{"a":{number}}}}}'
    )


def test_bytes_that_are_no_text_are_told_in_hexadecimal() -> None:
    assert details_of(JobCompleted(9, b'"\xff"')) == '{"result":"22ff22"}'


def test_no_event_of_the_kernel_needs_a_line_of_its_own() -> None:
    for kind in kernel.OF_INSTANCE:
        fields = {field.name: field for field in msgspec.structs.fields(kind)}
        samples = {name: _sample(field.type) for name, field in fields.items()}
        event = kind(**samples)
        assert set(msgspec.json.decode(details_of(event))) == set(fields) - {"key", "element_id"}
        assert isinstance(subject_of(event), int)


def _sample(type_of_field: Any) -> Any:
    by_name = {
        "int": 1,
        "str": "a",
        "bool": True,
        "bytes | None": b"{}",
        "bytes": b"{}",
        "int | None": 1,
        "str | None": "a",
    }
    name = (
        getattr(type_of_field, "__name__", str(type_of_field))
        if isinstance(type_of_field, type)
        else str(type_of_field)
    )
    return by_name.get(name, {"a": b"1"} if name.startswith("dict") else ())


def test_the_history_of_an_instance_has_every_event_in_order() -> None:
    engine = engine_with(TRIP)
    key = engine.start("trip", {"days": 3})
    engine.complete("book-hotel")
    told = list(records(engine.store, process_instance_key=key))
    assert [record.position for record in told] == list(range(told[0].position, told[0].position + len(told)))
    assert (told[0].event, told[0].command, told[0].key) == (
        "ProcessInstanceCreated",
        "CreateProcessInstance",
        key,
    )
    assert {record.process_instance_key for record in told} == {key}
    assert told[-1].command == "CompleteJob"


def test_every_record_of_an_element_names_it() -> None:
    engine = engine_with(TRIP)
    key = engine.start("trip", {"days": 3})
    engine.fail("book-hotel", retries=0)
    engine.update_retries("book-hotel", 1)
    engine.resolve("book-hotel")
    for job in ("book-hotel", "book-car", "cancel-car"):
        engine.complete(job)
    told = [(record.event, record.element_id) for record in records(engine.store, process_instance_key=key)]
    assert [name for name in told if not name[1]] == [("ProcessInstanceCreated", "")]
    for expected in (
        ("JobFailed", "book-hotel"),
        ("IncidentRaised", "book-hotel"),
        ("IncidentResolved", "book-hotel"),
        ("JobReturned", "book-hotel"),
        ("FlowTaken", "book-hotel-book-car"),
        ("UndoTaken", "undo"),
        ("UndoStarted", "book-car"),
        ("UndoCompleted", "book-car"),
        ("VariablesSet", "trip"),
    ):
        assert expected in told


def test_a_history_can_begin_behind_any_position() -> None:
    engine = engine_with(TRIP)
    key = engine.start("trip")
    other = engine.start("trip")
    engine.complete("book-hotel")
    engine.cancel(other)
    whole = list(records(engine.store))
    of_one = list(records(engine.store, process_instance_key=key))
    for after in range(whole[-1].position + 2):
        assert list(records(engine.store, after_position=after)) == [
            record for record in whole if record.position > after
        ]
        behind = [record for record in of_one if record.position > after]
        assert list(records(engine.store, process_instance_key=key, after_position=after)) == behind


def test_a_history_behind_a_long_silence_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = engine_with(TRIP)
    quiet = engine.start("trip")
    for _ in range(40):
        engine.start("trip")
    last = engine.log[-1]
    end = last.position + last.event_count
    engine.cancel(quiet)
    told = list(records(engine.store, process_instance_key=quiet, after_position=end))
    assert told
    assert all(record.command == "CancelProcessInstance" for record in told)
    assert told[0].position == end + 1


def test_a_limit_ends_a_history_even_within_a_command() -> None:
    engine = engine_with(TRIP)
    key = engine.start("trip")
    assert len(list(records(engine.store, process_instance_key=key, limit=4))) == 4


def test_the_whole_history_holds_deployments_too() -> None:
    first = next(records(engine_with(TRIP).store))
    assert (first.event, first.process_instance_key, first.element_id) == ("DeploymentCreated", 0, "")


def test_long_histories_are_read_in_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = engine_with(GUARDED)
    key = engine.start("guarded")
    whole = list(records(engine.store, process_instance_key=key))
    for entry_count in (1, 2):
        monkeypatch.setattr("counterflow.queries.log.PORTION", entry_count)
        assert list(records(engine.store, process_instance_key=key)) == whole


def test_names_of_instances_that_were_forgotten_are_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = engine_with(TRIP)
    one, other = engine.start("trip"), engine.start("trip")
    for key in (one, other, one, other):
        engine.set_variables(key, {"a": engine.now_ms})
        engine.advance(seconds=1)
    whole = list(records(engine.store))
    monkeypatch.setattr(history, "REMEMBERED_INSTANCES", 1)
    assert list(records(engine.store)) == whole


@pytest.mark.parametrize(
    "asked,reason,words",
    [
        (
            {"process_instance_key": 4711},
            RejectionType.NOT_FOUND,
            "process instance with key '4711', but none was found",
        ),
        ({"after_position": -1}, RejectionType.INVALID_ARGUMENT, "0 or more, but found -1 and 0"),
        ({"limit": -1}, RejectionType.INVALID_ARGUMENT, "0 or more, but found 0 and -1"),
    ],
)
def test_a_history_that_cannot_be_is_refused_at_once(
    asked: dict[str, int], reason: RejectionType, words: str
) -> None:
    with pytest.raises(Rejection, match=words) as refused:
        records(engine_with(TRIP).store, **asked)
    assert refused.value.type is reason
