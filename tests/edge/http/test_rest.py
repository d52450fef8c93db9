"""The operations of `/v2`, each asked for as a client asks (`edge/rest/`)."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from counterflow.queries.incidents import list_incidents
from tests.dmn.drawing import decision, literal, model
from tests.dmn.test_read_together import named
from tests.edge import models
from tests.edge.http.asking import Asking, asking
from tests.edge.served import until

DECISION = model(decision("rate", literal("2 + 3")))
MEMBERS = {"type", "title", "status", "detail", "instance"}


async def job_of(asked: Asking, job_type: str = "work", **more: Any) -> Any:
    wish = {"type": job_type, "timeout": 60_000, "maxJobsToActivate": 1, "worker": "w", **more}
    (job,) = (await asked.good("POST", "/jobs/activation", wish))["jobs"]
    return job


async def begun(asked: Asking, **more: Any) -> Any:
    await asked.deploy(("order.bpmn", models.ONE_TASK))
    return await asked.good("POST", "/process-instances", {"processDefinitionId": "order", **more})


async def test_who_is_there(asked: Asking) -> None:
    topology = await asked.good("GET", "/topology")
    (broker,) = topology["brokers"]
    assert (topology["clusterSize"], topology["partitionsCount"], broker["port"]) == (
        1,
        1,
        asked.server.grpc_port,
    )
    assert await asked.good("GET", "/status") is None
    assert (await asked.good("GET", "/license"))["isCommercial"] is False
    assert (await asked.good("GET", "/authentication/me"))["authorizedComponents"] == ["*"]


async def test_a_deployment_tells_each_thing_in_a_member_of_its_own(asked: Asking) -> None:
    form = ("ask.form", b'{"id": "ask", "type": "default", "components": []}')
    files = (("order.bpmn", models.ONE_TASK), ("rate.dmn", DECISION), form)
    told = await asked.deploy(*files, tenantId="<default>")
    assert told.status == 200
    process, decision, requirements, asking_form = told.json["deployments"]
    assert (asking_form["form"]["formId"], asking_form["form"]["version"]) == ("ask", 1)
    assert process["processDefinition"]["processDefinitionId"] == "order"
    assert process["decisionDefinition"] is process["form"] is process["resource"] is None
    assert (
        decision["decisionDefinition"]["decisionRequirementsKey"]
        == (requirements["decisionRequirements"]["decisionRequirementsKey"])
    )
    again = await asked.deploy(("order.bpmn", models.ONE_TASK))
    assert again.json["deployments"][0] == process


async def test_a_deployment_tells_models_in_the_order_of_their_files(asked: Asking) -> None:
    files = [
        (f"{name}.dmn", content.replace(b'id="model"', f'id="{name}"'.encode(), 1))
        for name, content in (("b", named("b", "a")), ("a", named("a")))
    ]
    deployed = await asked.deploy(*files)
    assert deployed.status == 200, deployed
    told = deployed.json["deployments"]
    models = [each["decisionRequirements"] for each in told if each["decisionRequirements"]]
    assert [each["resourceName"] for each in models] == ["b.dmn", "a.dmn"]


async def test_an_instance_from_its_beginning_to_its_end(asked: Asking) -> None:
    created = await begun(
        asked, variables={"big": 12345678901234567890.5, "a": "ä"}, tags=[], startInstructions=[]
    )
    assert created["processDefinitionVersion"] == 1
    job = await job_of(asked)
    assert (job["processInstanceKey"], job["variables"]["a"]) == (created["processInstanceKey"], "ä")
    assert (job["kind"], job["listenerEventType"], job["tenantId"]) == (
        "BPMN_ELEMENT",
        "UNSPECIFIED",
        "<default>",
    )
    assert (
        await asked.good("POST", f"/jobs/{job['jobKey']}/completion", {"variables": {"done": True}}) is None
    )
    over = await asked.ask("POST", f"/jobs/{job['jobKey']}/completion")
    assert (over.status, over.json["title"]) == (404, "NOT_FOUND")


async def test_a_result_is_awaited(asked: Asking) -> None:
    await asked.deploy(("order.bpmn", models.ONE_TASK))
    wish = {"processDefinitionId": "order", "awaitCompletion": True, "variables": {"a": 1, "b": 2}}
    waiting = asyncio.create_task(
        asked.good("POST", "/process-instances", {**wish, "fetchVariables": ["a", "c"]})
    )
    job = await job_of(asked, requestTimeout=10_000)
    await asked.good("POST", f"/jobs/{job['jobKey']}/completion", {"variables": {"c": [3]}})
    assert (await waiting)["variables"] == {"a": 1, "c": [3]}
    late = await asked.ask("POST", "/process-instances", {**wish, "requestTimeout": 1})
    assert (late.status, late.json["title"]) == (504, "DEADLINE_EXCEEDED")


async def test_a_job_that_fails_and_is_mended(asked: Asking) -> None:
    created = await begun(asked)
    job = await job_of(asked)
    await asked.good("POST", f"/jobs/{job['jobKey']}/failure", {"errorMessage": "no"})
    incident = await incident_of(asked, created["processInstanceKey"])
    refused = await asked.ask("POST", f"/incidents/{incident}/resolution", {})
    assert (refused.status, refused.json["title"]) == (409, "INVALID_STATE")
    changes = {"retries": 2, "timeout": None}
    assert (await asked.ask("PATCH", f"/jobs/{job['jobKey']}", {"changeset": changes})).status == 204
    await asked.good("POST", f"/incidents/{incident}/resolution")
    again = await job_of(asked)
    assert (again["jobKey"], again["retries"]) == (job["jobKey"], 2)
    await asked.good("PATCH", f"/jobs/{job['jobKey']}", {"changeset": {"timeout": 5_000}})


async def incident_of(asked: Asking, instance_key: str) -> int:
    key = int(instance_key)
    page = await asked.server._service.questions.ask(
        lambda store: list_incidents(store, process_instance_key=key)
    )
    return page.items[0].key


async def test_an_error_that_nothing_catches(asked: Asking) -> None:
    await begun(asked)
    job = await job_of(asked)
    await asked.good("POST", f"/jobs/{job['jobKey']}/error", {"errorCode": "E", "errorMessage": None})
    again = await asked.ask("POST", f"/jobs/{job['jobKey']}/error", {"errorCode": "E"})
    assert (again.status, again.json["title"]) == (409, "INVALID_STATE")


async def test_variables_are_set_and_an_instance_is_cancelled(asked: Asking) -> None:
    key = (await begun(asked))["processInstanceKey"]
    await asked.good(
        "PUT", f"/element-instances/{key}/variables", {"variables": {"x": {"y": 1.10}}, "local": True}
    )
    job = await job_of(asked)
    assert job["variables"] == {"x": {"y": 1.10}}
    await asked.good("POST", f"/process-instances/{key}/cancellation")
    assert (await asked.ask("POST", f"/process-instances/{key}/cancellation", {})).status == 404


async def test_messages_signals_and_conditions(asked: Asking) -> None:
    told = await asked.good(
        "POST",
        "/messages/publication",
        {"name": "m", "correlationKey": "1", "timeToLive": 60_000, "messageId": "i"},
    )
    assert int(told["messageKey"]) > 0
    twice = await asked.ask(
        "POST",
        "/messages/publication",
        {"name": "m", "correlationKey": "1", "timeToLive": 60_000, "messageId": "i"},
    )
    assert (twice.status, twice.json["title"]) == (409, "ALREADY_EXISTS")
    assert (
        int(
            (await asked.good("POST", "/signals/broadcast", {"signalName": "s", "variables": None}))[
                "signalKey"
            ]
        )
        > 0
    )
    assert (await asked.good("POST", "/conditionals/evaluation", {"variables": {"a": 1}}))[
        "processInstances"
    ] == []


async def test_a_decision_is_evaluated(asked: Asking) -> None:
    deployed = (await asked.deploy(("rate.dmn", DECISION))).json["deployments"][0]["decisionDefinition"]
    by_id = await asked.good(
        "POST",
        "/decision-definitions/evaluation",
        {"decisionDefinitionId": deployed["decisionDefinitionId"], "variables": {}},
    )
    key = deployed["decisionDefinitionKey"]
    by_key = await asked.good("POST", "/decision-definitions/evaluation", {"decisionDefinitionKey": int(key)})
    assert by_id["output"] == by_key["output"]
    assert (
        by_id["evaluatedDecisions"][0]["decisionEvaluationInstanceKey"]
        == f"{by_id['decisionEvaluationKey']}-1"
    )
    neither = await asked.ask("POST", "/decision-definitions/evaluation", {})
    assert neither.status == 400


WRONG: list[tuple[str, str, Any, int, str, str]] = [
    ("GET", "/nowhere", None, 404, "NOT_FOUND", "Nothing is served here"),
    ("PUT", "/topology", None, 405, "METHOD_NOT_ALLOWED", "PUT is not served here"),
    ("POST", "/jobs/activation", b"[1", 400, "INVALID_ARGUMENT", "The body cannot be used"),
    ("POST", "/jobs/activation", b"\xff", 400, "INVALID_ARGUMENT", "The body cannot be used"),
    ("POST", "/jobs/activation", {}, 400, "INVALID_ARGUMENT", "missing required field `type`"),
    (
        "POST",
        "/jobs/activation",
        {"type": "a", "timeout": "soon", "maxJobsToActivate": 1},
        400,
        "INVALID_ARGUMENT",
        "$.timeout",
    ),
    (
        "POST",
        "/jobs/activation",
        {"type": "a", "timeout": 0, "maxJobsToActivate": 1},
        400,
        "INVALID_ARGUMENT",
        "at least 1 ms",
    ),
    (
        "POST",
        "/jobs/activation",
        {"type": "a", "timeout": 1, "maxJobsToActivate": 0},
        400,
        "INVALID_ARGUMENT",
        "at least 1",
    ),
    ("POST", "/jobs/x/completion", None, 400, "INVALID_ARGUMENT", "jobKey to be a whole number"),
    ("POST", "/jobs/1/completion", {"variables": [1]}, 400, "INVALID_ARGUMENT", "found an array"),
    (
        "POST",
        "/jobs/1/completion",
        {"result": {"type": "userTasks"}},
        400,
        "INVALID_ARGUMENT",
        "adHocSubProcess",
    ),
    ("PATCH", "/jobs/1", {"changeset": {}}, 400, "INVALID_ARGUMENT", "retries or timeout"),
    (
        "POST",
        "/process-instances",
        {"processId": "a"},
        400,
        "INVALID_ARGUMENT",
        "did you mean `processDefinitionId`?",
    ),
    ("POST", "/process-instances", {}, 400, "INVALID_ARGUMENT", "but found neither"),
    (
        "POST",
        "/process-instances",
        {"processDefinitionId": "a", "tenantId": "b"},
        400,
        "INVALID_ARGUMENT",
        "multi-tenancy",
    ),
    ("POST", "/deployments", b"x", 415, "INVALID_ARGUMENT", "a form with files"),
]


@pytest.mark.parametrize("method, path, body, status, title, words", WRONG)
async def test_what_goes_wrong_has_five_members(
    asked: Asking, method: str, path: str, body: Any, status: int, title: str, words: str
) -> None:
    told = await asked.ask(method, path, body)
    assert (told.status, told.media_type) == (status, "application/problem+json")
    problem = told.json
    assert (set(problem), problem["status"], problem["title"]) == (MEMBERS, status, title)
    assert words in problem["detail"]
    assert problem["instance"] == f"/v2{path}"


async def test_a_broken_model_says_where(asked: Asking) -> None:
    told = await asked.deploy(("broken.bpmn", b"<no-model/>"))
    assert (told.status, told.json["title"]) == (400, "INVALID_ARGUMENT")
    assert "'broken.bpmn'" in told.json["detail"]
    nothing = await asked.deploy()
    assert (nothing.status, "at least one resource" in nothing.json["detail"]) == (400, True)
    cut = await asked.ask(
        "POST", "/deployments", b"--x", **{"content-type": "multipart/form-data; boundary=y"}
    )
    assert cut.status == 400


async def test_a_poll_whose_client_goes_is_over(asked: Asking) -> None:
    await asked.good("GET", "/topology")
    waiting = asked.server._service.admission.budgets.waiting
    _reader, writer = await asked.line()
    body = json.dumps(
        {"type": "work", "timeout": 60_000, "maxJobsToActivate": 1, "requestTimeout": 60_000}
    ).encode()
    writer.write(
        b"POST /v2/jobs/activation HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
    )
    await until(lambda: waiting.used > 0)
    writer.close()
    await until(lambda: not waiting.used)
    await begun(asked)
    assert (await job_of(asked))["elementId"]


async def test_a_body_that_is_too_large() -> None:
    async with asking(message_bytes=65_536) as asked:
        told = await asked.ask("POST", "/jobs/1/completion", b"{" + b" " * 70_000 + b"}")
        assert (told.status, told.json["title"]) == (413, "RESOURCE_EXHAUSTED")
        reader, writer = await asked.line()
        writer.write(b"POST /v2/jobs/1/completion HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        writer.write(b"11170\r\n" + b" " * 70_000 + b"\r\n")
        assert (await reader.readline()).split()[1] == b"413"
        writer.close()
        assert not asked.server._service.admission.budgets.memory.used


async def test_what_is_served_is_described(asked: Asking) -> None:
    told = await asked._ask(asked.server.http_port, "GET", "/openapi.json", None, {})
    described = told.json
    operations = [each for path in described["paths"].values() for each in path.values()]
    assert len({each["operationId"] for each in operations}) == len(operations) >= 18
    named = set(described["components"]["schemas"])
    referred = set(_references(described))
    assert referred <= {f"#/components/schemas/{name}" for name in named}
    assert "processDefinitionId" in described["components"]["schemas"]["ProcessCreation"]["properties"]


def _references(value: Any) -> Any:
    if isinstance(value, dict):
        if "$ref" in value:
            yield value["$ref"]
        for member in value.values():
            yield from _references(member)
    elif isinstance(value, list):
        for member in value:
            yield from _references(member)


async def test_labels_of_an_instance_and_its_early_end(asked: Asking) -> None:
    await asked.deploy(("two.bpmn", models.TWO_TASKS))
    wish = {"processDefinitionId": "two", "tags": ["a", "b:1"], "businessId": "order 7"}
    after = [{"type": "TERMINATE_PROCESS_INSTANCE", "afterElementId": "first"}]
    created = await asked.good("POST", "/process-instances", {**wish, "runtimeInstructions": after})
    assert (created["tags"], created["businessId"]) == (["a", "b:1"], "order 7")
    job = await job_of(asked, "first")
    assert job["tags"] == ["a", "b:1"]
    await asked.good("POST", f"/jobs/{job['jobKey']}/completion")
    over = await asked.ask("POST", f"/process-instances/{created['processInstanceKey']}/cancellation")
    assert over.status == 404


async def test_an_instance_is_modified(asked: Asking) -> None:
    await asked.deploy(("two.bpmn", models.TWO_TASKS))
    key = (await asked.good("POST", "/process-instances", {"processDefinitionId": "two"}))[
        "processInstanceKey"
    ]
    path = f"/process-instances/{key}/modification"
    move = {
        "sourceElementInstruction": {"sourceType": "byId", "sourceElementId": "first"},
        "targetElementId": "second",
        "ancestorScopeInstruction": {"ancestorScopeType": "inferred"},
        "variableInstructions": [{"variables": {"moved": True}}],
    }
    await asked.good("POST", path, {"moveInstructions": [move], "activateInstructions": []})
    job = await job_of(asked, "second")
    assert job["variables"] == {"moved": True}
    again = {
        "activateInstructions": [{"elementId": "first", "ancestorElementInstanceKey": "-1"}],
        "terminateInstructions": [{"elementInstanceKey": job["elementInstanceKey"]}],
    }
    await asked.good("POST", path, again)
    assert (await job_of(asked, "first"))["processInstanceKey"] == key
    nowhere = await asked.ask("POST", path, {"activateInstructions": [{"elementId": "nowhere"}]})
    assert (nowhere.status, "nowhere" in nowhere.json["detail"]) == (400, True)


async def test_an_instance_is_migrated(asked: Asking) -> None:
    await asked.deploy(("order.bpmn", models.ONE_TASK))
    created = await asked.good("POST", "/process-instances", {"processDefinitionId": "order"})
    second = (await asked.deploy(("order.bpmn", models.ONE_TASK + b"<!-- 2 -->"))).json["deployments"][0]
    target = second["processDefinition"]["processDefinitionKey"]
    plan = {
        "targetProcessDefinitionKey": target,
        "mappingInstructions": [{"sourceElementId": "work", "targetElementId": "work"}],
    }
    await asked.good("POST", f"/process-instances/{created['processInstanceKey']}/migration", plan)
    assert (await job_of(asked))["processDefinitionKey"] == target


async def test_a_message_is_correlated_or_refused(asked: Asking) -> None:
    await asked.deploy(("begun.bpmn", models.STARTED_BY_MESSAGE))
    refused = await asked.ask("POST", "/messages/correlation", {"name": "nobody waits for it"})
    assert (refused.status, refused.json["title"]) == (404, "NOT_FOUND")


async def test_a_resource_is_deleted(asked: Asking) -> None:
    key = (await asked.deploy(("order.bpmn", models.ONE_TASK))).json["deployments"][0]["processDefinition"]
    path = f"/resources/{key['processDefinitionKey']}/deletion"
    assert (await asked.ask("POST", path, {"deleteHistory": True})).status == 501
    assert (await asked.good("POST", path))["resourceKey"] == key["processDefinitionKey"]
    assert (await asked.ask("POST", path)).status == 404


async def test_a_body_for_which_there_is_no_room_takes_none(asked: Asking) -> None:
    await asked.good("GET", "/topology")
    memory = asked.server._service.admission.budgets.memory
    memory.used += memory.most
    told = await asked.ask("POST", "/jobs/1/completion", b"{" + b" " * 100_000 + b"}")
    memory.used -= memory.most
    assert (told.status, told.json["title"]) == (503, "RESOURCE_EXHAUSTED")
    assert not memory.used
