"""From bytes to processes: what a file as a whole may be, and how fast it is read."""

import time

import pytest

from counterflow.bpmn.dialects.namespaces import CAMUNDA as CAMUNDA_NAMESPACE
from counterflow.bpmn.dialects.namespaces import ZEEBE as ZEEBE_NAMESPACE
from counterflow.bpmn.read import read, read_accepted
from counterflow.documents.findings import Severity
from counterflow.documents.limits import DocumentLimits
from counterflow.model.graph import Dialect
from tests.bpmn.diagram import (
    definitions,
    element,
    end,
    extensions,
    flow,
    gateway,
    model,
    only_process,
    path,
    process,
    reading,
    service,
    start,
    told,
    warned,
)

MAIN = (start(), service("a"), end(), path("start", "a", "end"))
ZEEBE = extensions(element("zeebe:properties"))
ZEEBE_TASK = extensions(element("zeebe:taskDefinition", type="work"))
EXTERNAL = {"camunda__type": "external", "camunda__topic": "work"}


def rules_of(content: bytes) -> list[str]:
    return [finding.rule for finding in reading(content).findings]


@pytest.mark.parametrize(
    "content, rule",
    [
        (b"", "xml"),
        (b"{}", "xml"),
        (b"<definitions/>", "not-bpmn"),
        (b'<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"/>', "not-bpmn"),
        (b'<process xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" isExecutable="true"/>', "not-bpmn"),
        (definitions(), "executable-process"),
    ],
)
def test_files_that_are_no_model_are_refused_by_name(content: bytes, rule: str) -> None:
    result = reading(content)
    assert result.processes == ()
    assert [finding.rule for finding in result.errors] == [rule]
    assert result.errors[0].element_id in {"model.bpmn", "definitions"}


def test_limits_are_those_of_the_caller() -> None:
    result = read(model(*MAIN), "model.bpmn", DocumentLimits(elements=5))
    assert [finding.rule for finding in result.findings] == ["xml-elements"]


def test_what_was_accepted_once_is_read_without_limits_and_rules() -> None:
    """A later version may refuse what an earlier one deployed; its instances go on."""
    strange = model(*MAIN, gateway("g"), flow("g", "a", id="one"), flow("g", "a", id="two"))
    assert reading(strange).errors
    (process,) = read_accepted(strange, "model.bpmn").processes
    assert set(process.nodes) == {"process", "start", "a", "end", "g"}


def test_what_was_accepted_once_and_can_no_longer_be_read_is_told() -> None:
    content = model(start(), service("a"), end(), path("start", "a"), flow("a", "end", "= a +"))
    result = read_accepted(content, "model.bpmn")
    assert (result.processes, [finding.rule for finding in result.errors]) == ((), ["expression"])


def test_every_executable_process_of_a_file_is_read() -> None:
    second = process(start("s2"), end("e2"), path("s2", "e2"), process_id="second", name="Second")
    result = reading(definitions(process(*MAIN), second))
    assert [(one.id, one.name) for one in result.processes] == [("process", ""), ("second", "Second")]
    assert set(result.processes[1].nodes) == {"second", "s2", "e2"}


def test_a_collaboration_is_read_over() -> None:
    participants = element(
        "collaboration", element("participant", id="pool", processRef="process"), id="collaboration"
    )
    assert only_process(definitions(participants, process(*MAIN))).id == "process"


def test_findings_are_in_the_order_of_the_file() -> None:
    content = model(
        start(),
        element("callChoreography", id="gateway"),
        element("hologram"),
        end(),
        path("start", "gateway"),
        flow("gateway", "nowhere"),
    )
    lines = [finding.line for finding in reading(content).findings]
    assert lines == sorted(lines)
    assert len(lines) == 4


def test_a_finding_says_where_which_rule_what_and_what_to_do() -> None:
    content = model(start(), element("callChoreography", id="fork"), end(), path("start", "fork", "end"))
    (finding,) = reading(content).findings
    assert str(finding) == (
        "line 4, element 'fork' [unsupported-element]: callChoreography 'fork' is not executed yet. "
        "Use a collaboration with executable processes."
    )


@pytest.mark.parametrize(
    "tasks, dialect, mixed",
    [
        ([element("task", id="a")], Dialect.STANDARD, False),
        ([service("a")], Dialect.ZEEBE, False),
        ([element("serviceTask", id="a", **EXTERNAL)], Dialect.CAMUNDA, False),
        ([element("task", id="a", camunda__asyncBefore="true")], Dialect.CAMUNDA, False),
        ([element("task", ZEEBE, id="a", camunda__asyncBefore="true")], Dialect.ZEEBE, True),
        ([element("serviceTask", ZEEBE, id="a", **EXTERNAL)], Dialect.CAMUNDA, True),
        ([element("serviceTask", ZEEBE_TASK, id="a", camunda__asyncBefore="true")], Dialect.ZEEBE, True),
        ([element("serviceTask", ZEEBE_TASK, id="a", **EXTERNAL)], Dialect.ZEEBE, True),
    ],
)
def test_the_dialect_is_told_by_the_extensions_in_use(
    tasks: list[str], dialect: Dialect, mixed: bool
) -> None:
    content = model(start(), *tasks, end(), path("start", "a", "end"))
    (only,) = reading(content).processes
    assert only.dialect is dialect
    assert warned(content, "dialect") == (["definitions"] if mixed else [])


