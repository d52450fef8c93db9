"""What must hold after the server was killed: judged from outside, by what it answers now, the clients'
journal and the file.

* Nothing acknowledged is lost: every instance, completed job, thrown error and message, and every result is
  what was told.
* Nothing is applied twice: a job ends once, a message is taken once and reaches once, a timer comes as often
  as it is to.
* Everything has come to its end, each element as often as the diagram says; and no incident was met on the
  way.
* Undo is exact: a trip without a flight has undone what it had booked, each once, last first; any other has
  undone nothing.
* The file is whole, and folding its log from nothing gives its rows.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import grpc

from counterflow import kernel
from counterflow.kernel.rows import INSTANCE_TABLES, Partition, key_of
from counterflow.kernel.state.partition import State
from counterflow.kernel.state.source import EmptySource
from counterflow.store.open import open_store
from counterflow_wire import counterflow_v1
from tests.conformance.kill_models import DELIVERY, ORDER, REMINDERS, STEPS, TRIP

COMPLETED = counterflow_v1.PROCESS_INSTANCE_STATE_COMPLETED
IN_ORDER = {"pack": 1, "item": 3, "deliver": 1, "pause": 1, "await": 1, "noted": 1, "note": 1}
"""How often each element of an order completes."""
PAGE = 500


class Outside:
    """What the server says of itself. Every question is a call."""

    def __init__(self, address: str) -> None:
        self._channel = grpc.insecure_channel(address)

    def close(self) -> None:
        self._channel.close()

    def instances(self) -> dict[int, Any]:
        """All process instances by key."""
        found: dict[int, Any] = {}
        page_key = 0
        while True:
            page = self._ask(
                "ListProcessInstances",
                counterflow_v1.ListProcessInstancesRequest(page_size=PAGE, page_key=page_key),
            )
            found |= {each.key: each for each in page.process_instances}
            page_key = page.next_page_key
            if not page_key:
                return found

    def elements(self, key: int) -> tuple[Any, list[Any]]:
        """The root of an instance, and everything in it that has completed, in the order of completion."""
        root = self._ask(
            "GetProcessInstance", counterflow_v1.GetProcessInstanceRequest(process_instance_key=key)
        ).root
        completed = [
            each for each in _within(root) if each.state == counterflow_v1.ELEMENT_INSTANCE_STATE_COMPLETED
        ]
        return root, sorted(completed, key=lambda each: each.ended_position)

    def history(self) -> Iterator[Any]:
        """Every event of the log."""
        method = counterflow_v1.METHODS["GetHistory"]
        call: Any = self._channel.unary_stream(
            method.path, method.request.SerializeToString, method.response.FromString
        )
        yield from call(counterflow_v1.GetHistoryRequest(), timeout=60)

    def troubles(self) -> list[Any]:
        """Incidents, and what is quarantined."""
        incidents = self._ask("ListIncidents", counterflow_v1.ListIncidentsRequest()).incidents
        return [
            *incidents,
            *self._ask("GetQuarantine", counterflow_v1.GetQuarantineRequest()).quarantined_instances,
        ]

    def _ask(self, name: str, request: Any) -> Any:
        method = counterflow_v1.METHODS[name]
        call: Any = self._channel.unary_unary(
            method.path, method.request.SerializeToString, method.response.FromString
        )
        return call(request, timeout=30)


def _within(element: Any) -> Iterator[Any]:
    for child in element.children:
        yield child
        yield from _within(child)


def check_answers(address: str, journal: Path) -> Counter[str]:
    """Ask the server.

    Raises `AssertionError` with the first thing that is wrong; answers how often each thing was acknowledged.
    """
    acknowledged = [json.loads(line) for line in journal.read_text().splitlines()]
    outside = Outside(address)
    try:
        assert outside.troubles() == []
        instances = outside.instances()
        _check_acknowledged(acknowledged, instances, list(outside.history()))
        fails = {line["key"]: line["fails"] for line in acknowledged if line["operation"] == "create"}
        results = {line["key"]: line["variables"] for line in acknowledged if line["operation"] == "result"}
        for key, instance in instances.items():
            assert instance.state == COMPLETED, (
                f"instance {key} of {instance.bpmn_process_id} has not come to its end"
            )
            root, completed = outside.elements(key)
            if instance.bpmn_process_id == TRIP:
                _check_trip(key, [each.element_id for each in completed], fails.get(key))
            elif instance.bpmn_process_id == ORDER:
                _check_order(key, root, completed, results.get(key))
        count = Counter(instance.bpmn_process_id for instance in instances.values())
        assert count[DELIVERY] == count[ORDER], f"each order calls for one delivery: {count}"
    finally:
        outside.close()
    return Counter(line["operation"] for line in acknowledged)


def _check_acknowledged(
    acknowledged: list[dict[str, Any]], instances: dict[int, Any], history: list[Any]
) -> None:
    ends = Counter(
        (record.event, record.key) for record in history if record.event in {"JobCompleted", "JobErrorThrown"}
    )
    jobs = Counter(key for _, key in ends.elements())
    published = Counter(_message(record) for record in history if record.event == "MessagePublished")
    assert not (twice := [key for key, count in jobs.items() if count > 1]), f"jobs ended twice: {twice}"
    assert not (twice := [name for name, count in published.items() if count > 1]), (
        f"messages taken twice: {twice}"
    )
    for line in acknowledged:
        match line["operation"]:
            case "create" | "result":
                assert line["key"] in instances, f"acknowledged instance is lost: {line}"
            case "complete":
                assert ends["JobCompleted", line["job"]], f"acknowledged completion is lost: {line}"
            case "throw":
                assert ends["JobErrorThrown", line["job"]], f"acknowledged error is lost: {line}"
            case "publish" | "publish again":
                assert published[line["name"], line["order"]], f"acknowledged message is lost: {line}"
            case _:
                raise AssertionError(f"a message that was known was taken once more: {line}")


def _message(record: Any) -> tuple[str, str]:
    details = json.loads(record.details_json)
    return details["name"], details["correlation_key"]


def _check_trip(key: int, completed: list[str], fails: bool | None) -> None:
    done = [name for name in completed if name.removeprefix("cancel-") in STEPS]
    wanted = (
        ["hotel", "car", "cancel-car", "cancel-hotel"] if "flight" not in done else ["hotel", "car", "flight"]
    )
    assert done == wanted, f"trip {key} did {done}, expected {wanted}"
    assert fails in {None, "flight" not in done}, f"trip {key} took the wrong course"


def _check_order(key: int, root: Any, completed: list[Any], told: dict[str, Any] | None) -> None:
    found = Counter(each.element_id for each in completed if each.loop_counter >= 0)
    once = {name: found[name] for name in IN_ORDER}
    assert once == IN_ORDER, f"order {key} completed {once}, expected {IN_ORDER}"
    assert found["late"] == found["remind"] >= REMINDERS, (
        f"order {key} was reminded {found['remind']} times, late {found['late']} times"
    )
    variables = {each.name: json.loads(each.value_json) for each in root.variables}
    assert variables["results"] == [2, 4, 6], f"order {key} gathered {variables['results']}"
    assert told in (None, variables), f"order {key} ended with {variables}, and its result was told as {told}"


def check_file(database: Path) -> None:
    """Look at the file, which no server has open.

    Raises `AssertionError` with the first thing that is wrong.
    """
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    store = open_store(f"sqlite:///{database}")
    try:
        replayed = State(EmptySource(), Partition(1, 0, 0))
        kernel.replay(replayed, store.read_log())
        assert store.get(Partition, (1,)) == Partition(1, replayed.last_key, replayed.last_position), (
            "the counters differ from the log's"
        )
        for table in INSTANCE_TABLES:
            stored = {key_of(row): row for row in store.scan(table, {})}
            folded = {
                key_of(row): row
                for instance in replayed.instances.values()
                for row in instance.rows[table].values()
            }
            assert stored == folded, f"rows of {table.table} differ from the replayed log"
    finally:
        store.close()
