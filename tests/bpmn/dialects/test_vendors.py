"""Whose engine a model was drawn for: other names of the same extensions, and what an unmarked process is."""

import pytest

from counterflow.bpmn.dialects.namespaces import ACTIVITI, CAMUNDA, FLOWABLE, OPERATON
from counterflow.documents.findings import Severity
from counterflow.model.graph import Dialect, JobDefinition
from tests.bpmn.diagram import definitions, element, end, extensions, path, process, reading, start

ALIASES = {"activiti": ACTIVITI, "operaton": OPERATON, "flowable": FLOWABLE, "camunda": CAMUNDA}


def drawn(uri: str, task: str) -> bytes:
    """A process with one task, in which `v:` is the prefix of that namespace."""
    return definitions(process(start(), task, end(), path("start", "a", "end")), **{"xmlns:v": uri})


@pytest.mark.parametrize("uri", ALIASES.values(), ids=ALIASES)
def test_what_means_the_same_is_read_as_camundas(uri: str) -> None:
    task = element(
        "serviceTask",
        extensions(element("v:field", element("v:string", "EUR"), name="currency")),
        id="a",
        **{"v:class": "org.acme.Charge", "v:resultVariable": "charged", "v:async": "true"},
    )
    result = reading(drawn(uri, task))
    assert [str(finding) for finding in result.findings] == []
    (only,) = result.processes
    assert only.dialect is Dialect.CAMUNDA
    assert only.nodes["a"].work == JobDefinition(
        "org.acme.Charge", headers=b'{"currency":"EUR"}', result_variable="charged"
    )


@pytest.mark.parametrize("uri", [ACTIVITI, FLOWABLE])
def test_what_means_something_else_keeps_its_name_and_is_told(uri: str) -> None:
    task = element(
        "serviceTask",
        extensions(element("v:mapException", "java.lang.Error", errorCode="E")),
        id="a",
        **{"v:class": "org.acme.Charge", "v:triggerable": "true", "v:skipExpression": "${quick}"},
    )
    (finding,) = reading(drawn(uri, task)).findings
    assert (finding.severity, finding.rule) == (Severity.WARNING, "extension-namespace")
    assert f"'{uri}'" in finding.message
    assert "the elements mapException and the attributes triggerable, skipExpression" in finding.message


@pytest.mark.parametrize(
    "uri, marked, runs",
    [
        (ACTIVITI, None, True),
        (FLOWABLE, None, True),
        (FLOWABLE, "false", False),
        (CAMUNDA, None, False),
        (OPERATON, None, False),
    ],
)
@pytest.mark.parametrize("attribute", ["v:assignee", "assignee"])
def test_an_unmarked_process_runs_where_its_engine_runs_it(
    uri: str, marked: str | None, runs: bool, attribute: str
) -> None:
    """Whether the namespace is used, or the only one that is declared."""
    content = drawn(uri, element("userTask", id="a", **{attribute: "ann"}))
    mark = f' isExecutable="{marked}"' if marked is not None else ""
    content = content.replace(b' isExecutable="true"', mark.encode())
    for other in ALIASES.values():
        if other != uri:
            content = content.replace(f' xmlns:camunda="{other}"'.encode(), b"")
    content = content.replace(b' xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"', b"")
    assert bool(reading(content).processes) is runs


def test_two_names_of_one_dialect_are_no_mixture() -> None:
    task = element("userTask", id="a", **{"v:assignee": "ann", "camunda:candidateGroups": "sales"})
    result = reading(drawn(ACTIVITI, task))
    assert [finding.rule for finding in result.findings] == []


def test_what_a_third_engine_says_beside_zeebe_is_named() -> None:
    work = extensions(element("zeebe:taskDefinition", type="work"))
    task = element("serviceTask", work, id="a", **{"v:class": "a.B"})
    (finding,) = reading(drawn(OPERATON, task)).findings
    assert (finding.rule, finding.severity) == ("dialect", Severity.WARNING)
    assert "of camunda: the attributes class are not carried out" in finding.message
