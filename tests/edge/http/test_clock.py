"""The clock by HTTP: set where the settings allow it, so that timers of hours are tested in moments."""

from __future__ import annotations

import time

from tests.edge.http.asking import Asking, asking
from tests.edge.models import line, process

HOUR_MS = 3_600_000
WAITS = process(
    line(
        '<bpmn:intermediateCatchEvent id="wait"><bpmn:timerEventDefinition>'
        "<bpmn:timeDuration>PT1H</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>"
    )
)


async def test_an_hour_passes_at_once() -> None:
    async with asking(manual_clock=True) as asked:
        now_ms = int(time.time() * 1_000) + 1_000
        assert (await asked.ask("PUT", "/clock", {"timestamp": now_ms})).status == 204
        await asked.deploy(("waits.bpmn", WAITS))
        created = await asked.good("POST", "/process-instances", {"processDefinitionId": "order"})
        path = f"/cf/v1/process-instances/{created['processInstanceKey']}"
        begun = await asked._ask(asked.server.http_port, "GET", path, None, {})
        assert begun.json["processInstance"]["startedAtMs"] == now_ms
        result = {"processDefinitionId": "order", "awaitCompletion": True, "requestTimeout": 1}
        assert (await asked.ask("POST", "/process-instances", result)).status == 504
        await asked.good("PUT", "/clock", {"timestamp": str(now_ms + HOUR_MS)})
        await asked.good("POST", "/process-instances", {"processDefinitionId": "order"})
        over = await asked.ask("PUT", "/clock", {"timestamp": now_ms})
        assert (over.status, "time never goes back" in over.json["detail"]) == (400, True)
        await asked.good("POST", "/clock/reset", {})
        ended = await asked._ask(asked.server.http_port, "GET", path, None, {})
        assert ended.json["processInstance"]["endedAtMs"] == now_ms + HOUR_MS


async def test_a_clock_that_is_the_machines(asked: Asking) -> None:
    for method, path, body in (("PUT", "/clock", {"timestamp": 1}), ("POST", "/clock/reset", None)):
        told = await asked.ask(method, path, body)
        assert (told.status, "--manual-clock" in told.json["detail"]) == (403, True)
