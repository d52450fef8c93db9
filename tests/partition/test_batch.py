"""What a batch writes, and what a start finds."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from msgspec.structs import replace

from counterflow.kernel.lives.quarantine import QuarantineInstance
from counterflow.kernel.rows import (
    ElementInstance,
    Job,
    Partition,
    ProcessDefinition,
    ProcessInstance,
    Resource,
    Variable,
)
from counterflow.kernel.vocabulary import LogEntry
from counterflow.model.events import CompensationOrder
from counterflow.partition.batch import load_state, seal
from counterflow.store.errors import DamagedError
from counterflow.store.memory import MemoryStore
from counterflow.store.open import open_store
from tests.bpmn.diagram import end, model, path, start
from tests.kernel.bench import ONE_TASK, Bench, due_times, snapshot, waiting


def committed(bench: Bench, store: MemoryStore) -> None:
    """Write what has changed."""
    store.commit(seal(bench.state, bench.log))
    bench.log.clear()


def uncounted(log: list[LogEntry]) -> list[LogEntry]:
    """A log as the kernel gave it."""
    return [replace(entry, instance_rows=None) for entry in log]


def test_a_batch_holds_every_row_once_as_it_is_now() -> None:
    bench = Bench(ONE_TASK)
    instance = bench.create(a=1)
    bench.activate("pack")
    batch = seal(bench.state, bench.log)
    assert batch.puts[Job] == list(instance.jobs.values())
    assert [row.state for row in batch.puts[Job]] == ["activated"]  # type: ignore[attr-defined]  # rows of the table Job
    assert [row.element_id for row in batch.puts[ElementInstance]] == ["process", "pack"]  # type: ignore[attr-defined]  # as above
    assert batch.puts[Partition] == [Partition(1, bench.state.last_key, bench.state.last_position)]
    assert {table.__name__ for table in batch.puts} >= {
        "Resource",
        "ProcessDefinition",
        "ProcessInstance",
        "Variable",
    }
    assert (batch.deletes, uncounted(batch.log)) == ({}, bench.log)


def test_what_was_born_and_died_since_the_last_batch_is_not_written() -> None:
    bench = Bench(model(start(), end(), path("start", "end")))
    bench.create()
    batch = seal(bench.state, bench.log)
    assert ElementInstance not in batch.puts
    assert batch.deletes == {}
    assert len(batch.puts[ProcessInstance]) == 1


def test_what_was_written_before_is_deleted() -> None:
    bench = Bench(ONE_TASK)
    instance = bench.create(a=1)
    keys = {
        ElementInstance: [(key,) for key in instance.elements],
        Job: [(key,) for key in instance.jobs],
        Variable: [(instance.key, "a")],
    }
    seal(bench.state, bench.log)
    bench.complete("pack")
    batch = seal(bench.state, bench.log)
    assert {table: sorted(found) for table, found in batch.deletes.items()} == keys
    assert [row.state for row in batch.puts[ProcessInstance]] == ["completed"]  # type: ignore[attr-defined]  # rows of that table


def test_a_second_batch_starts_empty() -> None:
    bench = Bench(ONE_TASK)
    number = bench.state.batch
    seal(bench.state, bench.log)
    batch = seal(bench.state, [])
    assert (batch.puts, batch.deletes, bench.state.batch) == ({}, {}, number + 2)


@pytest.mark.parametrize("order", CompensationOrder)
def test_an_empty_store_is_a_new_partition(order: CompensationOrder) -> None:
    state = load_state(MemoryStore(), order)
    assert (state.partition_id, state.last_position, state.default_order) == (1, 0, order)
    assert (state.next_due(), state.ready, state.definitions) == (None, {}, {})


def test_a_start_finds_counters_definitions_and_waiting_jobs_and_loads_no_instance() -> None:
    bench, store = Bench(ONE_TASK, ONE_TASK), MemoryStore()
    for _ in range(3):
        bench.create()
    bench.activate("pack", maximum=1)
    bench.fail("pack", retries=2, back_off_ms=50)
    bench.activate("pack", maximum=1)
    committed(bench, store)
    state = load_state(store)
    assert (state.last_key, state.last_position) == (bench.state.last_key, bench.state.last_position)
    assert (state.definitions, vars(state.deployed)) == (bench.state.definitions, vars(bench.state.deployed))
    assert waiting(state.ready["pack"]) == waiting(bench.state.ready["pack"])
    assert due_times(state) == due_times(bench.state)
    assert (dict(state.instances), state.newly_ready, state.journal) == ({}, [], [])


def test_everything_touched_after_a_start_is_as_it_was() -> None:
    bench, store = Bench(ONE_TASK), MemoryStore()
    for number in range(3):
        bench.create(n=number)
    bench.fail("pack", retries=0)
    bench.do(
        QuarantineInstance(process_instance_key=bench.job("pack").process_instance_key, reason="a fault")
    )
    committed(bench, store)
    state = load_state(store)
    for key in bench.state.instances:
        state.instance(key)
    assert snapshot(state) == snapshot(bench.state)


def test_deployed_files_are_kept_to_the_byte() -> None:
    bench, store = Bench(ONE_TASK), MemoryStore()
    committed(bench, store)
    (resource,) = store.scan(Resource, {})
    (definition,) = store.scan(ProcessDefinition, {})
    assert (resource.content, definition.resource_key) == (ONE_TASK, resource.key)


def test_what_all_need_is_given_up_only_where_that_is_accepted(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/a.db"
    store = open_store(url)
    store.commit(seal((bench := Bench(ONE_TASK)).state, bench.log))
    store.close()
    with closing(sqlite3.connect(tmp_path / "a.db")) as connection, connection:
        connection.execute("UPDATE process_definition SET version = 7")
    store = open_store(url)
    with pytest.raises(DamagedError, match=r"1 rows of process_definition .* start with --accept-loss"):
        load_state(store)
    store.close()
    store = open_store(url, accepts_loss=True)
    assert load_state(store).definitions == {}
    store.close()
