"""Mappings one after another: what each sees, and what comes of them, against an interpreter that works on plain objects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kernel.bench import Bench
from tests.model.diagram import element, end, extensions, model, path, service, start

Pair = tuple[str, str]
"""Source and target of a mapping, both paths."""
PATHS = st.lists(st.sampled_from("ab"), min_size=1, max_size=3).map(".".join)
MAPPINGS = st.lists(st.tuples(PATHS, PATHS), min_size=1, max_size=4)
VALUES = st.recursive(st.integers(0, 9), lambda inner: st.dictionaries(st.sampled_from("ab"), inner), max_leaves=6)
DOCUMENTS = st.dictionaries(st.sampled_from("ab"), VALUES)


def process_with(kind: str, mappings: Sequence[Pair]) -> bytes:
    """A task with these mappings as its inputs or outputs, and another that waits behind it."""
    mapped = element("zeebe:ioMapping", *(element(f"zeebe:{kind}", source=f"= {source}", target=target) for source, target in mappings))
    task = element("serviceTask", extensions(element("zeebe:taskDefinition", type="pack"), mapped), id="task")
    return model(start(), task, service("after"), end(), path("start", "task", "after", "end"))


def at(values: Mapping[str, Any], place: str) -> Any:
    """What FEEL finds at a path: null where there is nothing."""
    found: Any = values
    for name in place.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    return found


def put(values: dict[str, Any], place: str, value: Any) -> dict[str, Any]:
    """The same object with one member, however deep, of this value."""
    name, _, rest = place.partition(".")
    inner = values.get(name)
    return {**values, name: put(inner if isinstance(inner, dict) else {}, rest, value) if rest else value}


def mapped(mappings: Sequence[Pair], seen: dict[str, Any], target: dict[str, Any]) -> dict[str, Any]:
    """The target after these mappings, each of which sees what is there with what those before it have made."""
    for source, place in mappings:
        value = at(seen, source)
        seen, target = put(seen, place, value), put(target, place, value)
    return target


def decoded(values: Mapping[str, bytes]) -> dict[str, Any]:
    return {name: msgspec.json.decode(value) for name, value in values.items()}


@given(MAPPINGS, DOCUMENTS, DOCUMENTS)
def test_outputs_see_the_results_of_the_element_and_change_what_is_around(
    mappings: list[Pair], around: dict[str, Any], results: dict[str, Any]
) -> None:
    bench = Bench(process_with("output", mappings))
    instance = bench.create(**around)
    bench.complete("pack", **results)
    assert decoded(instance.variables.get(instance.key, {})) == mapped(mappings, {**around, **results}, around)


@given(MAPPINGS, DOCUMENTS)
def test_inputs_see_what_is_around_and_make_what_is_the_elements_own(mappings: list[Pair], around: dict[str, Any]) -> None:
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
