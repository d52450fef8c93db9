"""Health and metrics (`edge/management/`)."""

from __future__ import annotations

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.edge import models
from tests.edge.http.asking import Asking


async def samples(asked: Asking) -> dict[tuple[str, str, str], float]:
    """Every number by its name and its labels `action` and `type`, or `event`."""
    told = await asked.manage("/metrics")
    assert told.media_type == "text/plain"
    return {
        (
            sample.name,
            sample.labels.get("action") or sample.labels.get("event", ""),
            sample.labels.get("type", ""),
        ): (sample.value)
        for family in text_string_to_metric_families(told.body.decode())
        for sample in family.samples
    }


@pytest.mark.parametrize(
    "path", ["/livez", "/readyz", "/health", "/actuator/health", "/actuator/health/liveness"]
)
async def test_a_server_that_is_well(asked: Asking, path: str) -> None:
    told = await asked.manage(path)
    assert (told.status, told.json) == (200, {"status": "UP"})


async def test_a_server_that_takes_no_calls_is_alive_and_not_ready(asked: Asking) -> None:
    asked.server._service.admission.close()
    assert (await asked.manage("/livez")).status == 200
    told = await asked.manage("/readyz")
    assert (told.status, told.json) == (503, {"status": "OUT_OF_SERVICE"})
    refused = await asked.ask("GET", "/status")
    assert (refused.status, refused.json["title"]) == (503, "UNAVAILABLE")


async def test_nothing_else_is_served(asked: Asking) -> None:
    told = await asked.manage("/env")
    assert (told.status, "/metrics" in told.json["detail"]) == (404, True)
    assert (await asked.manage("/metrics", "POST")).status == 405


async def test_what_has_happened_is_counted(asked: Asking) -> None:
    before = await samples(asked)
    await asked.deploy(("order.bpmn", models.ONE_TASK))
    await asked.good("POST", "/process-instances", {"processDefinitionId": "order"})
    between = await samples(asked)
    wish = {"type": "work", "timeout": 60_000, "maxJobsToActivate": 1}
    (job,) = (await asked.good("POST", "/jobs/activation", wish))["jobs"]
    await asked.good("POST", f"/jobs/{job['jobKey']}/completion")
    after = await samples(asked)
    elements = "zeebe_element_instance_events_total"
    for name, action, kind, counts in (
        (elements, "activated", "PROCESS", [0, 1, 1]),
        (elements, "completed", "PROCESS", [0, 0, 1]),
        (elements, "terminated", "PROCESS", [0, 0, 0]),
        ("zeebe_job_events_total", "created", "", [0, 1, 1]),
        ("zeebe_job_events_total", "completed", "", [0, 0, 1]),
        ("counterflow_events_total", "DeploymentCreated", "", [0, 1, 1]),
        ("counterflow_jobs_without_worker", "", "", [0, 1, 0]),
    ):
        assert [each[name, action, kind] for each in (before, between, after)] == counts, (name, action)
    assert after[elements, "completed", "FLOW_NODE"] > 0
    assert after["counterflow_commands_total", "", ""] > between["counterflow_commands_total", "", ""]
    assert after["counterflow_commit_seconds_sum", "", ""] > 0
