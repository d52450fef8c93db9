"""Versions: a model that has not changed keeps its version, whatever it is deployed together with."""

from __future__ import annotations

import pytest

from counterflow.kernel.lives.deployments import Deployment, DeployResources
from counterflow.kernel.lives.instances import CreateProcessInstance
from counterflow.kernel.rows import Resource
from counterflow.kernel.vocabulary import Rejection, RejectionType
from tests.bpmn.diagram import definitions, end, path, process, service, start
from tests.kernel.bench import Bench, resource, snapshot


def drawn(*process_ids: str, task: str = "pack") -> bytes:
    """A file with some processes of one task each."""
    processes = []
    for process_id in process_ids:
        ids = [f"{process_id}-{name}" for name in ("start", "task", "end")]
        inside = (start(ids[0]), service(ids[1], job=task), end(ids[2]), path(*ids))
        processes.append(process(*inside, process_id=process_id))
    return definitions(*processes)


def deploy(bench: Bench, **files: bytes) -> Deployment:
    resources = tuple(resource(content, f"{name}.bpmn") for name, content in files.items())
    deployment: Deployment = bench.do(DeployResources(resources=resources))
    return deployment


def versions(deployment: Deployment) -> dict[str, int]:
    return {definition.bpmn_process_id: definition.version for definition in deployment.definitions}


def stored(bench: Bench) -> int:
    return sum(table is Resource for table, *_ in bench.state.journal)


def test_the_first_version_is_1_and_a_change_is_the_next() -> None:
    bench = Bench()
    assert versions(deploy(bench, a=drawn("a"))) == {"a": 1}
    assert versions(deploy(bench, a=drawn("a", task="ship"))) == {"a": 2}


def test_the_same_file_again_keeps_version_and_key() -> None:
    bench = Bench()
    first, again = deploy(bench, a=drawn("a")), deploy(bench, a=drawn("a"))
    assert again.definitions == first.definitions
    assert again.key > first.key
    assert stored(bench) == 1


def test_the_same_content_under_another_name_is_a_new_version() -> None:
    bench = Bench()
    deploy(bench, a=drawn("a"))
    assert versions(deploy(bench, renamed=drawn("a"))) == {"a": 2}


def test_an_older_content_is_a_new_version_again() -> None:
    bench = Bench()
    deploy(bench, a=drawn("a"))
    deploy(bench, a=drawn("a", task="ship"))
    assert versions(deploy(bench, a=drawn("a"))) == {"a": 3}


def test_ten_models_of_which_one_changed_give_one_new_version() -> None:
    bench = Bench()
    ten = {f"model{number}": drawn(f"p{number}") for number in range(10)}
    first = deploy(bench, **ten)
    second = deploy(bench, **(ten | {"model4": drawn("p4", task="ship")}))
    assert versions(second) == versions(first) | {"p4": 2}
    assert [one for one in second.definitions if one.deployment_key == second.key] == [second.definitions[4]]
    assert stored(bench) == 11


def test_of_two_processes_in_a_file_both_change_with_the_file() -> None:
    bench = Bench()
    deploy(bench, a=drawn("p", "q"))
    deployment = deploy(bench, a=drawn("p", "q", task="ship"))
    assert versions(deployment) == {"p": 2, "q": 2}
    assert len({definition.resource_key for definition in deployment.definitions}) == 1


def test_one_id_twice_in_a_deployment_is_refused_whole() -> None:
    bench = Bench()
    before = snapshot(bench.state)
    with pytest.raises(Rejection, match=r"'q' is in 'a\.bpmn' and in 'b\.bpmn'") as raised:
        deploy(bench, a=drawn("p", "q"), b=drawn("q"))
    assert raised.value.type is RejectionType.INVALID_ARGUMENT
    assert snapshot(bench.state) == before


def test_running_instances_finish_on_their_version() -> None:
    bench = Bench()
    deploy(bench, a=drawn("a"))
    old = bench.create("a")
    deploy(bench, a=drawn("a", task="ship"))
    new = bench.create("a")
    assert [job.type for job in (*old.jobs.values(), *new.jobs.values())] == ["pack", "ship"]
    bench.complete("pack")
    assert (old.elements, len(new.elements)) == ({}, 2)


def test_a_certain_version_can_be_begun() -> None:
    bench = Bench()
    first = deploy(bench, a=drawn("a")).definitions[0]
    deploy(bench, a=drawn("a", task="ship"))
    for command in (
        CreateProcessInstance(bpmn_process_id="a", version=1, variables={}),
        CreateProcessInstance(definition_key=first.key, variables={}),
    ):
        assert bench.do(command).definition_key == first.key
