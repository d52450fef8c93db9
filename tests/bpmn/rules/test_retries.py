"""The rule `retries`: how often a job may be tried fits into the wire's int32."""

import pytest

from counterflow.bpmn.read import read_accepted
from counterflow.bpmn.rules.retries import RULE
from counterflow.model.graph import JobDefinition
from tests.bpmn.diagram import element, end, model, node, path, refused, service, start


def retried(retries: str) -> bytes:
    task = service("a", job="work").replace('type="work"', f'type="work" retries="{retries}"')
    return model(start(), task, end(), path("start", "a", "end"))


@pytest.mark.parametrize(
    "text, expected", [("0", 0), ("1", 1), (" 007 ", 7), ("2147483647", 2**31 - 1), ("", 3)]
)
def test_from_none_to_as_many_as_the_wire_carries(text: str, expected: int) -> None:
    content = retried(text)
    assert refused(content, RULE) == []
    if text:
        job = node(content, "a").work
        assert isinstance(job, JobDefinition)
        assert job.retries == expected


@pytest.mark.parametrize(
    "text",
    ["-1", "2147483648", "3000000000", "9" * 20, "9" * 5_000, "many", "1.5", "1e3", "٣", "0x10", "1 2"],
)
def test_others_are_refused(text: str) -> None:
    assert refused(retried(text), RULE) == ["a"]


def test_what_was_deployed_before_is_read_with_the_default() -> None:
    """Earlier versions took more than the wire carries; what runs of such a model must go on."""
    (process,) = read_accepted(retried("3000000000"), "model.bpmn").processes
    job = process.nodes["a"].work
    assert isinstance(job, JobDefinition)
    assert job.retries == 3


def test_in_a_camunda_model_the_retry_cycle_says_it() -> None:
    task = element("serviceTask", id="a", camunda__type="external", camunda__topic="work")
    assert refused(model(start(), task, end(), path("start", "a", "end")), RULE) == []
