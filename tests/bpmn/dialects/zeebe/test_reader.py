"""The `zeebe:` dialect: what extension elements become."""

import json

import pytest

from counterflow.documents.findings import Severity
from counterflow.feel import Expression
from counterflow.model.graph import (
    Binding,
    FormReference,
    JobDefinition,
    Node,
    ScriptDefinition,
    UserTaskDefinition,
)
from tests.bpmn.diagram import (
    element,
    end,
    extensions,
    model,
    node,
    only_process,
    path,
    reading,
    refused,
    service,
    start,
    told,
    warned,
)


def around(task: str) -> bytes:
    return model(start(), task, end(), path("start", "a", "end"))


def task_with(*inside: str, tag: str = "serviceTask") -> bytes:
    return around(element(tag, extensions(*inside), id="a"))


def job_of(content: bytes) -> JobDefinition:
    job = node(content, "a").work
    assert isinstance(job, JobDefinition)
    return job


def text(value: object) -> object:
    return f"={value.text}" if isinstance(value, Expression) else value


@pytest.mark.parametrize(
    "job_type, retries, expected",
    [
        ("work", None, ("work", 3)),
        (" work ", "7", ("work", 7)),
        ("= kind + 1", "= attempts", ("=kind + 1", "=attempts")),
    ],
)
def test_job_type_and_retries_are_constants_or_expressions(
    job_type: str, retries: str | None, expected: tuple[object, object]
) -> None:
    job = job_of(task_with(element("zeebe:taskDefinition", type=job_type, retries=retries)))
    assert (text(job.type), text(job.retries)) == expected


@pytest.mark.parametrize(
    "definition, place",
    [
        ({"type": "= a +"}, "job type `a +`"),
        ({"type": "work", "retries": "= a +"}, "number of retries `a +`"),
    ],
)
def test_expressions_that_are_none_are_refused(definition: dict[str, str], place: str) -> None:
    (finding,) = told(task_with(element("zeebe:taskDefinition", **definition)), "expression", Severity.ERROR)
    assert place in finding.message
    assert "column 4" in finding.message


def test_headers_are_json_and_incomplete_ones_are_dropped() -> None:
    pairs = [("url", "https://example.org/ü"), ("", "x"), ("empty", ""), ("quote", '"')]
    headers = element(
        "zeebe:taskHeaders", *(element("zeebe:header", key=key, value=value) for key, value in pairs)
    )
    assert json.loads(job_of(around(service("a", headers))).headers) == {
        "url": "https://example.org/ü",
        "quote": '"',
    }


def mappings(*inside: str) -> bytes:
    return around(service("a", element("zeebe:ioMapping", *inside)))


def written(one: Node) -> tuple[list[tuple[str, tuple[str, ...]]], list[tuple[str, tuple[str, ...]]]]:
    inputs, outputs = (
        [(mapping.source.text, mapping.target) for mapping in side] for side in (one.inputs, one.outputs)
    )
    return inputs, outputs


def test_mappings_go_from_expressions_to_paths() -> None:
    content = mappings(
        element("zeebe:input", source="= order.total * 2", target="amount.net"),
        element("zeebe:output", source="=receipt", target="payment.receipt"),
        element("zeebe:input", source="https://example.org", target="url"),
    )
    one = node(content, "a")
    assert written(one) == (
        [("order.total * 2", ("amount", "net")), ('"https://example.org"', ("url",))],
        [("receipt", ("payment", "receipt"))],
    )
    assert one.results_stay_local


def test_without_output_mappings_results_do_not_stay_local() -> None:
    assert not node(mappings(element("zeebe:input", source="= a", target="b")), "a").results_stay_local


@pytest.mark.parametrize(
    "mapping",
    [
        element("zeebe:input", source="= a", target=""),
        element("zeebe:input", source="= a"),
        element("zeebe:input", source="= a", target="b c"),
        element("zeebe:output", source="= a", target="b."),
    ],
)
def test_mappings_to_nothing_are_refused(mapping: str) -> None:
    assert refused(mappings(mapping), "mapping") == ["a"]


@pytest.mark.parametrize(
    "mapping",
    [
        element("zeebe:input", target="b"),
        element("zeebe:input", source=" ", target="b"),
        element("zeebe:output", target="b"),
        element("zeebe:output", source="=", target="b"),
    ],
)
def test_a_mapping_from_nothing_gives_null_and_is_told(mapping: str) -> None:
    content = mappings(mapping)
    assert warned(content, "mapping") == ["a"]
    (process,) = reading(content).processes
    (mapped,) = (*process.nodes["a"].inputs, *process.nodes["a"].outputs)
    assert (mapped.source.text, mapped.target) == ("null", ("b",))


def test_a_mapping_that_is_not_feel_is_told_by_its_target() -> None:
    (finding,) = told(
        mappings(element("zeebe:output", source="= a +", target="b.c")), "expression", Severity.ERROR
    )
    assert "source of the output mapping to 'b.c' `a +`" in finding.message


def test_a_script_task_is_an_expression_and_a_variable() -> None:
    script = node(
        task_with(element("zeebe:script", expression="= a + b", resultVariable="sum"), tag="scriptTask"), "a"
    ).work
    assert isinstance(script, ScriptDefinition)
    assert (script.expression.text, script.result_variable) == ("a + b", "sum")


@pytest.mark.parametrize(
    "attributes",
    [{"expression": "a + b", "resultVariable": "sum"}, {"expression": "= a"}, {"resultVariable": "sum"}],
)
def test_half_a_script_is_refused_once(attributes: dict[str, str]) -> None:
    content = task_with(element("zeebe:script", **attributes), tag="scriptTask")
    assert [finding.rule for finding in reading(content).findings] == ["script"]


