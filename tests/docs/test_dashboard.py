"""The dashboard in docs/operations asks for nothing that a server does not tell."""

from __future__ import annotations

import json
import re
from pathlib import Path

from tests.edge import models
from tests.edge.http.asking import asking

DASHBOARD = Path(__file__).parents[2] / "docs" / "operations" / "dashboard.json"
NUMBER = re.compile(r"\b(?:counterflow|zeebe|process)_\w+")


async def test_every_number_exists() -> None:
    panels = json.loads(DASHBOARD.read_text())["panels"]
    wanted = {
        name for panel in panels for target in panel["targets"] for name in NUMBER.findall(target["expr"])
    }
    async with asking() as asked:
        await asked.deploy(("order.bpmn", models.ONE_TASK))
        told = (await asked.manage("/metrics")).body.decode()
    there = {re.split(r"[{ ]", line, maxsplit=1)[0] for line in told.splitlines() if not line.startswith("#")}
    assert wanted - there == set()
    # and the other way round: what is counted is seen
    assert {name for name in there if name.startswith(("counterflow_", "zeebe_"))} - wanted <= {
        name for name in there if name.endswith("_created")
    }


def test_every_panel_says_what_it_is_for() -> None:
    panels = json.loads(DASHBOARD.read_text())["panels"]
    assert all(panel["title"] and panel["description"] for panel in panels)
    assert len({panel["id"] for panel in panels}) == len(panels)
