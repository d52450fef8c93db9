"""Searches of `/v2`, each asked for as a client asks: visible at once, in any order, page by page."""

from __future__ import annotations

from tests.edge import models
from tests.edge.http.asking import Asking


async def test_what_was_begun_and_ended_is_found_by_the_next_search(asked: Asking) -> None:
    await asked.deploy(("order.bpmn", models.ONE_TASK))
    keys = [
        (await asked.good("POST", "/process-instances", {"processDefinitionId": "order", "variables": {"n": n}}))[
            "processInstanceKey"
        ]
        for n in range(3)
    ]
    await asked.good("POST", f"/process-instances/{keys[1]}/cancellation")
    found = await asked.good(
        "POST",
        "/process-instances/search",
        {"filter": {"state": "TERMINATED"}, "sort": [{"field": "startDate", "order": "DESC"}]},
    )
    assert [each["processInstanceKey"] for each in found["items"]] == [keys[1]]
    assert found["page"]["totalItems"] == 1
    first = await asked.good("POST", "/process-instances/search", {"page": {"limit": 2}})
    assert [each["processInstanceKey"] for each in first["items"]] == keys[:2]
    page = {"limit": 2, "after": first["page"]["endCursor"]}
    rest = await asked.good("POST", "/process-instances/search", {"page": page})
    assert [each["processInstanceKey"] for each in rest["items"]] == keys[2:]
    by_value = {"filter": {"variables": [{"name": "n", "value": {"$in": ["2", "7"]}}]}}
    found = await asked.good("POST", "/process-instances/search", by_value)
    assert [each["processInstanceKey"] for each in found["items"]] == keys[2:]
    assert (await asked.good("GET", f"/process-instances/{keys[1]}"))["state"] == "TERMINATED"
