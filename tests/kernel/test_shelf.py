"""Models at hand: which stay, and which go."""

from __future__ import annotations

import pytest

from counterflow.kernel.lives.deployments import DeployResources
from counterflow.kernel.state import shelf
from counterflow.kernel.state.shelf import Shelf
from tests.kernel.bench import ONE_TASK, Bench, resource


def test_the_least_recently_used_go_once_they_are_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf, "KEPT_MODELS", 2)
    models: Shelf[str] = Shelf()
    for key, batch in ((1, 5), (2, 0), (3, 0), (4, 0)):
        models.keep(key, str(key), batch)
    assert models.get(2) == "2"
    models.release(4)
    assert [key for key in (1, 2, 3, 4) if models.get(key)] == [1, 2], "the first is not stored yet"
    models.keep(5, "5")
    models.release(5)
    assert [key for key in (1, 2, 5) if models.get(key)] == [2, 5]


def test_graphs_of_processes_go_as_well_and_instances_keep_theirs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf, "KEPT_MODELS", 1)
    bench = Bench(ONE_TASK)
    instance, key = bench.create(), bench.state.deployed.latest["process"].key
    bench.do(DeployResources(resources=(resource(ONE_TASK, "another.bpmn"),)))
    bench.state.release(committed_batch=bench.state.batch, keep=10)
    assert bench.state.processes.get(key) is None
    bench.complete("pack")
    assert instance.elements == {}
