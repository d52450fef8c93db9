"""Deploying: what is taken in, what it is answered with, and how a refusal reads."""

from __future__ import annotations

import grpc
import pytest

from counterflow_wire import counterflow_v1, gateway
from tests.bpmn.diagram import end, model, path, service, start
from tests.dmn.drawing import decision, literal
from tests.dmn.drawing import model as drawn
from tests.edge import models
from tests.edge.served import Served, refused, serving

DECISIONS = drawn(*(decision(f"d{number}", literal("42")) for number in range(50)))
BROKEN = models.process(
    models.line('<bpmn:serviceTask id="pay"/>', '<bpmn:serviceTask id="ship"/>'), "broken"
)


def files(*resources: tuple[str, bytes]) -> gateway.DeployResourceRequest:
    return gateway.DeployResourceRequest(
        resources=[gateway.Resource(name=name, content=content) for name, content in resources]
    )


async def test_several_files_in_one_deployment(served: Served) -> None:
    answer = await served.stub.DeployResource(
        files(("order.bpmn", models.ONE_TASK), ("two.xml", models.TWO_TASKS))
    )
    processes = [deployment.process for deployment in answer.deployments]
    assert [
        (process.bpmnProcessId, process.version, process.resourceName, process.tenantId)
        for process in processes
    ] == [
        ("order", 1, "order.bpmn", "<default>"),
        ("two", 1, "two.xml", "<default>"),
    ]
    assert 2**51 < answer.key < processes[0].processDefinitionKey < processes[1].processDefinitionKey
    assert answer.tenantId == "<default>"


async def test_of_several_files_only_the_changed_one_gets_a_version(served: Served) -> None:
    first = await served.stub.DeployResource(
        files(("order.bpmn", models.ONE_TASK), ("two.bpmn", models.TWO_TASKS))
    )
    second = await served.stub.DeployResource(
        files(("order.bpmn", models.ONE_TASK), ("two.bpmn", models.TWO_TASKS + b"\n"))
    )
    assert [deployment.process.version for deployment in second.deployments] == [1, 2]
    assert second.deployments[0] == first.deployments[0]
    assert second.key > first.key


async def test_what_omgs_schema_says_is_logged_and_blocks_nothing(
    served: Served, caplog: pytest.LogCaptureFixture
) -> None:
    content = model(start(), service("a"), end(), path("start", "a", "end"))
    await served.deploy(content, name="order.bpmn")
    assert caplog.messages == []
    await served.deploy(
        content.replace(b"<startEvent", b'<textAnnotation id="note"/><startEvent', 1), name="noted.bpmn"
    )
    assert ["'noted.bpmn'" in message and "[xsd]" in message for message in caplog.messages] == [True]


async def test_the_same_file_under_another_name_is_a_new_version(served: Served) -> None:
    await served.deploy(name="order.bpmn")
    assert (await served.deploy(name="renamed.bpmn")).deployments[0].process.version == 2


async def test_the_file_is_kept_byte_for_byte(served: Served) -> None:
    content = b"\xef\xbb\xbf" + models.ONE_TASK + b"<!-- \xe2\x9c\x93 -->\r\n"
    process = (await served.deploy(content)).deployments[0].process
    kept = await served.reading.GetDefinitionXml(
        counterflow_v1.GetDefinitionXmlRequest(process_definition_key=process.processDefinitionKey)
    )
    assert (kept.resource_name, kept.xml) == ("order.bpmn", content)


async def test_old_clients_call_it_deploying_a_process(served: Served) -> None:
    request = gateway.DeployProcessRequest(
        processes=[gateway.ProcessRequestObject(name="order.bpmn", definition=models.ONE_TASK)]
    )
    answer = await served.stub.DeployProcess(request)
    (process,) = answer.processes
    assert (process.bpmnProcessId, process.version, process.resourceName) == ("order", 1, "order.bpmn")
    assert process.processDefinitionKey > answer.key > 2**51


