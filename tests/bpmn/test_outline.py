"""The model as drawn: names for what has none, references joined, scopes nested."""

from counterflow.bpmn.outline import Outline
from counterflow.bpmn.read_outline import read_outline
from counterflow.bpmn.xml import parse
from counterflow.model.graph import Behaviour, Dialect
from tests.bpmn.diagram import (
    boundary,
    catch_error,
    compensate,
    element,
    end,
    event_sub_process,
    handler,
    model,
    path,
    service,
    start,
    sub_process,
    throw,
    undo,
)


def drawn(*inside: str) -> Outline:
    return read_outline(parse(model(*inside), "model.bpmn"), "model.bpmn", Dialect.ZEEBE)


def test_what_has_no_id_is_named_by_its_path() -> None:
    first, second = (element("sequenceFlow", sourceRef="a", targetRef="b") for _ in range(2))
    one = drawn(element("task"), first, sub_process("sub", element("task"), element("task")), second)
    assert [item.id for item in one.elements] == [
        "process",
        "process/task[1]",
        "sub",
        "sub/task[1]",
        "sub/task[2]",
    ]
    assert [item.id for item in one.flows] == ["process/sequenceFlow[1]", "process/sequenceFlow[2]"]


def test_associations_without_id_have_names_too() -> None:
    one = drawn(element("association", sourceRef="a", targetRef="b"), element("association", id="named"))
    assert [item.id for item in one.associations] == ["association[1]", "named"]


def test_elements_know_their_scopes() -> None:
    one = drawn(sub_process("outer", event_sub_process("inner", element("task", id="a"))))
    assert [scope.id for scope in one.by_id["a"].ancestors()] == ["inner", "outer", "process"]
    assert one.by_id["a"].process.id == "process"
    assert one.by_id["inner"].behaviour is Behaviour.EVENT_SUB_PROCESS
    assert [child.id for child in one.by_id["outer"].event_sub_processes] == ["inner"]


def test_flows_are_joined_to_their_ends_in_document_order() -> None:
    one = drawn(service("a"), service("b"), path("a", "b", "a"), path("a", "nowhere"))
    assert [flow.id for flow in one.by_id["a"].outgoing] == ["a_b", "a_nowhere"]
    assert [flow.id for flow in one.by_id["a"].incoming] == ["b_a"]
    assert one.flows[-1].target is None


def test_boundary_events_and_handlers_find_their_activities() -> None:
    one = drawn(service("a"), boundary("caught", "a", catch_error()), undo("a", by="b"), handler("b"))
    assert [event.id for event in one.by_id["a"].boundary_events] == ["caught", "undo_a"]
    assert one.by_id["a"].compensation_boundary is one.by_id["undo_a"]
    assert one.by_id["undo_a"].handler is one.by_id["b"]


def test_events_are_told_apart_by_their_definition() -> None:
    one = drawn(
        start("s"),
        throw("t", compensate()),
        end("e", element("terminateEventDefinition")),
        throw("x", compensate(), catch_error()),
    )
    assert [one.by_id[name].behaviour for name in "stex"] == [
        Behaviour.START_EVENT,
        Behaviour.THROW_EVENT,
        Behaviour.END_EVENT,
        Behaviour.THROW_EVENT,
    ]
    assert one.by_id["x"].definition is None
    assert one.by_id["x"].event == "multiple"
    assert [part.behaviour for part in one.by_id["x"].parts] == [Behaviour.THROW_EVENT, None]
