"""The kernel's source of rows: what the store holds, and graphs read again from deployed files."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from counterflow.documents.limits import DECISION_LIMITS
from counterflow.kernel.rows import (
    INSTANCE_TABLES,
    DecisionRequirements,
    ElementInstance,
    Job,
    Partition,
    ProcessInstance,
    Resource,
)
from counterflow.kernel.state.shelf import ModelNeeded
from counterflow.kernel.vocabulary import BrokenInvariant
from counterflow.partition.batch import seal
from counterflow.partition.source import StoreSource, read_model
from counterflow.store.memory import MemoryStore
from counterflow.store.port import Batch
from counterflow.testing import Engine
from tests.dmn.drawing import decision, literal
from tests.dmn.drawing import model as drawn
from tests.kernel.bench import ONE_TASK, Bench
from tests.testing.rows import deployment_of


def stored() -> tuple[Bench, MemoryStore, StoreSource]:
    bench, store = Bench(ONE_TASK), MemoryStore()
    bench.create(a=1)
    store.commit(seal(bench.state, bench.log))
    return bench, store, StoreSource(store)


def test_an_instance_is_loaded_whole() -> None:
    bench, _, source = stored()
    (instance,) = bench.state.instances.values()
    loaded = source.load_instance(instance.key)
    assert {table: list(rows) for table, rows in loaded.items() if rows} == {
        table: list(instance.rows[table].values()) for table in INSTANCE_TABLES if instance.rows[table]
    }


def test_an_instance_that_is_not_there() -> None:
    _, _, source = stored()
    assert not source.load_instance(7).get(ProcessInstance)


def test_single_rows() -> None:
    bench, _, source = stored()
    job = bench.job("pack")
    assert source.get(Job, (job.key,)) == job
    assert source.get(ElementInstance, (job.key,)) is None
    assert source.get(Partition, (1,)) is not None


def test_a_graph_is_read_from_its_resource() -> None:
    bench, store, _ = stored()
    definition = bench.state.deployed.latest["process"]
    assert read_model(store, ModelNeeded(definition)).processes == (bench.state.process_of(definition.key),)


def test_a_resource_that_is_gone_is_our_fault() -> None:
    bench, store, _ = stored()
    definition = bench.state.deployed.latest["process"]
    store.commit(Batch({}, {Resource: [(definition.resource_key,)]}, []))
    with pytest.raises(
        BrokenInvariant, match=f"resource {definition.resource_key} of definition {definition.key} is gone"
    ):
        read_model(store, ModelNeeded(definition))


@pytest.mark.parametrize("content", [b"<x/>", ONE_TASK.replace(b'"process"', b'"other"')])
def test_a_resource_that_can_no_longer_be_read_is_our_fault(content: bytes) -> None:
    bench, store, _ = stored()
    definition = bench.state.deployed.latest["process"]
    resource = store.get(Resource, (definition.resource_key,))
    assert resource is not None
    store.commit(Batch({Resource: [replace(resource, content=content)]}, {}, []))
    with pytest.raises(
        BrokenInvariant,
        match=f"definition {definition.key} can no longer be read from resource 'model-0.bpmn'",
    ):
        read_model(store, ModelNeeded(definition))


def deployed_decisions() -> tuple[DecisionRequirements, MemoryStore]:
    engine = Engine(MemoryStore())
    deployment = deployment_of(engine, {"answer.dmn": drawn(decision("answer", literal("42")))})
    assert isinstance(engine.store, MemoryStore)
    return deployment.requirements[0], engine.store


def test_a_decision_model_is_read_from_its_resource() -> None:
    requirements, store = deployed_decisions()
    decisions = read_model(store, ModelNeeded(requirements)).decisions
    assert decisions is not None
    assert decisions.evaluate("answer", {}).output == 42


def test_a_decision_model_is_read_whatever_the_limits_are_now() -> None:
    requirements, store = deployed_decisions()
    resource = store.get(Resource, (requirements.resource_key,))
    assert resource is not None
    grown = resource.content.replace(
        b"</definitions>", b"<extensionElements/>" * DECISION_LIMITS.elements + b"</definitions>"
    )
    store.commit(Batch({Resource: [replace(resource, content=grown)]}, {}, []))
    decisions = read_model(store, ModelNeeded(requirements)).decisions
    assert decisions is not None
    assert decisions.evaluate("answer", {}).output == 42


def test_a_decision_model_that_is_gone_or_unreadable_is_our_fault() -> None:
    requirements, store = deployed_decisions()
    resource = store.get(Resource, (requirements.resource_key,))
    assert resource is not None
    store.commit(Batch({Resource: [replace(resource, content=b"<x/>")]}, {}, []))
    with pytest.raises(
        BrokenInvariant,
        match=f"decision model {requirements.key} can no longer be read from resource 'answer.dmn'",
    ):
        read_model(store, ModelNeeded(requirements))
    store.commit(Batch({}, {Resource: [(requirements.resource_key,)]}, []))
    with pytest.raises(
        BrokenInvariant,
        match=f"resource {requirements.resource_key} of definition {requirements.key} is gone",
    ):
        read_model(store, ModelNeeded(requirements))
