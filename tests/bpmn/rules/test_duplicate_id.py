"""The rule `duplicate-id`: an id names one thing in the file."""

from counterflow.bpmn.rules.duplicate_id import RULE
from tests.bpmn.diagram import definitions, end, flow, model, path, process, reading, refused, service, start


def test_different_ids_are_accepted() -> None:
    assert refused(model(start(), end(), path("start", "end")), RULE) == []


def test_the_later_bearer_of_an_id_is_refused_and_the_earlier_named() -> None:
    content = model(start(), service("a"), service("a"), end(), path("start", "a", "end"))
    (finding,) = [finding for finding in reading(content).findings if finding.rule == RULE]
    assert (finding.element_id, finding.line) == ("a", 5)
    assert "line 4" in finding.message


def test_flows_and_processes_count_too() -> None:
    assert refused(model(start(), end(), flow("start", "end", id="end")), RULE) == ["end"]
    assert refused(model(start("process"), end(), path("process", "end")), RULE) == ["process"]


def test_two_processes_of_one_id_are_refused() -> None:
    first = process(start("s1"), end("e1"), path("s1", "e1"))
    second = process(start("s2"), end("e2"), path("s2", "e2"))
    assert refused(definitions(first, second), RULE) == ["process"]
