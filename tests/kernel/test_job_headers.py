"""Headers of a job that expressions give: who is to do a user task, and until when."""

from __future__ import annotations

import msgspec
import pytest

from counterflow.kernel.lives.instances import CreateProcessInstance
from counterflow.kernel.rows import Incident, Job
from tests.bpmn.diagram import element, end, extensions, model, path, start
from tests.kernel.bench import Bench

HEADER = "io.camunda.zeebe:"
LONG = "10 ** 6000"
"""More digits than Python reads by itself, and fewer than FEEL has."""


def bench_with(tag: str, **attributes: str) -> Bench:
    task = element("userTask", extensions(element(f"zeebe:{tag}", **attributes)), id="held")
    return Bench(model(start(), task, end(), path("start", "held", "end")))


def begun(bench: Bench, value: bytes) -> Bench:
    bench.do(CreateProcessInstance(bpmn_process_id="process", variables={"v": value}))
    return bench


@pytest.mark.parametrize("value", [LONG, "0.5", f"[{LONG}]", f"{{a: {LONG}}}", "true"])
@pytest.mark.parametrize(
    "tag, attribute",
    [
        ("assignmentDefinition", "assignee"),
        ("assignmentDefinition", "candidateGroups"),
        ("taskSchedule", "dueDate"),
    ],
)
def test_a_value_of_another_kind_is_an_incident_whatever_its_length(
    tag: str, attribute: str, value: str
) -> None:
    bench = begun(bench_with(tag, **{attribute: f"= {value}"}), b"null")
    incident = bench.incident()
    assert "to give" in incident.message
    assert "for the header" in incident.message
    assert not bench.rows(Job)


@pytest.mark.parametrize(
    "tag, attribute, value, header",
    [
        ("assignmentDefinition", "assignee", '"ann"', "ann"),
        ("assignmentDefinition", "assignee", '"\\"a\\u001b"', '"a\x1b'),
        ("assignmentDefinition", "candidateGroups", '["a","b"]', '["a","b"]'),
        ("taskSchedule", "dueDate", '"2030-01-01T09:00:00Z"', "2030-01-01T09:00:00Z"),
        ("taskSchedule", "dueDate", '""', None),
        ("taskSchedule", "dueDate", "null", None),
    ],
)
def test_a_value_of_the_right_kind_is_the_header(
    tag: str, attribute: str, value: str, header: str | None
) -> None:
    bench = begun(bench_with(tag, **{attribute: "= v"}), value.encode())
    assert not bench.rows(Incident)
    (job,) = bench.rows(Job)
    assert msgspec.json.decode(job.headers or b"{}").get(HEADER + attribute) == header
