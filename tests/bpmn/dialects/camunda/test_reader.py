"""The `camunda:` dialect: Java in the engine becomes a job for a worker."""

import json

import pytest

from counterflow.documents.findings import Severity
from counterflow.feel import Expression
from counterflow.model.events import ErrorDefinition
from counterflow.model.graph import (
    Behaviour,
    Binding,
    FormReference,
    JobDefinition,
    ScriptDefinition,
    UserTaskDefinition,
)
from tests.bpmn.diagram import (
    boundary,
    catch_error,
    element,
    end,
    extensions,
    flow,
    model,
    node,
    only_process,
    path,
    reading,
    refused,
    start,
    told,
    warned,
)

EXTERNAL = {"camunda__type": "external", "camunda__topic": "work"}


def around(task: str) -> bytes:
    return model(start(), task, end(), path("start", "a", "end"))


def task_with(*inside: str, tag: str = "serviceTask", **attributes: str | None) -> bytes:
    return around(element(tag, extensions(*inside), id="a", **attributes))


def job_of(content: bytes) -> JobDefinition:
    job = node(content, "a").work
    assert isinstance(job, JobDefinition)
    return job


@pytest.mark.parametrize("tag", ["serviceTask", "sendTask", "businessRuleTask", "scriptTask"])
def test_an_external_task_is_a_job_of_its_topic(tag: str) -> None:
    assert job_of(task_with(tag=tag, **EXTERNAL)) == JobDefinition("work")


def test_a_topic_may_be_an_expression() -> None:
    job = job_of(task_with(camunda__type="external", camunda__topic="${region}"))
    assert isinstance(job.type, Expression)
    assert job.type.text == "region"


@pytest.mark.parametrize(
    "attribute, value, expected",
    [
        ("class", "org.acme.Charge", "org.acme.Charge"),
        ("delegateExpression", "#{lambdaInvocationDelegate}", "lambdaInvocationDelegate"),
        ("delegateExpression", "${ charge }", "charge"),
        ("expression", "${card.charge(order)}", "card.charge"),
        ("expression", "${card.charge(order, 'now').sum()}", "card.charge"),
        ("expression", "${card.charged}", "card.charged"),
        ("expression", "#{true}", "true"),
    ],
)
def test_what_was_java_is_a_job_by_its_name(attribute: str, value: str, expected: str) -> None:
    job = job_of(task_with(**{f"camunda__{attribute}": value}))
    assert job.type == expected
    assert json.loads(job.headers) == ({"expression": value} if attribute == "expression" else {})


@pytest.mark.parametrize(
    "attribute, value",
    [
        *(("delegateExpression", value) for value in ("${a == b}", "${1 + 2}", "plain", "${}", "a ${b} c")),
        ("expression", "plain"),
        ("expression", "a ${b} c"),
    ],
)
def test_an_expression_without_a_name_is_refused_once(attribute: str, value: str) -> None:
    content = task_with(**{f"camunda__{attribute}": value})
    assert [(finding.rule, finding.element_id) for finding in reading(content).findings] == [
        ("job-type", "a")
    ]


@pytest.mark.parametrize(
    "text, variable, expected",
    [("${x + 1}", "y", "x + 1"), ("${1 == 1}", None, "1 = 1"), ("#{a.size() > 2}", "b", "count(a) > 2")],
)
def test_an_expression_that_calls_nobody_is_evaluated_in_the_engine(
    text: str, variable: str | None, expected: str
) -> None:
    one = node(task_with(camunda__expression=text, camunda__resultVariable=variable), "a")
    assert one.behaviour is Behaviour.SCRIPT_TASK
    assert isinstance(one.work, ScriptDefinition)
    assert (one.work.expression.text, one.work.result_variable) == (expected, variable)


