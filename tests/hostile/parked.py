"""A database with many process instances that wait, written as a server would have, but without one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from counterflow.kernel.row import Row
from counterflow.kernel.rows import INSTANCE_TABLES, MessageSubscription, Partition, key_of
from counterflow.kernel.vocabulary import LogEntry, first_key
from counterflow.store.open import open_store
from counterflow.store.port import Batch, Store
from counterflow.testing import Engine
from tests.bpmn.diagram import boundary, catch, catch_message, end, model, path, service, start, timer

AT_ONCE = 20_000
WAITS_FOR_WORK = model(
    *(start(), service("work", job="work"), boundary("late", "work", timer(text="P30000D"))),
    *(end(), end("gave-up"), path("start", "work", "end"), path("late", "gave-up")),
    process_id="waits-for-work",
)
WAITS_FOR_MESSAGE = model(
    *(start(), catch("wait", catch_message("order")), end(), path("start", "wait", "end")),
    process_id="waits-for-message",
)
PROCESSES = ("waits-for-work", "waits-for-message")

Rows = list[Row]


def park(database: Path, number: int) -> None:
    """Write a database with so many instances: half of them wait for a worker, with a timer beside it, and
    half for a message, each for one of its own.
    """
    store = open_store(f"sqlite:///{database}")
    try:
        engine = Engine(store)
        engine.deploy_contents({"work.bpmn": WAITS_FOR_WORK, "message.bpmn": WAITS_FOR_MESSAGE})
        kinds = [_begun(store, engine.start(process, {"key": "first"})) for process in PROCESSES]
        numbers = range(number - len(PROCESSES))
        for first in range(0, len(numbers), AT_ONCE):
            _write(store, kinds, numbers[first : first + AT_ONCE])
    finally:
        store.close()


def _begun(store: Store, key: int) -> tuple[Rows, LogEntry]:
    rows = [row for table in INSTANCE_TABLES for row in store.load_instance(key)[table]]
    (entry,) = store.read_log(process_instance_key=key)
    return rows, entry


def _write(store: Store, kinds: list[tuple[Rows, LogEntry]], numbers: range) -> None:
    (counters,) = store.scan(Partition, {})
    batch = Batch({}, {}, [])
    position, last_key = counters.last_position + 1, counters.last_key
    for number in numbers:
        rows, entry = kinds[number % len(kinds)]
        ahead = last_key + 1 - rows[0].key  # type: ignore[attr-defined] # a process instance has one
        for row in (_shifted(row, ahead, str(number)) for row in rows):
            batch.puts.setdefault(type(row), []).append(row)
            last_key = max(last_key, *(value for value in key_of(row) if isinstance(value, int)))
        batch.log.append(
            msgspec.structs.replace(
                entry, position=position, process_instance_key=entry.process_instance_key + ahead
            )
        )
        position += entry.event_count
    batch.puts[Partition] = [Partition(counters.id, last_key, position - 1)]
    store.commit(batch)


def _shifted(row: Row, ahead: int, word: str) -> Row:
    """The row of another instance: every key but its definition's is so much greater."""
    lowest = first_key(1)
    changes: dict[str, Any] = {
        name: value + ahead
        for name in row.__struct_fields__
        if name != "definition_key" and isinstance(value := getattr(row, name), int) and value >= lowest
    }
    if isinstance(row, MessageSubscription):
        changes["correlation_key"] = word
    return msgspec.structs.replace(row, **changes)