def test_a_user_task_is_a_job_of_its_own_type_with_one_try() -> None:
    job = job_of(task_with(element("zeebe:taskHeaders"), tag="userTask"))
    assert (job.type, job.retries, job.headers) == ("io.camunda.zeebe:userTask", 1, b"{}")


def test_assignment_form_and_schedule_of_a_user_task_are_headers() -> None:
    content = task_with(
        element(
            "zeebe:assignmentDefinition",
            assignee="ada",
            candidateGroups="sales, support",
            candidateUsers="bob",
        ),
        element("zeebe:taskSchedule", dueDate="2030-01-01T00:00:00Z", followUpDate="= followUp"),
        element("zeebe:priorityDefinition", priority="80"),
        element("zeebe:formDefinition", formKey="ask-form"),
        element("zeebe:taskHeaders", element("zeebe:header", key="own", value="yes")),
        tag="userTask",
    )
    job = job_of(content)
    assert json.loads(job.headers) == {
        "own": "yes",
        "io.camunda.zeebe:assignee": "ada",
        "io.camunda.zeebe:candidateGroups": '["sales","support"]',
        "io.camunda.zeebe:candidateUsers": '["bob"]',
        "io.camunda.zeebe:dueDate": "2030-01-01T00:00:00Z",
        "io.camunda.zeebe:priority": "80",
        "io.camunda.zeebe:formKey": "ask-form",
    }
    assert [(header.name, header.source.text) for header in job.header_expressions] == [
        ("io.camunda.zeebe:followUpDate", "followUp")
    ]


def test_a_user_task_that_is_marked_is_one_for_people() -> None:
    content = task_with(
        element("zeebe:userTask"),
        element(
            "zeebe:assignmentDefinition", assignee="= who", candidateGroups="a, b,a", candidateUsers="= us"
        ),
        element("zeebe:taskSchedule", dueDate="2030-01-01T00:00:00Z", followUpDate="= later"),
        element("zeebe:priorityDefinition", priority="80"),
        element("zeebe:formDefinition", formId="ask", bindingType="versionTag", versionTag="spring"),
        element("zeebe:taskHeaders", element("zeebe:header", key="own", value="yes")),
        tag="userTask",
    )
    result = reading(content)
    task = result.processes[0].nodes["a"].work
    assert result.findings == ()
    assert isinstance(task, UserTaskDefinition)
    assert (task.candidate_groups, task.due_date, task.priority) == (("a", "b"), "2030-01-01T00:00:00Z", 80)
    assert (task.headers, task.is_lenient) == (b'{"own":"yes"}', False)
    assert task.form == FormReference("ask", Binding.VERSION_TAG, "spring")
    expressions = (task.assignee, task.candidate_users[0], task.follow_up_date)
    assert [getattr(one, "text", one) for one in expressions] == ["who", "us", "later"]


@pytest.mark.parametrize(
    "extension",
    [
        element("zeebe:taskSchedule", dueDate="soon"),
        element("zeebe:taskSchedule", followUpDate="P1D"),
        element("zeebe:priorityDefinition", priority="101"),
        element("zeebe:priorityDefinition", priority="-1"),
        element("zeebe:priorityDefinition", priority="high"),
        element("zeebe:formDefinition", formId="ask", bindingType="never"),
        element("zeebe:formDefinition", formId="ask", bindingType="versionTag"),
    ],
)
def test_what_no_user_task_can_have_is_refused(extension: str) -> None:
    content = task_with(element("zeebe:userTask"), extension, tag="userTask")
    assert refused(content, "user-task") == ["a"]


def test_task_listeners_where_no_task_is_are_told() -> None:
    content = task_with(element("zeebe:taskListeners"), element("zeebe:taskDefinition", type="work"))
    (finding,) = reading(content).findings
    assert (finding.rule, finding.element_id, finding.severity) == ("extension", "a", Severity.WARNING)


def test_an_unknown_extension_is_told() -> None:
    (finding,) = reading(around(service("a", element("zeebe:hologram")))).findings
    assert (finding.rule, finding.element_id, finding.severity) == ("extension", "a", Severity.WARNING)


def test_the_version_tag_is_that_of_the_process() -> None:
    tag = extensions(element("zeebe:versionTag", value="1.2"))
    assert only_process(model(tag, start(), end(), path("start", "end"))).version_tag == "1.2"
    assert only_process(model(start(), end(), path("start", "end"))).version_tag is None


def test_extensions_of_other_vendors_are_told_and_left_alone() -> None:
    inside = extensions(
        element("zeebe:taskDefinition", type="work"), '<v:colour xmlns:v="urn:vendor" value="red"/>'
    )
    result = reading(around(element("serviceTask", inside, id="a")))
    assert [finding.rule for finding in result.findings] == ["extension-namespace"]
    job = result.processes[0].nodes["a"].work
    assert isinstance(job, JobDefinition)
    assert job.type == "work"


def test_a_job_type_on_what_is_no_job_is_told() -> None:
    assert warned(task_with(element("zeebe:taskDefinition", type="work"), tag="manualTask"), "extension") == [
        "a"
    ]


@pytest.mark.parametrize(
    "name, told",
    [("zeebe:hologram", ["a"]), ("zeebe:modelerTemplate", []), ("zeebe:modelerTemplateVersion", [])],
)
def test_attributes_that_are_not_known_are_told(name: str, told: list[str]) -> None:
    assert warned(around(service("a", **{name: "1"})), "extension") == told
