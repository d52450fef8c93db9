"""Moving the tokens of a process instance by hand."""

from __future__ import annotations

from tests.behaviours.script import BOOK
from tests.cli.commands import CommandLine


def elements(counterflow: CommandLine, key: int) -> list[str]:
    """What jobs of an instance are open, by their elements."""
    jobs = counterflow.good("jobs", "--instance", key, "--json").json
    return sorted(job["elementId"] for job in jobs)


def test_tokens_move_end_and_begin(counterflow: CommandLine) -> None:
    counterflow.good("deploy", BOOK / "modification" / "steps.bpmn")
    key = counterflow.start("steps", {"price": 2})
    run = counterflow.good("modify", key, "--move", "ask=pay", "--activate", "ship", "--local", '{"box": 3}')
    assert run.words == f"Modified {key}: activated 1, moved 1.\n"
    assert elements(counterflow, key) == ["pay", "ship"]
    root = counterflow.good("show", key, "--json").json["root"]
    (ship,) = [int(child["key"]) for child in root["children"] if child["elementId"] == "ship"]
    counterflow.good("modify", key, "--terminate", ship, "--after", "ask", "--variables", '{"price": 3}')
    assert elements(counterflow, key) == ["pay", "pay"]
    counterflow.good("modify", key, "--inside", "steps", "--terminate", "pay")
    assert elements(counterflow, key) == ["ask"]
    assert "modified" in counterflow.good("history", key).data.lower()
    counterflow.good("modify", key, "--terminate", "ask")
    assert counterflow.good("instances", "--json").json[0]["state"] == "terminated"


def test_what_cannot_be_done_is_said(counterflow: CommandLine) -> None:
    counterflow.good("deploy", BOOK / "modification" / "steps.bpmn")
    key = counterflow.start("steps", {"price": 2})
    refused = counterflow("modify", key, "--move", "ask=nowhere")
    assert refused.code == 4
    assert "has no such element" in refused.words
    for words, said in (
        ((), "Expected something to change"),
        (("--move", "ask"), "expected SOURCE=TARGET"),
        (("--activate", "ship@trip"), "expected ELEMENT or ELEMENT@KEY"),
        (("--terminate", "ask", "--variables", '{"a": 1}'), "nothing begins"),
    ):
        run = counterflow("modify", key, *words)
        assert (run.code, said in run.words) == (2, True), run.words
    assert elements(counterflow, key) == ["ask"]


def test_what_an_instance_is_called_and_where_it_ends(counterflow: CommandLine) -> None:
    counterflow.good("deploy", BOOK / "modification" / "joins.bpmn")
    labels = ("--tag", "urgent", "--business-id", "order-7", "--terminate-after", "left")
    key = int(counterflow.good("start", "joins", *labels).data)
    for narrowed in (("--tag", "urgent"), ("--business-id", "order-7")):
        listed = counterflow.good("instances", *narrowed).data
        assert str(key) in listed
        assert "order-7, #urgent" in listed
    assert counterflow.good("instances", "--tag", "nobody", "--json").json == []
    counterflow.good("jobs", "complete", counterflow.job_of(key, "left"))
    assert counterflow.good("instances", "--tag", "urgent", "--json").json[0]["state"] == "terminated"
    refused = counterflow("start", "joins", "--tag", "7up")
    assert (refused.code, "begin with a letter" in refused.words) == (4, True)
