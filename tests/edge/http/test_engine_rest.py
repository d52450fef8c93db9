"""What workers of Camunda 7 ask for (`edge/engine_rest/`)."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.edge.http.asking import Answered, Asking, asking

TOPICS = Path(__file__).parents[2] / "conformance" / "external_tasks" / "topics.bpmn"
WORKER = "w"


@pytest_asyncio.fixture
async def deployed() -> AsyncIterator[Asking]:
    """A server that has the model."""
    async with asking() as served:
        assert (await deploy(served)).status == 200
        yield served


async def deploy(asked: Asking) -> Answered:
    mark = uuid.uuid4().hex
    form = (
        f'--{mark}\r\nContent-Disposition: form-data; name="deployment-name"\r\n\r\nfirst\r\n'
        f'--{mark}\r\nContent-Disposition: form-data; name="data"; filename="topics.bpmn"\r\n\r\n'
        f"{TOPICS.read_text()}\r\n--{mark}--\r\n"
    )
    kind = {"content-type": f"multipart/form-data; boundary={mark}"}
    return await asked.ask_engine("POST", "/deployment/create", form.encode(), **kind)


async def good(asked: Asking, path: str, body: Any = None) -> Any:
    told = await asked.ask_engine("POST", path, body)
    assert told.status in {200, 204}, told
    return told.json if told.body else None


async def started(asked: Asking, **more: Any) -> Any:
    return await good(asked, "/process-definition/key/topics/start", more)


async def fetched(asked: Asking, topic: str = "reserve", worker: str = WORKER, **more: Any) -> Any:
    wish = {"topicName": topic, "lockDuration": 60_000, **more}
    body = {"workerId": worker, "maxTasks": 10, "topics": [wish], "usePriority": True}
    return await good(asked, "/external-task/fetchAndLock", body)


async def refused(asked: Asking, path: str, body: Any = None) -> tuple[int, str]:
    told = await asked.ask_engine("POST", path, body)
    assert set(told.json) == {"type", "message", "code"}, told
    return told.status, told.json["message"]


async def test_a_deployment_and_who_is_there(asked: Asking) -> None:
    told = (await deploy(asked)).json
    (process,) = told["deployedProcessDefinitions"].values()
    assert (told["name"], process["key"], process["version"]) == ("first", "topics", 1)
    assert process["deploymentId"] == told["id"]
    assert (await asked.ask_engine("GET", "/version")).json == {"version": "7.24.0"}
    assert (await asked.ask_engine("GET", "/engine/default/version")).status == 200
    assert (await asked.ask_engine("GET", "/task")).json["type"] == "RestException"


async def test_a_task_brings_all_it_should(deployed: Asking) -> None:
    values = {
        "text": {"value": "ä", "type": "String"},
        "whole": {"value": 7},
        "long": {"value": 2**40, "type": "long"},
        "real": {"value": 1.5, "type": "Double"},
        "yes": {"value": True},
        "nothing": {"value": None, "type": "Null"},
        "order": {"value": '{"a": [1]}', "type": "json"},
        "thing": {
            "value": '{"b": 2}',
            "type": "Object",
            "valueInfo": {"objectTypeName": "T", "serializationDataFormat": "application/json"},
        },
        "day": {"value": "2026-01-23T13:42:42.657+0200", "type": "Date"},
    }
    instance = await started(deployed, businessKey="B-1", variables=values)
    assert (instance["businessKey"], instance["definitionKey"], instance["ended"]) == ("B-1", "topics", False)
    (task,) = await fetched(deployed)
    told = {name: (value["type"], value["value"]) for name, value in task["variables"].items()}
    assert told == {
        "text": ("String", "ä"),
        "whole": ("Integer", 7),
        "long": ("Long", 2**40),
        "real": ("Double", 1.5),
        "yes": ("Boolean", True),
        "nothing": ("Null", None),
        "order": ("Json", '{"a": [1]}'),
        "thing": ("Json", '{"b": 2}'),
        "day": ("String", "2026-01-23T13:42:42.657+02:00"),
        "businessKey": ("String", "B-1"),
    }
    assert (task["workerId"], task["businessKey"], task["retries"]) == (WORKER, "B-1", None)
    assert (task["processInstanceId"], task["activityId"]) == (instance["id"], "reserve")
    assert task["lockExpirationTime"].endswith("+0000")


async def test_only_what_is_named_is_fetched(deployed: Asking) -> None:
    await started(deployed, businessKey="B-1", variables={"a": {"value": 1}, "b": {"value": 2}})
    (task,) = await fetched(deployed, variables=["a"])
    assert (set(task["variables"]), task["businessKey"]) == ({"a"}, "B-1")


async def test_what_is_local_to_a_task_is_little(deployed: Asking) -> None:
    await started(deployed, variables={"a": {"value": 1}})
    (task,) = await fetched(deployed, localVariables=True)
    assert task["variables"] == {}


async def test_a_task_done_goes_on_by_the_other_door(deployed: Asking) -> None:
    await started(deployed)
    (task,) = await fetched(deployed)
    done = {"workerId": WORKER, "variables": {"left": {"value": 3}}, "localVariables": {"own": {"value": 1}}}
    assert await good(deployed, f"/external-task/{task['id']}/complete", done) is None
    wish = {"type": "charge", "timeout": 60_000, "maxJobsToActivate": 1, "worker": "v"}
    (job,) = (await deployed.good("POST", "/jobs/activation", wish))["jobs"]
    assert (job["variables"], job["customHeaders"]) == ({"left": 3}, {"currency": "EUR"})
    message = (await refused(deployed, f"/external-task/{job['jobKey']}/complete", {"workerId": WORKER}))[1]
    assert "locked by worker 'v'" in message
    await deployed.good("POST", f"/jobs/{job['jobKey']}/completion", {})
    assert (await refused(deployed, f"/external-task/{task['id']}/complete", {"workerId": WORKER}))[0] == 404


async def test_a_task_is_its_workers_alone(deployed: Asking) -> None:
    await started(deployed)
    (task,) = await fetched(deployed)
    path = f"/external-task/{task['id']}"
    other = {"workerId": "other"}
    for verb, more in (
        ("complete", {}),
        ("failure", {"retries": 1}),
        ("bpmnError", {"errorCode": "sold-out"}),
        ("extendLock", {"newDuration": 1_000}),
        ("lock", {"lockDuration": 1_000}),
    ):
        status, message = await refused(deployed, f"{path}/{verb}", other | more)
        assert (status, "locked by worker 'w'" in message) == (400, True), verb
    await good(deployed, f"{path}/extendLock", {"workerId": WORKER, "newDuration": 90_000})
    await good(deployed, f"{path}/unlock")
    await good(deployed, f"{path}/lock", other | {"lockDuration": 1_000})
    await good(deployed, f"{path}/complete", other)
    assert [task["topicName"] for task in await fetched(deployed, "charge")] == ["charge"]


async def test_a_failure_counts_down_and_ends_in_an_incident(deployed: Asking) -> None:
    await started(deployed)
    (task,) = await fetched(deployed)
    path = f"/external-task/{task['id']}/failure"
    said = {"workerId": WORKER, "errorMessage": "no connection", "errorDetails": "a stack"}
    await good(deployed, path, said | {"retries": 1, "retryTimeout": 0})
    (again,) = await fetched(deployed, includeExtensionProperties=True)
    assert (again["retries"], again["errorMessage"]) == (1, "no connection\na stack")
    assert again["extensionProperties"] == {}
    await good(deployed, path, said)
    assert await fetched(deployed) == []
    told = await deployed.ask_engine("PUT", f"/external-task/{task['id']}/retries", {"retries": 2})
    assert told.status == 204


async def test_a_business_error_is_caught(deployed: Asking) -> None:
    await started(deployed)
    (task,) = await fetched(deployed)
    said = {"workerId": WORKER, "errorCode": "sold-out", "variables": {"left": {"value": 0}}}
    await good(deployed, f"/external-task/{task['id']}/bpmnError", said)
    (excuse,) = await fetched(deployed, "excuse")
    assert excuse["variables"] == {"left": {"type": "Integer", "value": 0, "valueInfo": {}}}


async def test_a_fetch_waits_for_the_first_of_several_topics(deployed: Asking) -> None:
    topics = [{"topicName": name, "lockDuration": 60_000} for name in ("excuse", "reserve")]
    body = {"workerId": WORKER, "maxTasks": 1, "topics": topics, "asyncResponseTimeout": 60_000}
    waiting = asyncio.create_task(good(deployed, "/external-task/fetchAndLock", body))
    await started(deployed)
    await started(deployed)
    assert [task["topicName"] for task in await waiting] == ["reserve"]
    assert len(await fetched(deployed)) == 1


@pytest.mark.parametrize(
    "chosen, finds",
    [
        ({"businessKey": "B-2"}, 1),
        ({"businessKey": "B-3"}, 0),
        ({"processDefinitionKey": "topics"}, 2),
        ({"processDefinitionKeyIn": ["other"]}, 0),
        ({"processVariables": {"n": 1}}, 1),
        ({"processDefinitionVersionTag": "v1"}, 0),
        ({"processVariables": {"n": 1}, "businessKey": "B-2"}, 0),
    ],
)
async def test_tasks_of_chosen_instances(deployed: Asking, chosen: dict[str, Any], finds: int) -> None:
    for n in (1, 2):
        await started(deployed, businessKey=f"B-{n}", variables={"n": {"value": n}})
    assert len(await fetched(deployed, **chosen)) == finds
    assert len(await fetched(deployed)) == 2 - finds


@pytest.mark.parametrize(
    "wish, why",
    [
        ({"maxTasks": 0}, "maxTasks"),
        ({"workerId": " "}, "workerId"),
        ({"asyncResponseTimeout": 1_800_001}, "asyncResponseTimeout"),
        ({"sorting": [{"sortBy": "createTime", "sortOrder": "desc"}]}, "sorting"),
        ({"topics": [{"topicName": "a", "lockDuration": 0}]}, "at least 1 ms"),
        ({"topics": [{"topicName": "a", "lockDuration": 1}] * 2}, "each of them once"),
        ({"topic": []}, "did you mean `topics`"),
    ],
)
async def test_a_fetch_that_makes_no_sense(asked: Asking, wish: dict[str, Any], why: str) -> None:
    body = {"workerId": WORKER, "maxTasks": 1, "topics": []} | wish
    status, message = await refused(asked, "/external-task/fetchAndLock", body)
    assert (status, why in message) == (400, True), message


@pytest.mark.parametrize(
    "value, why",
    [
        ({"type": "File", "value": "AA=="}, "keep files and bytes elsewhere"),
        ({"type": "Integer", "value": 1.5}, "whole number"),
        ({"type": "Long", "value": 2**63}, "64 bits"),
        ({"type": "Long", "value": "9" * 400}, "64 bits"),
        ({"type": "Double", "value": "NaN"}, "a number that JSON can say"),
        ({"type": "Double", "value": "Infinity"}, "a number that JSON can say"),
        ({"type": "Boolean", "value": 1}, "true or false"),
        ({"type": "Json", "value": "{"}, "type Json"),
        ({"type": "Date", "value": 7}, "expected a text"),
        (
            {
                "type": "Object",
                "value": "rO0",
                "valueInfo": {"serializationDataFormat": "application/x-java"},
            },
            "nobody but Java",
        ),
    ],
)
async def test_a_value_that_is_none_of_its_type(deployed: Asking, value: Any, why: str) -> None:
    status, message = await refused(
        deployed, "/process-definition/key/topics/start", {"variables": {"x": value}}
    )
    assert (status, why in message) == (400, True), message


async def test_a_message_that_reaches_nobody(deployed: Asking) -> None:
    status, message = await refused(deployed, "/message", {"messageName": "paid", "businessKey": "B-1"})
    assert (status, "wait for the message 'paid'" in message) == (400, True)
    assert (await refused(deployed, "/message", {"messageName": "paid", "all": True}))[0] == 400


async def test_a_long_that_no_double_keeps_stays_what_it_is(deployed: Asking) -> None:
    await started(deployed, variables={"x": {"type": "Long", "value": 2**53 + 1}})
    (task,) = await fetched(deployed)
    assert task["variables"]["x"]["value"] == 2**53 + 1


@pytest.mark.parametrize("retries", [2**31, 2**63, 10**30])
async def test_retries_that_no_worker_could_be_told_of(deployed: Asking, retries: int) -> None:
    status, message = await refused(
        deployed, "/external-task/1/failure", {"workerId": "w", "retries": retries}
    )
    assert (status, "retries" in message) == (400, True), message
