"""What must hold after the server was killed: judged from the database file and the clients' journal alone.

* Nothing acknowledged is lost: every created instance, every completed job and every thrown error is in the log.
* Nothing is applied twice: a job is completed, or ended by an error, once.
* Undo is exact: a trip without a flight has undone what it had booked, each once, last first; any other has undone nothing.
* Folding the log from nothing gives the rows of the database, to the byte.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from counterflow.kernel import engine
from counterflow.kernel.jobs import JobCompleted, JobCreated, JobErrorThrown
from counterflow.kernel.records import Event, LogEntry
from counterflow.kernel.rows import INSTANCE_TABLES, Partition, ProcessInstance, key_of
from counterflow.kernel.state import EmptySource, State
from counterflow.store.open import open_store
from counterflow.store.port import Store


def check(database: Path, journal: Path) -> Counter[str]:
    """Raises `AssertionError` with the first thing that is wrong; answers how often each thing happened."""
    store = open_store(f"sqlite:///{database}")
    try:
        log = list(store.read_log())
        acknowledged = [json.loads(line) for line in journal.read_text().splitlines()]
        _check_acknowledged(acknowledged, log)
        _check_undo(store, log, {line["key"]: line["fails"] for line in acknowledged if line["operation"] == "create"})
        _check_replay(store, log)
    finally:
        store.close()
    return Counter(line["operation"] for line in acknowledged)


def _events(log: Iterable[LogEntry]) -> Iterator[tuple[int, Event]]:
    for entry in log:
        for event in engine.events_of(entry):
            yield entry.process_instance_key, event


def _check_acknowledged(acknowledged: list[dict[str, Any]], log: list[LogEntry]) -> None:
    completed = Counter(event.key for _, event in _events(log) if isinstance(event, JobCompleted))
    thrown = Counter(event.key for _, event in _events(log) if isinstance(event, JobErrorThrown))
    instances = {key for key, _ in _events(log)}
    twice = [key for key, count in (completed + thrown).items() if count > 1]
    assert not twice, f"jobs ended twice: {twice}"
    for line in acknowledged:
        match line["operation"]:
            case "create":
                assert line["key"] in instances, f"acknowledged instance is lost: {line}"
            case "complete":
                assert line["job"] in completed, f"acknowledged completion is lost: {line}"
            case "throw":
                assert line["job"] in thrown, f"acknowledged error is lost: {line}"


def _check_undo(store: Store, log: list[LogEntry], fails: dict[int, bool]) -> None:
    types: dict[int, str] = {}
    done: dict[int, list[str]] = defaultdict(list)
    for instance, event in _events(log):
        if isinstance(event, JobCreated):
            types[event.key] = event.type
        elif isinstance(event, JobCompleted):
            done[instance].append(types[event.key])
    for header in store.scan(ProcessInstance, {}):
        assert header.state == "completed", f"instance {header.key} has not come to its end: {header.state}"
        wanted = ["hotel", "car", "cancel-car", "cancel-hotel"] if "flight" not in done[header.key] else ["hotel", "car", "flight"]
        assert done[header.key] == wanted, f"instance {header.key} did {done[header.key]}, expected {wanted}"
        if header.key in fails:
            assert ("flight" not in done[header.key]) == fails[header.key], f"instance {header.key} took the wrong course"


def _check_replay(store: Store, log: list[LogEntry]) -> None:
    replayed = State(EmptySource(), Partition(1, 0, 0))
    engine.replay(replayed, log)
    assert store.get(Partition, (1,)) == Partition(1, replayed.last_key, replayed.last_position), "the counters differ from the log's"
    for table in INSTANCE_TABLES:
        stored = {key_of(row): row for row in store.scan(table, {})}
        folded = {key_of(row): row for instance in replayed.instances.values() for row in instance.rows[table].values()}
        assert stored == folded, f"rows of {table.table} differ from the replayed log"