@pytest.mark.parametrize("attributes", [{"camunda__type": "external"}, {"camunda__asyncBefore": "true"}])
@pytest.mark.parametrize("tag", ["businessRuleTask", "serviceTask", "sendTask", "scriptTask"])
def test_work_that_is_nobodys_is_a_job_of_its_id_and_told(tag: str, attributes: dict[str, str]) -> None:
    result = reading(task_with(tag=tag, **attributes))
    assert result.processes[0].nodes["a"].work == JobDefinition("a")
    (finding,) = result.findings
    assert (finding.rule, finding.element_id, finding.severity) == ("job-type", "a", Severity.WARNING)


@pytest.mark.parametrize("kind", ["mail", "http", "shell", "camel", "case"])
def test_work_of_a_kind_is_a_job_of_that_type_with_its_fields_as_headers(kind: str) -> None:
    fields = (
        element("camunda:field", name="to", stringValue="ada"),
        element("camunda:field", element("camunda:expression", "${order.id}"), name="subject"),
        element("camunda:field", name="text", expression="Dear ${name}"),
        element("camunda:field", name="html", expression="${bean.render(order)}"),
    )
    job = job_of(task_with(*fields, camunda__type=kind))
    assert job.type == kind
    assert json.loads(job.headers) == {"to": "ada", "html": "${bean.render(order)}"}
    assert [(header.name, header.source.text) for header in job.header_expressions] == [
        ("subject", "order.id"),
        ("text", '"Dear " + (if (name) = null then "" else string(name))'),
    ]


def test_fields_and_properties_are_headers() -> None:
    content = task_with(
        element("camunda:properties", element("camunda:property", name="functionName", value="book")),
        element("camunda:field", name="to", stringValue="ada"),
        element("camunda:field", name="subject", expression="${subject}"),
        element("camunda:field", element("camunda:string", "  long text "), name="body"),
        element("camunda:field", element("camunda:expression", "${footer}"), name="footer"),
        camunda__class="org.acme.Mail",
    )
    expected = {
        "functionName": "book",
        "to": "ada",
        "subject": "${subject}",
        "body": "long text",
        "footer": "${footer}",
    }
    assert json.loads(job_of(content).headers) == expected


def test_a_result_variable_is_kept() -> None:
    assert (
        job_of(task_with(camunda__expression="${a.b(c)}", camunda__resultVariable="d")).result_variable == "d"
    )


def test_what_changes_nothing_here_is_accepted_silently() -> None:
    names = ("asyncBefore", "asyncAfter", "exclusive", "jobPriority", "taskPriority", "modelerTemplate")
    content = task_with(**EXTERNAL, **{f"camunda__{name}": "1" for name in names})
    assert job_of(content).type == "work"
    inside = (start(), end(), path("start", "end"))
    assert (
        only_process(model(*inside, camunda__historyTimeToLive="P30D", camunda__versionTag="1.2")).version_tag
        == "1.2"
    )


def test_a_task_listener_where_no_user_task_is_is_told() -> None:
    content = task_with(element("camunda:taskListener", event="create", **{"class": "a.B"}), **EXTERNAL)
    (finding,) = reading(content).findings
    assert (finding.severity, finding.rule, finding.element_id) == (Severity.WARNING, "listener", "a")
    assert "camunda:taskListener on 'create', which is not carried out" in finding.message


def test_an_error_of_an_external_task_has_a_code_and_an_expression() -> None:
    written = element(
        "camunda:errorEventDefinition", errorRef="FULL", expression="${externalTask.getRetries() > 1}"
    )
    (error,) = job_of(task_with(written, **EXTERNAL)).errors
    assert (error.code, error.condition.text) == ("FULL", "externalTask.retries > 1")
    for lacking in ({"errorRef": "FULL"}, {"expression": "${true}"}):
        assert refused(
            task_with(element("camunda:errorEventDefinition", **lacking), **EXTERNAL), "job-error"
        ) == ["a"]


