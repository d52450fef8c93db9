"""How long a standard loop goes on, as the dialects write it (rule `standard-loop`)."""

from __future__ import annotations

import pytest

from counterflow.bpmn.standard_loop import RULE
from counterflow.documents.findings import Severity
from counterflow.model.graph import Behaviour, Node, StandardLoop
from tests.bpmn.diagram import (
    element,
    end,
    extensions,
    model,
    node,
    path,
    reading,
    refused,
    start,
    told,
    warned,
)

INNER = (start("in"), end("out"), path("in", "out"))


def mark(condition: str | None = None, **attributes: str | None) -> str:
    inside = () if condition is None else (element("loopCondition", condition),)
    return element("standardLoopCharacteristics", *inside, **attributes)


def zeebe(loop: str, tag: str = "serviceTask") -> bytes:
    job = extensions(element("zeebe:taskDefinition", type="work"))
    return model(start(), element(tag, job, loop, id="a"), end(), path("start", "a", "end"))


def camunda(loop: str) -> bytes:
    task = element("serviceTask", loop, id="a", camunda__type="external", camunda__topic="work")
    return model(start(), task, end(), path("start", "a", "end"))


def standard(loop: str) -> bytes:
    task = element("serviceTask", loop, id="a", implementation="work")
    return model(start(), task, end(), path("start", "a", "end"))


def loop_of(found: Node) -> StandardLoop:
    assert found.standard_loop is not None
    return found.standard_loop


@pytest.mark.parametrize(
    "content, condition, first",
    [
        (zeebe(mark("= more")), "more", 1),
        (camunda(mark("${more}")), "more", 0),
        (standard(mark("${more}")), "more", 0),
        (standard(mark("= more")), "more", 0),
    ],
)
def test_each_dialect_asks_in_its_own_language(content: bytes, condition: str, first: int) -> None:
    found = loop_of(node(content, "a"))
    assert found.condition is not None
    assert (found.condition.text, found.maximum, found.first_loop_counter) == (condition, None, first)


def test_only_an_activity_with_a_loop_has_a_body() -> None:
    content = zeebe(mark(loopMaximum=" 3 "))
    assert (node(content, "a").body, loop_of(node(content, "a")).maximum) == (Behaviour.STANDARD_LOOP, 3)
    assert node(content, "start").body is None


@pytest.mark.parametrize("tag", ["task", "userTask", "sendTask", "callActivity", "subProcess", "transaction"])
def test_every_activity_may_be_a_loop(tag: str) -> None:
    inside = {
        "callActivity": extensions(element("zeebe:calledElement", processId="other")),
        "subProcess": "".join(INNER),
        "transaction": "".join(INNER),
        "sendTask": extensions(element("zeebe:taskDefinition", type="work")),
    }
    looped = element(tag, inside.get(tag, ""), mark("= more"), id="a")
    content = model(start(), looped, end(), path("start", "a", "end"))
    assert not loop_of(node(content, "a")).is_tested_before


@pytest.mark.parametrize("number", ["0", "-1", "three", "2.5", "${count}", "99999999999"])
def test_a_maximum_is_a_whole_number(number: str) -> None:
    (finding,) = told(zeebe(mark(loopMaximum=number)), RULE, Severity.ERROR)
    assert f"found `{number}`" in finding.message


@pytest.mark.parametrize("content", [zeebe(mark("more")), camunda(mark("more"))])
def test_a_condition_that_is_no_expression_is_refused(content: bytes) -> None:
    findings = [
        finding
        for rule in ("multi-instance", "expression")
        for finding in told(content, rule, Severity.ERROR)
    ]
    assert len(findings) == 1
    assert "loop condition" in findings[0].message


@pytest.mark.parametrize("content", [zeebe(mark()), camunda(mark("  ", testBefore="true"))])
def test_a_mark_that_says_nothing_is_told_where_engines_read_over_it(content: bytes) -> None:
    assert warned(content, RULE) == ["a"]
    (process,) = reading(content).processes
    assert process.nodes["a"].body is None


def test_a_mark_that_says_nothing_is_refused_where_only_the_standard_counts() -> None:
    assert refused(standard(mark()), RULE) == ["a"]
