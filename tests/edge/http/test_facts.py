"""Our own facts by HTTP, `/cf/v1`: each is asked for, and is what its description says."""

from __future__ import annotations

import json
from typing import Any

import pytest

from counterflow.edge.rest.facts import as_facts
from counterflow.queries import shapes
from tests.edge import models
from tests.edge.http.asking import Answered, Asking


async def ask(asked: Asking, path: str, method: str = "GET") -> Answered:
    return await asked._ask(asked.server.http_port, method, f"/cf/v1{path}", None, {})


async def good(asked: Asking, path: str) -> Any:
    told = await ask(asked, path)
    assert told.status == 200, told
    return told.json


async def begun(asked: Asking) -> str:
    await asked.deploy(("order.bpmn", models.ONE_TASK))
    wish = {"processDefinitionId": "order", "variables": {"a": {"b": [1]}}, "tags": ["x"]}
    key: str = (await asked.good("POST", "/process-instances", wish))["processInstanceKey"]
    return key


async def test_an_instance_as_a_tree_and_why_it_waits(asked: Asking) -> None:
    key = await begun(asked)
    tree = await good(asked, f"/process-instances/{key}?activeOnly=true")
    assert (tree["processInstance"]["key"], tree["processInstance"]["parentProcessInstanceKey"]) == (
        key,
        None,
    )
    assert tree["root"]["variables"] == [{"name": "a", "value": {"b": [1]}}]
    (reason,) = (await good(asked, f"/process-instances/{key}/reasons"))["reasons"]
    assert (reason["kind"], reason["elementId"], reason["isAskedFor"]) == ("job", "work", False)
    assert reason["key"].isdecimal()
    plan = await good(asked, f"/process-instances/{key}/undo-plan")
    assert (plan["handlers"], plan["scopeKey"]) == ([], key)


async def test_what_has_happened_page_by_page(asked: Asking) -> None:
    key = await begun(asked)
    everything = (await good(asked, f"/process-instances/{key}/history?limit=1000"))["items"]
    found: list[Any] = []
    after: str | None = "0"
    while after is not None:
        page = await good(asked, f"/process-instances/{key}/history?limit=2&afterPosition={after}")
        found += page["items"]
        after = page["nextPageKey"]
    assert found == everything
    assert found[0]["event"] == "ProcessInstanceCreated"
    assert isinstance(found[0]["details"], dict)
    assert len((await good(asked, "/history?limit=1"))["items"]) == 1


async def test_instances_and_what_is_held_back(asked: Asking) -> None:
    first, second = [await begun(asked) for _ in range(2)]
    page = await good(asked, "/process-instances?pageSize=1&tag=x&state=active")
    assert [one["key"] for one in page["items"]] == [second]
    more = await good(asked, f"/process-instances?pageSize=1&pageKey={page['nextPageKey']}")
    assert [one["key"] for one in more["items"]] == [first]
    await asked.good("POST", f"/process-instances/{first}/suspension")
    assert (await good(asked, f"/process-instances/{first}"))["processInstance"]["suspendedAtMs"]
    await asked.good("POST", f"/process-instances/{first}/resumption")
    assert await good(asked, "/suspensions") == {"items": []}
    assert await good(asked, "/quarantine") == {"items": [], "nextPageKey": None}
    refused = await ask(asked, f"/process-instances/{first}/release", "POST")
    assert (refused.status, refused.json["title"]) == (409, "INVALID_STATE")


WRONG = [
    ("/process-instances/7", 404, "with key '7'"),
    ("/process-instances/7/reasons", 404, "7"),
    ("/process-instances/7/undo-plan", 404, "7"),
    ("/process-instances/7/history", 404, "7"),
    ("/process-instances/x", 400, "processInstanceKey to be a whole number"),
    ("/history?limit=0", 400, "1 to 1000"),
    ("/history?limit=1001", 400, "1 to 1000"),
    ("/history?limits=1", 400, "did you mean `limit`?"),
    ("/history?afterPosition=99999999999999999999", 400, "$.afterPosition"),
    ("/process-instances?state=bad", 400, "bad"),
]


@pytest.mark.parametrize("path, status, words", WRONG)
async def test_what_cannot_be_told(asked: Asking, path: str, status: int, words: str) -> None:
    told = await ask(asked, path)
    assert (told.status, words in told.json["detail"]) == (status, True), told


def test_keys_are_texts_and_json_stands_as_json() -> None:
    record = shapes.HistoryRecord(2**60, 5, "Create", 2**61, "Created", "start", 0, '{"a": 1.10}')
    told = as_facts(record)
    assert (told["processInstanceKey"], told["key"], told["position"]) == (str(2**61), None, 2**60)
    assert bytes(told["details"]) == b'{"a": 1.10}'


async def test_what_is_told_is_described(asked: Asking) -> None:
    described = (await asked._ask(asked.server.http_port, "GET", "/openapi.json", None, {})).json
    key = await begun(asked)
    tree = await good(asked, f"/process-instances/{key}")
    for name, told in (("CfInstanceTree", tree), ("CfElementInstance", tree["root"])):
        schema = described["components"]["schemas"][name]
        assert set(schema["required"]) == set(told), json.dumps(sorted(set(schema["required"]) ^ set(told)))