@pytest.mark.parametrize(
    "resources, words",
    [
        ([], ["at least one resource"]),
        ([("table.dmn", b"")], ["'table.dmn': line"]),
        ([("table.dmn", b"<a/>")], ["[dmn-version]", "Export the model as DMN 1.3 or later."]),
        ([("page.form", b"")], ["'page.form': line 1", "expected a form in JSON"]),
        (
            [("notes.txt", b"")],
            ["'notes.txt': expected a name that ends in .bpmn, .xml, .dmn or .form, found .txt"],
        ),
        (
            [("order", b"")],
            ["'order': expected a name that ends in .bpmn, .xml, .dmn or .form, found no suffix"],
        ),
        ([("a.txt", b""), ("b.html", b"")], ["'a.txt'", "'b.html'"]),
        ([("order.bpmn", b"")], ["'order.bpmn': line"]),
        ([("order.bpmn", b"not xml")], ["'order.bpmn': line 1"]),
        ([("order.bpmn", b"<a/>")], ["[not-bpmn]", "Export the diagram as BPMN 2.0 XML."]),
        (
            [("a.bpmn", models.ONE_TASK), ("b.bpmn", models.ONE_TASK)],
            ["'order' is in 'a.bpmn' and in 'b.bpmn'"],
        ),
    ],
)
async def test_what_cannot_be_deployed(
    served: Served, resources: list[tuple[str, bytes]], words: list[str]
) -> None:
    async with refused(
        grpc.StatusCode.INVALID_ARGUMENT,
        "Command 'CREATE' rejected with code 'INVALID_ARGUMENT': Expected",
        *words,
    ):
        await served.stub.DeployResource(files(*resources))


async def test_every_finding_is_told_with_line_element_rule_and_remedy(served: Served) -> None:
    async with refused(
        grpc.StatusCode.INVALID_ARGUMENT,
        "encountered the following errors:\n",
        "'broken.bpmn': line 1, element 'pay' [job-type]: ",
        "\n'broken.bpmn': line 1, element 'ship' [job-type]: ",
        "taskDefinition",
    ):
        await served.stub.DeployResource(files(("order.bpmn", models.ONE_TASK), ("broken.bpmn", BROKEN)))


async def test_either_all_files_are_deployed_or_none(served: Served) -> None:
    async with refused(grpc.StatusCode.INVALID_ARGUMENT):
        await served.stub.DeployResource(files(("order.bpmn", models.ONE_TASK), ("broken.bpmn", BROKEN)))
    listed = await served.reading.ListDefinitions(counterflow_v1.ListDefinitionsRequest())
    assert list(listed.definitions) == []


async def test_a_thousand_findings_are_cut_to_what_fits(served: Served) -> None:
    content = models.process(
        models.line(*(f'<bpmn:serviceTask id="task-{number}"/>' for number in range(1_000)))
    )
    async with refused(grpc.StatusCode.INVALID_ARGUMENT, "element 'task-0'", "more lines"):
        await served.deploy(content)


@pytest.mark.parametrize(
    "name, content, limits, rule",
    [
        ("order.bpmn", models.ONE_TASK + b"\n" * 1_024, {"resource_bytes": 1_024}, "resource-size"),
        ("large.dmn", DECISIONS, {"resource_bytes": 1_024}, "resource-size"),
        ("large.dmn", DECISIONS, {"decision_elements": 100}, "xml-elements"),
    ],
)
async def test_how_large_a_file_may_be_is_a_setting(
    name: str, content: bytes, limits: dict[str, int], rule: str
) -> None:
    async with serving(**limits) as narrow, refused(grpc.StatusCode.INVALID_ARGUMENT, f"[{rule}]"):
        await narrow.stub.DeployResource(files((name, content)))
    async with serving() as wide:
        assert (await wide.stub.DeployResource(files((name, content)))).key


async def test_another_tenant_deploys_nothing(served: Served) -> None:
    async with refused(grpc.StatusCode.INVALID_ARGUMENT, "multi-tenancy is off"):
        await served.stub.DeployResource(gateway.DeployResourceRequest(tenantId="red"))
