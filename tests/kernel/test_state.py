"""What may be asked of a state: instances loaded when touched, put away when safe, and changes taken back."""

from __future__ import annotations

import pytest

from counterflow.kernel.row import Row
from counterflow.kernel.rows import ElementInstance, Incident, Job, Partition, ProcessDefinition
from counterflow.kernel.state.partition import State
from counterflow.kernel.state.shelf import ModelNeeded
from counterflow.kernel.state.source import CacheLimits, EmptySource
from counterflow.kernel.vocabulary import BrokenInvariant, first_key
from tests.kernel.bench import ONE_TASK, Bench, RowsOf, snapshot, waiting


def reloaded(bench: Bench) -> State:
    """A state with nothing in memory but what a start finds, over the rows of another."""
    state = State(RowsOf(bench.state), Partition(1, bench.state.last_key, bench.state.last_position))
    state.processes = bench.state.processes
    for definition in bench.state.definitions.values():
        state.admit(definition)
    for job in bench.rows(Job):
        state.admit(job)
    state.take_ready()
    return state


def definition(key: int, version: int, process_id: str = "p") -> ProcessDefinition:
    return ProcessDefinition(key, process_id, version, None, 1, "p.bpmn", b"", 1, 0)


def test_a_new_partition_counts_from_its_first_key() -> None:
    state = State(EmptySource(), Partition(3, 0, 0))
    assert (state.last_key, state.last_position) == (first_key(3), 0)


def test_a_used_partition_goes_on_where_it_stood() -> None:
    state = State(EmptySource(), Partition(1, 99, 12))
    assert (state.last_key, state.last_position) == (99, 12)


def test_nothing_comes_from_an_empty_source() -> None:
    source = EmptySource()
    state = State(source, Partition(1, 0, 0))
    assert (state.instance(7), state.owner_of(Job, 7), source.get(Job, (7,))) == (None, None, None)
    state.admit(definition(5, 1))
    with pytest.raises(ModelNeeded, match="process_definition 5"):
        state.process_of(5)


@pytest.mark.parametrize("table", [ElementInstance, Job, Incident])
def test_rows_lead_to_their_instance_in_memory_and_after_loading(table: type[Row]) -> None:
    bench = Bench(ONE_TASK)
    bench.create()
    bench.create()
    bench.fail("pack", retries=0)
    for row in bench.rows(table):
        key, owner_key = row.key, row.process_instance_key  # type: ignore[attr-defined]  # every table asked for has both
        for state in (bench.state, reloaded(bench)):
            found = state.owner_of(table, key)
            assert found is not None
            assert found.key == owner_key


def test_a_key_of_another_table_leads_nowhere() -> None:
    bench = Bench(ONE_TASK)
    instance = bench.create()
    for state in (bench.state, reloaded(bench)):
        assert state.owner_of(Incident, max(instance.jobs)) is None
        assert state.owner_of(Job, instance.key) is None


def test_a_loaded_instance_tells_of_no_new_jobs() -> None:
    bench = Bench(ONE_TASK)
    instance = bench.create()
    state = reloaded(bench)
    state.take_ready()
    state.instance(instance.key)
    assert state.newly_ready == []
    assert waiting(state.ready["pack"]) == list(instance.jobs)


def test_an_instance_put_away_comes_back_as_it_was() -> None:
    bench = Bench(ONE_TASK)
    instance = bench.create(a=1)
    bench.fail("pack", retries=0)
    state = reloaded(bench)
    state.instance(instance.key)
    before = snapshot(state)
    state.forget(instance.key)
    assert (dict(state.instances), state.owners) == ({}, {})
    state.instance(instance.key)
    assert snapshot(state) == before
    state.forget(7)  # was never there


def test_only_what_is_safe_on_disk_is_put_away_least_recently_used_first() -> None:
    bench = Bench(ONE_TASK)
    keys = [bench.create().key for _ in range(4)]
    state = bench.state
    state.batch = 2  # those four were sealed in batch 1
    state.put(state.instances[keys[0]].jobs[max(state.instances[keys[0]].jobs)])
    state.instance(keys[1])
    state.release(0, CacheLimits(0))
    assert list(state.instances) == [keys[0], keys[2], keys[3], keys[1]]
    state.release(1, CacheLimits(3))
    assert list(state.instances) == [keys[0], keys[3], keys[1]]
    state.release(1, CacheLimits(0))
    assert list(state.instances) == [keys[0]]
    state.release(2, CacheLimits(1))
    assert list(state.instances) == [keys[0]]


def test_the_latest_definition_is_the_one_with_the_highest_version_in_whatever_order_they_come() -> None:
    state = State(EmptySource(), Partition(1, 0, 0))
    for key, version in ((3, 2), (2, 1), (9, 3)):
        state.admit(definition(key, version))
    assert state.deployed.latest["p"].key == 9
    assert state.deployed.version_of("p", 1) == definition(2, 1)
    assert state.deployed.version_of("p", 4) is None


def test_a_definition_taken_back_makes_the_one_before_it_the_latest() -> None:
    state = State(EmptySource(), Partition(1, 0, 0))
    mark = state.mark()
    state.put(definition(1, 1))
    middle = state.mark()
    state.put(definition(2, 2))
    state.roll_back(middle)
    assert (state.deployed.latest["p"].version, state.deployed.version_of("p", 2), len(state.journal)) == (
        1,
        None,
        1,
    )
    state.roll_back(mark)
    assert (state.deployed.latest, state.definitions, state.journal) == ({}, {}, [])


def test_taking_back_keeps_what_earlier_commands_have_told() -> None:
    bench = Bench(ONE_TASK)
    first = bench.create()
    told = list(bench.state.newly_ready)
    mark = bench.state.mark()
    bench.create()
    bench.state.roll_back(mark)
    assert bench.state.newly_ready == told == [("pack", key) for key in first.jobs]


def test_an_instance_without_a_header_has_no_graph() -> None:
    state = State(EmptySource(), Partition(1, 0, 0))
    state.open_instance(7)
    with pytest.raises(BrokenInvariant, match="process instance 7 has no header row"):
        state.process(state.instances[7])
