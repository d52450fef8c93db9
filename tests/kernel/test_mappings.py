"""Mappings one after another: what each sees, and what comes of them, against an interpreter that works on
plain objects.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterflow.kernel.lives.variables import SetVariables
from counterflow.kernel.work.incidents import ResolveIncident
from tests.bpmn.diagram import element, end, extensions, model, path, service, start
from tests.kernel.bench import Bench, document
from tests.simulation.data import Pair, decoded, mapped

PATHS = st.lists(st.sampled_from("ab"), min_size=1, max_size=3).map(".".join)
MAPPINGS = st.lists(st.tuples(PATHS, PATHS), min_size=1, max_size=4)
VALUES = st.recursive(
    st.integers(0, 9), lambda inner: st.dictionaries(st.sampled_from("ab"), inner), max_leaves=6
)
DOCUMENTS = st.dictionaries(st.sampled_from("ab"), VALUES)


def process_with(kind: str, mappings: Sequence[Pair]) -> bytes:
    """A task with these mappings as its inputs or outputs, and another that waits behind it."""
    mapped = element(
        "zeebe:ioMapping",
        *(element(f"zeebe:{kind}", source=f"= {source}", target=target) for source, target in mappings),
    )
    task = element("serviceTask", extensions(element("zeebe:taskDefinition", type="pack"), mapped), id="task")
    return model(start(), task, service("after"), end(), path("start", "task", "after", "end"))


@given(MAPPINGS, DOCUMENTS, DOCUMENTS)
def test_outputs_see_the_results_of_the_element_and_change_what_is_around(
    mappings: list[Pair], around: dict[str, Any], results: dict[str, Any]
) -> None:
    bench = Bench(process_with("output", mappings))
    instance = bench.create(**around)
    bench.complete("pack", **results)
    assert decoded(instance.variables.get(instance.key, {})) == mapped(
        mappings, {**around, **results}, around
    )


@given(MAPPINGS, DOCUMENTS)
def test_inputs_see_what_is_around_and_make_what_is_the_elements_own(
    mappings: list[Pair], around: dict[str, Any]
) -> None:
    bench = Bench(process_with("input", mappings))
    instance = bench.create(**around)
    (task,) = (row for row in instance.elements.values() if row.element_id == "task")
    assert decoded(instance.variables[task.key]) == mapped(mappings, around, {})


@pytest.mark.parametrize("caller", [{}, {"a": {"y": "the caller's"}}])
def test_a_mapping_behind_a_nested_one_reads_what_the_worker_gave(caller: dict[str, Any]) -> None:
    bench = Bench(process_with("output", [("a.x", "a.x"), ("a.y", "y")]))
    instance = bench.create(**caller)
    bench.complete("pack", a={"x": 1, "y": 2})
    assert decoded(instance.variables[instance.key]) == {"a": {**caller.get("a", {}), "x": 1}, "y": 2}


def test_inputs_that_are_made_anew_see_what_was_there_before_they_were_made() -> None:
    """An incident behind the mappings (the job's type is null) holds the task; each of its tries adds one to
    the same count.
    """
    inputs = [("count + 1", "count"), ("item.way", "item"), ("method", "way")]
    mapped = element(
        "zeebe:ioMapping",
        *(element("zeebe:input", source=f"= {source}", target=target) for source, target in inputs),
    )
    items = element("zeebe:loopCharacteristics", inputCollection="= items", inputElement="item")
    loop = element("multiInstanceLoopCharacteristics", extensions(items))
    task = element(
        "serviceTask", extensions(element("zeebe:taskDefinition", type="= way"), mapped), loop, id="task"
    )
    bench = Bench(model(start(), task, end(), path("start", "task", "end")))
    instance = bench.create(count=1, items=[{"way": "by card"}])
    for method in (None, 7, "pay"):
        bench.do(SetVariables(element_instance_key=instance.key, variables=document(method=method)))
        bench.do(ResolveIncident(incident_key=bench.incident().key))
    (job,) = bench.activate("pay")
    assert msgspec.json.decode(job.variables) | {"items": []} == {
        "count": 2,
        "item": "by card",
        "items": [],
        "loopCounter": 1,
        "method": "pay",
        "way": "pay",
    }
