"""Variables: who sees them, where they go, how much of them fits."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterflow.kernel import HOUSE
from counterflow.kernel.data import scopes
from counterflow.kernel.data.evaluation import ScopeView
from counterflow.kernel.data.scopes import VariablesSet, lookup, visible
from counterflow.kernel.lives.variables import SetVariables
from counterflow.kernel.rows import ElementInstance
from counterflow.kernel.state.instance import InstanceState
from counterflow.kernel.vocabulary import Rejection, RejectionType
from counterflow.kernel.work.budget import ProcessLimits
from counterflow.kernel.work.step import Step
from tests.bpmn.diagram import element, end, extensions, model, path, service, start, sub_process
from tests.kernel.bench import ONE_TASK, Bench, document

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)
PACKING = sub_process("sub", start("in"), service("pack", job="pack"), path("in", "pack"))
INSIDE = model(start(), PACKING, end(), path("start", "sub", "end"))


def in_scopes(bench: Bench) -> tuple[InstanceState, int, int, int]:
    """An instance with the keys of process, sub-process and task."""
    instance = bench.create(name="process", only_outside=1)
    keys = {row.element_id: row.key for row in bench.rows(ElementInstance)}
    return instance, keys["process"], keys["sub"], keys["pack"]


def set_at(bench: Bench, key: int, *, local: bool = False, **values: object) -> int:
    answer: int = bench.do(SetVariables(element_instance_key=key, variables=document(**values), local=local))
    return answer


@given(st.dictionaries(st.text(), JSON))
def test_a_document_is_one_json_object(values: dict[str, object]) -> None:
    text = scopes.to_object({name: msgspec.json.encode(value) for name, value in values.items()})
    assert msgspec.json.decode(text) == values
    assert scopes.to_object(scopes.from_object(text)) == text


@pytest.mark.parametrize("number", [b"1.10", b"12345678901234567890123", b"1e400", b"-0"])
def test_values_are_passed_on_as_they_were_written(number: bytes) -> None:
    assert scopes.from_object(b'{"n": ' + number + b"}") == {"n": number}


def test_the_nearest_scope_hides_those_around_it() -> None:
    bench = Bench(INSIDE)
    instance, root, sub, task = in_scopes(bench)
    assert [lookup(instance, key, "name") for key in (root, sub, task)] == [b'"process"'] * 3
    set_at(bench, sub, local=True, name="sub")
    set_at(bench, task, local=True, name="task", own=True)
    assert [lookup(instance, key, "name") for key in (root, sub, task)] == [b'"process"', b'"sub"', b'"task"']
    assert lookup(instance, sub, "own") is None
    assert visible(instance, task) == document(name="task", only_outside=1, own=True)
    assert visible(instance, sub, ("name", "own")) == document(name="sub")


def test_expressions_see_what_a_mapping_has_made_before_any_scope() -> None:
    bench = Bench(INSIDE)
    instance, _, _, task = in_scopes(bench)
    course = Step(bench.state, HOUSE, ProcessLimits(fuel=10)).at(instance)
    view = ScopeView(course, task, {"name": b"1"})
    assert view.get("name") == msgspec.Raw(b"1")
    assert view.get("only_outside") == msgspec.Raw(b"1")
    assert view.get("missing", "default") == "default"
    assert course.step.budget.fuel_left == 10, "what is handed over costs nothing until it is decoded"


@pytest.mark.parametrize(
    "known_at, lands_at",
    [
        ((), "process"),
        (("process",), "process"),
        (("sub",), "sub"),
        (("process", "task"), "task"),
        (("sub", "task"), "task"),
    ],
)
def test_a_variable_goes_to_the_nearest_scope_that_knows_it(known_at: tuple[str, ...], lands_at: str) -> None:
    bench = Bench(INSIDE)
    instance, root, sub, task = in_scopes(bench)
    keys = {"process": root, "sub": sub, "task": task}
    for scope in known_at:
        set_at(bench, keys[scope], local=True, n=0)
    set_at(bench, task, n=5)
    assert {scope: instance.variables.get(key, {}).get("n") for scope, key in keys.items()} == {
        scope: b"5" if scope == lands_at else b"0" if scope in known_at else None for scope in keys
    }


def test_a_value_that_is_there_already_is_not_set_again() -> None:
    bench = Bench(ONE_TASK)
    instance = bench.create(a=1, b=2)
    seen = len(bench.log)
    set_at(bench, instance.key, a=1, b=3)
    assert [event.values for event in bench.events(seen) if isinstance(event, VariablesSet)] == [{"b": b"3"}]


def test_every_change_from_outside_has_a_key_of_its_own() -> None:
    bench = Bench(ONE_TASK)
    instance = bench.create()
    assert set_at(bench, instance.key) < set_at(bench, instance.key)


@pytest.mark.parametrize("is_ended", [True, False])
def test_variables_of_what_is_not_active_cannot_be_set(is_ended: bool) -> None:
    bench = Bench(ONE_TASK)
    instance = bench.create()
    task = max(instance.elements)
    if is_ended:
        bench.complete("pack")
    key = task if is_ended else 7
    with pytest.raises(
        Rejection, match=f"update variables for element with key '{key}', but no such element was found"
    ) as raised:
        set_at(bench, key, a=1)
    assert raised.value.type is RejectionType.NOT_FOUND


def test_a_scope_holds_so_much_and_the_message_names_the_culprit() -> None:
    bench = Bench(ONE_TASK, limits=ProcessLimits(variable_bytes=100))
    instance = bench.create(a="x" * 30)
    with pytest.raises(
        Rejection,
        match=rf"scope '{instance.key}' \('process'\) to take at most 100 bytes.*largest: 'big' with 92",
    ) as raised:
        set_at(bench, instance.key, big="x" * 90, small=1)
    assert raised.value.type is RejectionType.INVALID_ARGUMENT
    assert instance.variables[instance.key] == document(a="x" * 30)


def test_what_replaces_a_value_takes_its_room() -> None:
    bench = Bench(ONE_TASK, limits=ProcessLimits(variable_bytes=100))
    instance = bench.create(a="x" * 80)
    set_at(bench, instance.key, a="y" * 90)
    set_at(bench, instance.key, a="")
    set_at(bench, instance.key, b="y" * 80)
    assert instance.variable_bytes[instance.key] == len(b'a""b') + 82


def test_results_that_do_not_fit_are_refused_and_the_job_stays() -> None:
    bench = Bench(ONE_TASK, limits=ProcessLimits(variable_bytes=50))
    bench.create()
    with pytest.raises(Rejection, match="at most 50 bytes"):
        bench.complete("pack", big="x" * 60)
    assert bench.job("pack").state == "activatable"


def test_mappings_that_do_not_fit_are_an_incident() -> None:
    mapping = element("zeebe:input", source='= {"a": a, "b": a}', target="copy")
    task = element(
        "serviceTask",
        extensions(element("zeebe:taskDefinition", type="pack"), element("zeebe:ioMapping", mapping)),
        id="task",
    )
    bench = Bench(
        model(start(), task, end(), path("start", "task", "end")), limits=ProcessLimits(variable_bytes=50)
    )
    bench.create(a="x" * 30)
    assert bench.incident().error_type == "IO_MAPPING_ERROR"
    assert "at most 50 bytes" in bench.incident().message


@pytest.mark.parametrize(
    "present, target, result",
    [
        (None, "a.b", {"b": 1}),
        ({"c": 2}, "a.b", {"c": 2, "b": 1}),
        ({"b": 0, "c": 2}, "a.b", {"b": 1, "c": 2}),
        ({"b": {"d": 3}}, "a.b.c", {"b": {"d": 3, "c": 1}}),
        ({"b": 5}, "a.b.c", {"b": {"c": 1}}),
        ([1, 2], "a.b", {"b": 1}),
        ("text", "a.b.c", {"b": {"c": 1}}),
    ],
)
def test_nested_targets(present: object, target: str, result: object) -> None:
    output = element("zeebe:ioMapping", element("zeebe:output", source="= one", target=target))
    task = element("serviceTask", extensions(element("zeebe:taskDefinition", type="pack"), output), id="task")
    after = service("after")
    bench = Bench(model(start(), task, after, end(), path("start", "task", "after", "end")))
    instance = bench.create(**({} if present is None else {"a": present}))
    bench.complete("pack", one=1)
    assert msgspec.json.decode(instance.variables[instance.key]["a"]) == result


def _drawn() -> list[bytes]:
    """What two mappings and two instances draw by chance, on a bench of their own."""
    output = element(
        "zeebe:ioMapping",
        *(element("zeebe:output", source="= uuid()", target=name) for name in ("first", "second")),
    )
    task = element("serviceTask", extensions(element("zeebe:taskDefinition", type="pack"), output), id="task")
    bench = Bench(model(start(), task, service("after"), end(), path("start", "task", "after", "end")))
    values: list[bytes] = []
    for _ in range(2):
        instance = bench.create()
        bench.complete("pack")
        values += [instance.variables[instance.key][name] for name in ("first", "second")]
    return values


def test_chance_is_new_each_time_and_the_same_for_the_same_commands() -> None:
    drawn = _drawn()
    assert len(set(drawn)) == 4
    assert _drawn() == drawn
