"""The rule `flow-ends`: nothing flows into a start event or out of an end event."""

from counterflow.bpmn.rules.flow_ends import RULE
from tests.bpmn.diagram import end, flow, model, path, refused, service, start

MAIN = (start(), service("a"), end(), path("start", "a", "end"))


def test_flows_from_start_to_end_are_accepted() -> None:
    assert refused(model(*MAIN), RULE) == []


def test_a_flow_into_a_start_event_is_refused() -> None:
    assert refused(model(*MAIN, flow("a", "start")), RULE) == ["a_start"]


def test_a_flow_out_of_an_end_event_is_refused() -> None:
    assert refused(model(*MAIN, flow("end", "a")), RULE) == ["end_a"]