def test_an_error_of_a_task_that_is_no_external_one_is_refused() -> None:
    inside = element("camunda:errorEventDefinition", errorRef="FULL", expression="${true}")
    assert refused(task_with(inside, camunda__class="a.B"), "extension") == ["a"]


def connector(*inside: str) -> str:
    return element("camunda:connector", *inside)


def test_a_connector_is_a_job_of_its_id_with_its_inputs_as_headers() -> None:
    parameters = element(
        "camunda:inputOutput",
        element("camunda:inputParameter", "https://example.org", name="url"),
        element("camunda:inputParameter", "${S(order).prop('id').value()}", name="payload"),
        element(
            "camunda:inputParameter",
            element("camunda:map", element("camunda:entry", "a", key="b")),
            name="headers",
        ),
        element("camunda:outputParameter", "${statusCode}", name="code"),
    )
    one = node(task_with(connector(element("camunda:connectorId", "http-connector"), parameters)), "a")
    assert isinstance(one.work, JobDefinition)
    assert (one.work.type, json.loads(one.work.headers)) == ("http-connector", {"url": "https://example.org"})
    assert [(header.name, header.source.text) for header in one.work.header_expressions] == [
        ("payload", "order.id"),
        ("headers", '{"b": "a"}'),
    ]
    assert [(output.source.text, output.target) for output in one.outputs] == [("statusCode", ("code",))]
    assert one.results_stay_local


def test_a_connector_without_an_id_is_refused() -> None:
    assert refused(task_with(connector()), "connector") == ["a"]


def test_unknown_extensions_and_attributes_are_told() -> None:
    content = task_with(element("camunda:hologram"), camunda__colour="red", **EXTERNAL)
    findings = reading(content).findings
    assert [(finding.rule, finding.severity) for finding in findings] == [("extension", Severity.WARNING)] * 2
    assert "camunda:colour" in findings[0].message
    assert "camunda:hologram" in findings[1].message


def user_task_of(**attributes: str) -> UserTaskDefinition:
    written = {f"camunda__{name}": value for name, value in attributes.items()}
    work = node(task_with(tag="userTask", **written), "a").work
    assert isinstance(work, UserTaskDefinition)
    return work


def shown(source: object) -> object:
    return [shown(one) for one in source] if isinstance(source, tuple) else getattr(source, "text", source)


def test_a_user_task_is_one_for_people() -> None:
    task = user_task_of(
        assignee="${initiator}",
        candidateGroups="sales, ${a == 'x,y' ? 'g' : 'h'},support",
        candidateUsers="${users}",
        formKey="embedded:ask",
        dueDate="P1D",
        followUpDate="${later}",
        priority="500",
    )
    assert task.is_lenient
    assert (shown(task.assignee), shown(task.candidate_users)) == ("initiator", ["users"])
    assert shown(task.candidate_groups) == ["sales", 'if a = "x,y" then "g" else "h"', "support"]
    assert (task.form_key, task.due_date, shown(task.follow_up_date)) == ("embedded:ask", "P1D", "later")
    assert (task.priority, task.form) == (500, None)


def test_the_form_of_a_user_task() -> None:
    bound = user_task_of(formRef="ask", formRefBinding="version", formRefVersion="2").form
    assert bound == FormReference("ask", Binding.VERSION, "2")
    assert user_task_of(formRef="ask").form == FormReference("ask")


@pytest.mark.parametrize(
    "name, value",
    [("dueDate", "soon"), ("priority", "high"), ("priority", "99999999999"), ("priority", "1.5")],
)
def test_what_no_user_task_can_have_is_refused(name: str, value: str) -> None:
    content = task_with(tag="userTask", **{f"camunda__{name}": value})
    assert refused(content, "user-task") == ["a"]


def condition_of(text: str, **attributes: str) -> bytes:
    task = element("serviceTask", id="a", **EXTERNAL)
    written = "".join(f' {name}="{value}"' for name, value in attributes.items())
    content = model(start(), task, end(), path("start", "a"), flow("a", "end", text))
    return content.replace(b"<conditionExpression>", f"<conditionExpression{written}>".encode())


