"""Models at hand: which stay, and which go; and how commands go on without them."""

from __future__ import annotations

import pytest

from counterflow import kernel
from counterflow.kernel.lives.deployments import DeployResources
from counterflow.kernel.lives.quarantine import QuarantineInstance, ReleaseInstance
from counterflow.kernel.state.shelf import ModelNeeded, Shelf
from counterflow.kernel.state.source import CacheLimits
from counterflow.kernel.vocabulary import BrokenInvariant
from tests.kernel.bench import ONE_TASK, Bench, resource, snapshot


def test_the_least_recently_used_go_once_they_are_stored() -> None:
    models: Shelf[str] = Shelf()
    for key, batch in ((1, 5), (2, 0), (3, 0), (4, 0)):
        models.keep(key, str(key), 10, batch)
    assert models.get(2) == "2"
    assert models.release(4, 20) == [3, 4]
    assert [key for key in (1, 2, 3, 4) if models.get(key)] == [1, 2], "the first is not stored yet"
    models.keep(5, "5", 10)
    assert models.release(5, 29) == [1]
    assert (models.bytes, len(models)) == (20, 2)


def test_the_one_used_last_stays_however_large_it_is() -> None:
    models: Shelf[str] = Shelf()
    models.keep(1, "1", 10)
    models.keep(2, "2", 100)
    assert models.release(0, 50) == [1]
    assert models.get(2) == "2"


def test_one_that_comes_again_counts_once() -> None:
    models: Shelf[str] = Shelf()
    models.keep(1, "1", 10)
    models.keep(1, "1", 12)
    models.forget(1)
    assert models.bytes == 0


def test_a_command_without_its_model_leaves_no_trace_and_is_given_again() -> None:
    bench = Bench(ONE_TASK)
    instance, definition = bench.create(), bench.state.deployed.latest["process"]
    bench.do(DeployResources(resources=(resource(ONE_TASK, "another.bpmn"),)))
    graph = bench.state.process_of(definition.key)
    bench.state.process_of(bench.state.deployed.latest["process"].key)
    bench.state.release(bench.state.batch, CacheLimits(model_bytes=1))
    assert bench.state.processes.get(definition.key) is None
    job, before = bench.job("pack"), snapshot(bench.state)
    with pytest.raises(ModelNeeded) as needed:
        bench.complete("pack")
    assert needed.value.row == definition
    assert snapshot(bench.state) == before
    assert bench.job("pack") == job
    bench.state.processes.keep(definition.key, graph, 1)
    bench.complete("pack")
    assert instance.elements == {}


def test_a_model_that_cannot_be_read_breaks_the_instance_until_that_is_released() -> None:
    bench = Bench(ONE_TASK)
    instance, definition = bench.create(), bench.state.deployed.latest["process"]
    bench.state.processes.forget(definition.key)
    instance.process = None
    bench.state.processes.faults[definition.key] = BrokenInvariant("it is gone")
    with pytest.raises(kernel.KernelFault, match="it is gone") as fault:
        bench.complete("pack")
    assert fault.value.process_instance_key == instance.key
    bench.do(QuarantineInstance(process_instance_key=instance.key, reason=str(fault.value)))
    bench.do(ReleaseInstance(process_instance_key=instance.key))
    with pytest.raises(ModelNeeded):
        bench.complete("pack")
