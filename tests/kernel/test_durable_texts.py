"""What is kept for people is written for people: no text of an event shows Python's way of writing values, an
address or a traceback.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final
from xml.sax.saxutils import quoteattr

import msgspec
import pytest

from counterflow import kernel
from counterflow.kernel.rows import Incident, Job
from counterflow.testing import Engine
from tests.bpmn.diagram import (
    boundary,
    catch,
    element,
    end,
    extensions,
    flow,
    gateway,
    message,
    model,
    path,
    service,
    start,
    timer,
)
from tests.dmn.drawing import decision, literal, table
from tests.dmn.drawing import model as drawn
from tests.kernel.bench import Bench
from tests.kernel.incident_models import calling, looped, script, task, through
from tests.kernel.test_incident_types import CASES, THROWN
from tests.testing.rows import deployment_of, evaluation_of

PYTHON: Final = re.compile(
    r"0x[0-9a-fA-F]{3}|<(?:class|function|built|bound|lambda|object|module)|object at|Traceback|lambda"
    r"|\b(?:Decimal|Function|Range|Date|Time|DateTime|Zone|DaysDuration|MonthsDuration|FeelWarning)\("
    r"|\b(?:None|True|False|NoneType|dict|str|int|bool|tuple)\b|\{'|\['|[A-Z][a-z]+Error\b"
)


def texts(bench: Bench) -> list[str]:
    """All texts of all events."""
    return [
        text
        for entry in bench.log
        for event in kernel.events_of(entry)
        for text in _texts(msgspec.to_builtins(event))
    ]


def _texts(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for part in value.items() for text in _texts(part)]
    return [text for part in value for text in _texts(part)] if isinstance(value, list | tuple) else []


def with_condition(expression: str) -> bytes:
    flows = (path("start", "held"), flow("held", "end"), flow("held", "yes", expression))
    return model(start(), gateway("held", default="held_end"), end(), end("yes"), *flows)


def mapped(kind: str, expression: str) -> bytes:
    return task(
        "work", "3", element("zeebe:ioMapping", element(f"zeebe:{kind}", source=expression, target="b"))
    )


def waiting(kind: str, expression: str) -> bytes:
    return through(catch("held", timer(kind, expression)))


def cycling(expression: str) -> bytes:
    event = boundary("every", "held", timer("timeCycle", expression), cancelActivity="false")
    return model(
        start(),
        service("held"),
        event,
        end(),
        end("tick"),
        path("start", "held", "end"),
        path("every", "tick"),
    )


def assigned(expression: str) -> bytes:
    task = element(
        "userTask", extensions(element("zeebe:assignmentDefinition", assignee=expression)), id="held"
    )
    return through(task)


def thrown(expression: str) -> bytes:
    return THROWN.replace(b'errorCode="A"', f"errorCode={quoteattr(expression)}".encode())


def receiving(expression: str, name: str = "order") -> bytes:
    event = element("messageEventDefinition", id="event", messageRef="order")
    return model(start(), catch("held", event), end(), path("start", "held", "end")).replace(
        b"<process", message(name, expression, "order").encode() + b"<process", 1
    )


def completed_when(expression: str) -> bytes:
    end_tag = "</multiInstance"
    return looped("= [1, 2]").replace(
        end_tag.encode(), f"<completionCondition>{expression}</completionCondition>{end_tag}".encode()
    )


def called_decision(expression: str) -> bytes:
    return through(
        element(
            "businessRuleTask",
            extensions(element("zeebe:calledDecision", decisionId=expression, resultVariable="x")),
            id="held",
        )
    )


PLACES: Final[dict[str, Callable[[str], bytes]]] = {
    "job type": task,
    "retries": lambda text: task("work", text),
    "input": lambda text: mapped("input", text),
    "output": lambda text: mapped("output", text),
    "script": lambda text: script(text, "b"),
    "condition": with_condition,
    "date": lambda text: waiting("timeDate", text),
    "duration": lambda text: waiting("timeDuration", text),
    "cycle": cycling,
    "correlation key": receiving,
    "collection": looped,
    "output element": lambda text: looped("= [1]", outputCollection="all", outputElement=text),
    "completion condition": completed_when,
    "process id": calling,
    "decision id": called_decision,
    "assignee": assigned,
    "error code": thrown,
    "message name": lambda text: receiving("= 1", text),
}
EXPRESSIONS: Final = (
    "function(x) x",
    "[1..3]",
    "[function(x) x, [1..3]]",
    "{a: count}",
    '[@"P1D", 1.5, "a"]',
    '{a: [1.5, @"10:00:00", null, true]}',
    '@"2030-01-01"',
    "1.5",
    "-1",
    "true",
    "null",
    "nowhere",
    "count > 1",
    "count.a",
    'matches(count, "a")',
    "(function(a, b) a)(1)",
    "{f: function(a, b) a}.f(c: 1)",
    "1 / 0",
    "sqrt(-1)",
    "stddev([1e6144, -1e6144])",
    'assert(1, false, "no")',
    'from json("[")',
    '(function(x) external {java: {class: "java.lang.Math", method signature: "sqrt(double)"}})(x: "a")',
    '(function(x) external {java: {class: "java.lang.Integer", method signature: "valueOf(java.lang.String)"}})("a")',
    '(function(x) external {java: {class: "java.lang.Double", method signature: "valueOf(java.lang.String)"}})("a")',
    '(function(x) external {java: {class: "java.lang.Boolean", method signature: "valueOf(java.lang.String)"}})(1)',
)
SAYS_SO: Final = "there is no variable 'count' (a function has this name)"


def played(content: bytes) -> Bench:
    """As far as it goes."""
    bench = Bench(content)
    bench.create()
    for row in bench.rows(Job)[:1]:
        bench.complete(row.type)
    return bench


@pytest.mark.parametrize("place", PLACES)
def test_no_text_shows_python_whatever_an_expression_gives(place: str) -> None:
    for expression in EXPRESSIONS:
        for text in texts(played(PLACES[place](f"= {expression}"))):
            assert PYTHON.search(text.replace(expression, "")) is None, f"{expression} as {place}: {text}"


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("expression", ["count", "[count, 1]", "count + 1 > 2"])
def test_a_function_in_place_of_a_missing_variable_is_told_as_that(place: str, expression: str) -> None:
    bench = played(PLACES[place](f"= {expression}"))
    for row in bench.rows(Incident):
        assert SAYS_SO in row.message, row.message
    takes_null = place in {"input", "output", "script", "output element"} and "+" in expression
    # The loop has a variable of the name that its output element is called, so nothing is missing there.
    is_there = place == "output element" and expression == "count"
    assert len(bench.rows(Incident)) == (0 if takes_null or is_there else 1)


@pytest.mark.parametrize("name", CASES)
def test_no_kind_of_incident_shows_python(name: str) -> None:
    case = CASES[name]
    bench = Bench(case.content, limits=case.limits)
    case.provoke(bench)
    assert bench.incident().error_type == case.error_type
    for text in texts(bench):
        assert PYTHON.search(text) is None, text


@pytest.mark.parametrize(
    "expression", ["count", "[count]", "function(x) x", "[[1..3], function(x) x]", "count + 1", '{a: @"P1D"}']
)
def test_no_text_of_a_decision_shows_python(expression: str) -> None:
    found = Engine()
    rows = f"UNIQUE | base || x\n| - || {expression}"
    deployment_of(
        found, {"a.dmn": drawn(decision("base", literal(expression)), decision("held", table(rows), "!base"))}
    )
    answer = evaluation_of(found, "held", {})
    for entry in found.log:
        for event in kernel.events_of(entry):
            for text in _texts(msgspec.to_builtins(event)):
                assert PYTHON.search(text.replace(expression, "")) is None, text
    for value in (bytes(answer.output), *(bytes(each.output) for each in answer.evaluated)):
        assert PYTHON.search(value.decode()) is None, value
    if "count]" in expression or expression == "count":
        assert SAYS_SO in answer.failure