def test_what_is_not_read_of_the_other_dialect_is_named() -> None:
    task = service("a", element("camunda:executionListener"), camunda__asyncBefore="true", camunda__topic="t")
    (only,) = [
        finding
        for finding in reading(model(start(), task, end(), path("start", "a", "end"))).findings
        if finding.rule == "dialect"
    ]
    assert (
        "of camunda: the elements executionListener and the attributes asyncBefore, topic are not carried out"
        in only.message
    )


def test_the_same_warning_is_told_once_a_file() -> None:
    tasks = [element("userTask", extensions(element("zeebe:hologram")), id=name) for name in ("a", "b", "c")]
    result = reading(model(start(), *tasks, end(), path("start", "a", "b", "c", "end")))
    assert [(finding.rule, finding.element_id) for finding in result.findings] == [("extension", "a")]
    assert "'b', 'c'" in result.findings[0].message


@pytest.mark.parametrize(
    "tasks, dialect", [(service("a"), Dialect.ZEEBE), (element("task", id="a"), Dialect.STANDARD)]
)
def test_an_attribute_for_a_modeler_alone_is_no_dialect(tasks: str, dialect: Dialect) -> None:
    """Camunda's web modeler writes it into every file."""
    content = definitions(
        process(start(), tasks, end(), path("start", "a", "end")), camunda__diagramRelationId="3f2a"
    )
    assert only_process(content).dialect is dialect


NAMESPACES = {"zeebe": ZEEBE_NAMESPACE, "camunda": CAMUNDA_NAMESPACE}


def declaring(*declared: str) -> bytes:
    """A model that declares these namespaces and uses none."""
    content = model(start(), element("task", id="a"), end(), path("start", "a", "end"))
    for name, uri in NAMESPACES.items():
        if name not in declared:
            content = content.replace(f' xmlns:{name}="{uri}"'.encode(), b"")
    return content


@pytest.mark.parametrize(
    "declared, dialect",
    [
        ((), Dialect.STANDARD),
        (("zeebe", "camunda"), Dialect.STANDARD),
        (("zeebe",), Dialect.ZEEBE),
        (("camunda",), Dialect.CAMUNDA),
    ],
)
def test_a_namespace_that_is_only_declared_counts_where_it_is_the_only_one(
    declared: tuple[str, ...], dialect: Dialect
) -> None:
    assert only_process(declaring(*declared)).dialect is dialect


@pytest.mark.parametrize(
    "platform, dialect", [("Camunda Cloud", Dialect.ZEEBE), ("Camunda Platform", Dialect.CAMUNDA)]
)
def test_what_the_editor_was_told_counts_where_nothing_is_used(platform: str, dialect: Dialect) -> None:
    task = element("task", id="a")
    content = definitions(
        process(start(), task, end(), path("start", "a", "end")), modeler__executionPlatform=platform
    )
    assert only_process(content).dialect is dialect


@pytest.mark.parametrize("text, column", [("= a +", 4), ("=  a = = b", 5)])
def test_feel_that_is_none_is_refused_with_its_column(text: str, column: int) -> None:
    content = model(start(), service("a"), end(), path("start", "a"), flow("a", "end", text))
    (finding,) = told(content, "expression", Severity.ERROR)
    assert (finding.element_id, finding.line) == ("a_end", 7)
    assert f"at column {column} expected" in finding.message
    assert f"condition `{text[1:].strip()}`" in finding.message


def test_a_hundred_elements_are_read_in_milliseconds() -> None:
    """Generous by a factor of ten, so that only a change of order fails it."""
    tasks = [service(f"t{number}") for number in range(50)]
    content = model(start(), *tasks, end(), path("start", *(f"t{number}" for number in range(50)), "end"))
    reading(content)
    begun = time.perf_counter()
    reading(content)
    assert time.perf_counter() - begun < 0.1


@pytest.mark.parametrize("kind", ["exclusive", "parallel", "inclusive", "eventBased"])
def test_mappings_of_a_gateway_are_told_and_left_out(kind: str) -> None:
    mapped = extensions(element("zeebe:ioMapping", element("zeebe:output", source="= a", target="b")))
    events = [
        element(
            "intermediateCatchEvent",
            element("timerEventDefinition", element("timeDuration", "PT1S")),
            id=name,
        )
        for name in "xy"
    ]
    fork = element(
        f"{kind}Gateway", mapped, id="g", default="g_x" if kind in {"exclusive", "inclusive"} else None
    )
    condition = "= a" if kind in {"exclusive", "inclusive"} else None
    content = model(
        start(), fork, *events, end(), path("start", "g"), flow("g", "x"), flow("g", "y", condition),
        path("x", "end"), path("y", "end"),
    )  # fmt: skip
    result = reading(content)
    assert [(found.rule, found.element_id) for found in result.findings] == [("mapping", "g")]
    (found,) = result.processes
    assert (found.nodes["g"].inputs, found.nodes["g"].outputs) == ((), ())