@pytest.mark.parametrize(
    "text, attributes, expected",
    [
        ("${approved}", {}, "approved"),
        ("#{amount == 1}", {}, "amount = 1"),
        ("approved and amount > 1", {"language": "feel"}, "approved and amount > 1"),
        ("= approved", {"language": "FEEL"}, "approved"),
        ("${approved}", {"language": "juel"}, "approved"),
    ],
)
def test_conditions_are_juel_or_feel(text: str, attributes: dict[str, str], expected: str) -> None:
    (way,) = node(condition_of(text, **attributes), "a").outgoing
    assert way.condition is not None
    assert way.condition.text == expected


@pytest.mark.parametrize(
    "text, attributes",
    [
        ("approved", {}),
        ("true", {}),
        ("approved", {"language": "groovy"}),
        ("${a}", {"camunda:resource": "deployment://x.js"}),
    ],
)
def test_other_conditions_are_refused(text: str, attributes: dict[str, str]) -> None:
    (finding,) = told(condition_of(text, **attributes), "expression", Severity.ERROR)
    assert (finding.element_id, finding.line) == ("a_end", 7)
    assert "${" in finding.remedy


def test_a_caught_error_fills_its_variables() -> None:
    definition = catch_error("A", camunda__errorCodeVariable="code", camunda__errorMessageVariable="message")
    caught = (boundary("caught", "a", definition), end("failed"), path("caught", "failed"))
    content = model(
        start(), element("serviceTask", id="a", **EXTERNAL), end(), path("start", "a", "end"), *caught
    )
    assert node(content, "caught").event == ErrorDefinition("A", "code", "message")


def script_task(script: str, **attributes: str | None) -> bytes:
    return around(
        element("scriptTask", element("script", script), id="a", camunda__asyncBefore="true", **attributes)
    )


@pytest.mark.parametrize(
    "language, script, expected",
    [("juel", "${a}", "a"), ("FEEL", "a + b", "a + b"), ("feel", "= a + b", "a + b")],
)
def test_scripts_in_juel_or_feel_run_in_the_engine(language: str, script: str, expected: str) -> None:
    one = node(script_task(script, scriptFormat=language, camunda__resultVariable="sum"), "a")
    assert isinstance(one.work, ScriptDefinition)
    assert (one.work.expression.text, one.work.result_variable) == (expected, "sum")


@pytest.mark.parametrize(
    "language, expected",
    [("groovy", "groovy"), ("JavaScript", "javascript"), ("js", "javascript"), ("jython", "python")],
)
def test_a_script_in_another_language_is_a_job_for_a_worker_of_it(language: str, expected: str) -> None:
    job = job_of(script_task("a + b", scriptFormat=language, camunda__resultVariable="sum"))
    assert (job.type, job.result_variable) == (f"script.{expected}", "sum")
    assert json.loads(job.headers) == {"script": "a + b", "scriptFormat": expected, "resultVariable": "sum"}


def test_a_script_that_is_kept_elsewhere_is_named() -> None:
    job = job_of(script_task("", scriptFormat="groovy", camunda__resource="deployment://sum.groovy"))
    assert json.loads(job.headers) == {"resource": "deployment://sum.groovy", "scriptFormat": "groovy"}


@pytest.mark.parametrize(
    "script, attributes",
    [
        ("a + b", {"scriptFormat": "feel"}),
        ("", {"scriptFormat": "feel", "camunda__resultVariable": "sum"}),
    ],
)
def test_other_scripts_are_refused_once(script: str, attributes: dict[str, str]) -> None:
    assert [
        (finding.rule, finding.element_id) for finding in reading(script_task(script, **attributes)).findings
    ] == [("script", "a")]


def test_work_on_what_is_no_job_is_told() -> None:
    assert warned(task_with(tag="manualTask", **EXTERNAL), "extension") == ["a"]
