"""Calls that are bound to a version: what is refused when it is deployed, and what becomes new together."""

from __future__ import annotations

import pytest

from counterflow.kernel.lives.deployments import Deployment, DeployResources
from counterflow.kernel.vocabulary import Rejection, RejectionType
from tests.bpmn.diagram import definitions, element, end, extensions, path, process, service, start
from tests.kernel.bench import Bench, resource, snapshot


def calling(process_id: str, *called: str, job: str = "pack", binding: str = "deployment") -> bytes:
    """A process with a task, and a call of each of these."""
    calls = [
        element(
            "callActivity",
            extensions(element("zeebe:calledElement", processId=name, bindingType=binding)),
            id=f"call_{number}",
        )
        for number, name in enumerate(called)
    ]
    ids = ["start", *(f"call_{number}" for number in range(len(called))), "task", "end"]
    inside = (start(), *calls, service("task", job=job), end(), path(*ids))
    return definitions(process(*inside, process_id=process_id))


def deploy(bench: Bench, **files: bytes) -> dict[str, int]:
    resources = tuple(resource(content, f"{name}.bpmn") for name, content in files.items())
    deployment: Deployment = bench.do(DeployResources(resources=resources))
    return {definition.bpmn_process_id: definition.version for definition in deployment.definitions}


def test_a_process_that_is_bound_to_what_is_not_there_is_refused() -> None:
    bench = Bench()
    deploy(bench, b=calling("b"))
    before = snapshot(bench.state)
    with pytest.raises(
        Rejection, match=r"'a' in 'a\.bpmn' to be deployed together with process 'b'"
    ) as raised:
        deploy(bench, a=calling("a", "b"))
    assert raised.value.type is RejectionType.INVALID_ARGUMENT
    assert snapshot(bench.state) == before
    assert deploy(bench, a=calling("a", "b", binding="latest")) == {"a": 1}


def test_what_has_not_changed_together_stays() -> None:
    bench = Bench()
    files = {"a": calling("a", "b"), "b": calling("b"), "c": calling("c")}
    assert deploy(bench, **files) == {"a": 1, "b": 1, "c": 1}
    assert deploy(bench, **files) == {"a": 1, "b": 1, "c": 1}


@pytest.mark.parametrize("changed", ["a", "b", "d"])
def test_a_change_takes_callers_and_called_along(changed: str) -> None:
    bench = Bench()
    files = {"a": calling("a", "b"), "b": calling("b", "d"), "c": calling("c"), "d": calling("d")}
    deploy(bench, **files)
    called = {"a": ["b"], "b": ["d"], "d": []}[changed]
    files[changed] = calling(changed, *called, job="ship")
    assert deploy(bench, **files) == {"a": 2, "b": 2, "c": 1, "d": 2}


def test_what_was_deployed_apart_meanwhile_is_brought_together() -> None:
    bench = Bench()
    old, new = calling("b"), calling("b", job="ship")
    deploy(bench, a=calling("a", "b"), b=old)
    assert deploy(bench, b=new) == {"b": 2}
    assert deploy(bench, a=calling("a", "b"), b=new) == {"a": 2, "b": 3}
    instance = bench.create("a")
    assert [job.type for job in bench.state.instances[max(bench.state.instances)].jobs.values()] == ["ship"]
    assert instance.elements


def test_a_called_process_that_only_an_expression_names_may_be_any() -> None:
    bench = Bench()
    files = {"a": calling("a", "= kind"), "b": calling("b"), "c": calling("c")}
    deploy(bench, **files)
    assert deploy(bench, **files | {"c": calling("c", job="ship")}) == {"a": 2, "b": 2, "c": 2}


def test_a_process_that_calls_itself_is_bound_to_itself() -> None:
    bench = Bench()
    assert deploy(bench, a=calling("a", "a")) == {"a": 1}
    assert deploy(bench, a=calling("a", "a")) == {"a": 1}
