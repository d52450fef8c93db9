"""Which element is proposed for which, and what one command brings to another definition at most."""

from __future__ import annotations

import itertools

import pytest

from counterflow.kernel.lives import migration_plan
from counterflow.kernel.lives.migration import MigrateProcessInstance, ProcessInstanceMigrated
from counterflow.kernel.lives.migration_mapping import Correspondence
from counterflow.kernel.vocabulary import Rejection
from counterflow.model.graph import Process
from tests.bpmn.diagram import end, model, path, reading, service, start
from tests.kernel.bench import Bench


def process(*ids: str, names: tuple[str, ...] = ()) -> bytes:
    """Tasks one after another; what has no name is called nothing."""
    tasks = [
        service(task, name=name or None) for task, name in itertools.zip_longest(ids, names, fillvalue="")
    ]
    return model(start(), *tasks, end(), path("start", *ids, "end"))


def graph(content: bytes) -> Process:
    return reading(content).processes[0]


@pytest.mark.parametrize(
    "before, after, found",
    [
        (process("a", "b"), process("a", "b"), {"a": "a", "b": "b"}),
        (process("a", "b"), process("b", "a"), {"a": "a", "b": "b"}),
        (process("a"), process("x"), {"a": "x"}),
        (process("a", "b"), process("a", "x"), {"b": "x"}),
        (process("a", "b"), process("x", "y"), {"a": "", "b": ""}),
        (
            process("a", "b", names=("One", "Two")),
            process("x", "y", names=("Two", "One")),
            {"a": "y", "b": "x"},
        ),
        (
            process("a", "b", names=("One", "One")),
            process("x", "y", names=("One", "One")),
            {"a": "", "b": ""},
        ),
        (process("a", "b", "c", "d"), process("a", "x", "c", "y"), {"b": "x", "d": "y"}),
        (process("a"), process("x", "y"), {"a": ""}),
    ],
)
def test_an_element_is_known_again(before: bytes, after: bytes, found: dict[str, str]) -> None:
    elements = Correspondence(graph(before), graph(after), {}, proposes=True)
    assert {element: elements.of(element) for element in found} == found


def test_what_is_told_comes_first_and_is_not_proposed_again() -> None:
    elements = Correspondence(graph(process("a", "b")), graph(process("x", "y")), {"a": "y"}, proposes=True)
    assert (elements.of("a"), elements.of("b")) == ("y", "x")


def test_what_is_at_work_has_to_be_told_of_where_nothing_is_proposed() -> None:
    elements = Correspondence(graph(process("a")), graph(process("a")), {})
    assert (elements.given("a"), elements.of("a")) == ("", "a")


def test_an_instance_that_is_too_large_for_one_step_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Bench(process("a"))
    instance = bench.create()
    bench.deploy(process("a", "b"))
    target = max(bench.state.definitions)
    command = MigrateProcessInstance(
        process_instance_key=instance.key, target_definition_key=target, proposes=True
    )
    monkeypatch.setattr(migration_plan, "LARGEST", 3)
    with pytest.raises(Rejection, match=r"it has 4 rows .* at most 3"):
        bench.do(command)
    monkeypatch.undo()
    bench.do(command)
    assert isinstance(event := bench.events()[-1], ProcessInstanceMigrated)
    assert event.version == 2
