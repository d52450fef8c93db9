"""Activating what is done in an ad-hoc sub-process."""

from __future__ import annotations

from pathlib import Path

from tests.behaviours.script import BOOK
from tests.cli.commands import CommandLine


def test_activities_begin_as_often_as_they_are_named(counterflow: CommandLine, tmp_path: Path) -> None:
    counterflow.good("deploy", BOOK / "ad-hoc" / "asked.bpmn")
    key = counterflow.start("asked")
    assert "somebody to activate one of its activities" in counterflow.good("why", key).data
    root = counterflow.good("show", key, "--json").json["root"]
    (team,) = [int(child["key"]) for child in root["children"] if child["elementId"] == "team"]
    run = counterflow.good("activate", team, "ask", "ask", "book", "--variables", '{"who": "Ada"}')
    assert run.words == f"Activated 3 activities of {team}.\n"
    jobs = counterflow.good("jobs", "--instance", key, "--json").json
    assert sorted(job["elementId"] for job in jobs) == ["ask", "ask", "book"]
    refused = counterflow("activate", team, "ask", "nobody")
    assert refused.code == 3
    assert "'nobody' cannot be activated there" in refused.words
    assert (
        counterflow.good("activate", team, "book", "--instead").words == f"Activated 1 activity of {team}.\n"
    )
