"""Searches of `/v2`, each asked for as a client asks: visible at once, in any order, page by page."""

from __future__ import annotations

from tests.edge import models
from tests.edge.http.asking import Asking


async def test_what_was_begun_and_ended_is_found_by_the_next_search(asked: Asking) -> None:
    await asked.deploy(("order.bpmn", models.ONE_TASK))
    keys = [
        (
            await asked.good(
                "POST", "/process-instances", {"processDefinitionId": "order", "variables": {"n": n}}
            )
        )["processInstanceKey"]
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


async def test_what_is_in_an_instance_is_found_while_it_runs_and_when_it_has_ended(asked: Asking) -> None:
    await asked.deploy(("order.bpmn", models.ONE_TASK))
    begun = {"processDefinitionId": "order", "variables": {"n": 1, "text": "abc"}}
    key = (await asked.good("POST", "/process-instances", begun))["processInstanceKey"]
    within = {"filter": {"processInstanceKey": key}}
    found = await asked.good("POST", "/element-instances/search", within)
    assert [(each["type"], each["state"]) for each in found["items"]] == [
        ("START_EVENT", "COMPLETED"),
        ("SERVICE_TASK", "ACTIVE"),
    ]
    (job,) = (await asked.good("POST", "/jobs/search", within))["items"]
    assert (job["state"], job["kind"], job["endTime"]) == ("CREATED", "BPMN_ELEMENT", None)
    failed = {"retries": 0, "errorMessage": "no"}
    wish = {"type": job["type"], "timeout": 60_000, "maxJobsToActivate": 1}
    await asked.good("POST", "/jobs/activation", wish)
    await asked.good("POST", f"/jobs/{job['jobKey']}/failure", failed)
    (incident,) = (await asked.good("POST", "/incidents/search", {"filter": {"state": "ACTIVE"}}))["items"]
    with_incident = {
        "filter": {"hasIncident": True, "elementId": job["elementId"], "hasElementInstanceIncident": True}
    }
    (instance,) = (await asked.good("POST", "/process-instances/search", with_incident))["items"]
    assert instance["processInstanceKey"] == key
    await asked.good("POST", f"/process-instances/{key}/cancellation")
    (over,) = (await asked.good("POST", "/jobs/search", {"filter": {"state": "CANCELED"}}))["items"]
    assert (over["jobKey"], over["errorMessage"], over["hasFailedWithRetriesLeft"]) == (
        job["jobKey"],
        "no",
        False,
    )
    assert (await asked.good("GET", f"/incidents/{incident['incidentKey']}"))["state"] == "RESOLVED"
    by_type = {
        "filter": {"type": "SERVICE_TASK", "state": {"$in": ["TERMINATED"]}},
        "sort": [{"field": "elementName"}],
    }
    (task,) = (await asked.good("POST", "/element-instances/search", by_type))["items"]
    assert task == await asked.good("GET", f"/element-instances/{task['elementInstanceKey']}")
    (text,) = (await asked.good("POST", "/variables/search", {"filter": {"value": {"$like": '*"a?c"*'}}}))[
        "items"
    ]
    assert (text["name"], text["value"]) == ("text", '"abc"')
    assert await asked.good("GET", f"/variables/{text['variableKey']}") == text
    by_key = {"filter": {"variableKey": {"$in": [text["variableKey"], "5"]}}}
    assert (await asked.good("POST", "/variables/search?truncateValues=false", by_key))["items"] == [text]


async def test_versions_of_processes(asked: Asking) -> None:
    await asked.deploy(("order.bpmn", models.ONE_TASK))
    latest = {"filter": {"isLatestVersion": True, "state": "ACTIVE"}, "sort": [{"field": "name"}]}
    (found,) = (await asked.good("POST", "/process-definitions/search", latest))["items"]
    key = found["processDefinitionKey"]
    assert found == await asked.good("GET", f"/process-definitions/{key}")
    told = await asked.ask("GET", f"/process-definitions/{key}/xml")
    assert (told.body, told.media_type) == (models.ONE_TASK, "text/xml")


async def test_who_is_suspended_is_found_by_that_and_as_active(asked: Asking) -> None:
    await asked.deploy(("order.bpmn", models.ONE_TASK))
    first, second = [
        (await asked.good("POST", "/process-instances", {"processDefinitionId": "order"}))[
            "processInstanceKey"
        ]
        for _ in range(2)
    ]
    await asked.good("POST", f"/process-instances/{first}/suspension")

    async def keys(state: object) -> list[str]:
        found = await asked.good("POST", "/process-instances/search", {"filter": {"state": state}})
        return [each["processInstanceKey"] for each in found["items"]]

    assert await keys("SUSPENDED") == [first]
    assert await keys({"$in": ["SUSPENDED", "COMPLETED"]}) == [first]
    assert await keys("ACTIVE") == [first, second]
    assert await keys({"$neq": "SUSPENDED"}) == [second]
    assert await keys({"$neq": "ACTIVE"}) == []


async def test_a_pattern_without_end_is_refused(asked: Asking) -> None:
    for search, name in (("/element-instances/search", "type"), ("/variables/search", "value")):
        told = await asked.ask("POST", search, {"filter": {name: {"$like": "*?" * 300}}})
        assert (told.status, told.json["title"]) == (400, "INVALID_ARGUMENT")
        assert "at most 500 characters in $like" in told.json["detail"]
