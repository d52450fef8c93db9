"""Conditional events: their conditions, and the changes that these are asked for."""

from __future__ import annotations

import pytest

from counterflow.documents.findings import Severity
from counterflow.model.events import ConditionalDefinition
from tests.bpmn.diagram import (
    boundary,
    catch,
    conditional,
    element,
    end,
    event_sub_process,
    model,
    node,
    path,
    reading,
    refused,
    service,
    start,
)


def waiting(definition: str, *, camunda: bool = False, neutral: bool = False) -> bytes:
    zeebe = service("a")
    external = element("serviceTask", id="a", camunda__type="external", camunda__topic="a")
    task = element("task", id="a") if neutral else external if camunda else zeebe
    return model(start(), task, catch("it", definition), end(), path("start", "a", "it", "end"))


def definition(content: bytes, event: str = "it") -> ConditionalDefinition:
    found = node(content, event).event
    assert isinstance(found, ConditionalDefinition)
    return found


def filtered(**attributes: str) -> str:
    return element("zeebe:conditionalFilter", **attributes)


@pytest.mark.parametrize(
    "written, names, on_create, on_update",
    [
        (conditional("= x > y"), ("x", "y"), True, True),
        (conditional("= order.total > 1"), ("order",), True, True),
        (conditional("= x > y", filtered(variableNames="y, z")), ("y", "z"), True, True),
        (conditional("= x > 1", filtered(variableEvents="create")), ("x",), True, False),
        (conditional("= x > 1", filtered(variableEvents="update , create")), ("x",), True, True),
        (conditional("= x > 1", filtered(variableNames="y", variableEvents="update")), ("y",), False, True),
    ],
)
def test_zeebe(written: str, names: tuple[str, ...], on_create: bool, on_update: bool) -> None:
    found = definition(waiting(written))
    assert (found.variables, found.on_create, found.on_update) == (names, on_create, on_update)


@pytest.mark.parametrize(
    "written, names, on_create, on_update",
    [
        (conditional("${x > y}"), (), True, True),
        (conditional("${x > y}", camunda__variableName="y"), ("y",), True, True),
        (conditional("${x > y}", camunda__variableEvents="create"), (), True, False),
        (conditional("${x > y}", camunda__variableName="x", camunda__variableEvents="update"), ("x",), False, True),
    ],
)  # fmt: skip
def test_camunda(written: str, names: tuple[str, ...], on_create: bool, on_update: bool) -> None:
    found = definition(waiting(written, camunda=True))
    assert found.condition.text == "x > y"
    assert (found.variables, found.on_create, found.on_update) == (names, on_create, on_update)


def test_nobodys_model_is_asked_for_any_change() -> None:
    assert definition(waiting(conditional("${x > 1}"), neutral=True)).variables == ()


@pytest.mark.parametrize(
    "written, camunda, words",
    [
        ("<conditionalEventDefinition/>", False, "one condition, as an expression, found none"),
        (conditional("x > 1"), False, "found `x > 1`"),
        (conditional("x > 1"), True, "to be an expression `${…}`, found `x > 1`"),
        (conditional("= x >"), False, "the condition `x >` is not FEEL"),
        (conditional("${execution.foo()}"), True, "condition"),
        (conditional("= x > 1", filtered(variableEvents="delete")), False, "to be create, update or both, found `delete`"),
        (conditional("= x > 1", filtered(variableEvents=" , ")), False, "found `,`"),
        (conditional("${x}", camunda__variableEvents="created"), True, "found `created`"),
    ],
)  # fmt: skip
def test_refused(written: str, camunda: bool, words: str) -> None:
    findings = [finding.message for finding in reading(waiting(written, camunda=camunda)).findings]
    assert len(findings) == 1
    assert words in findings[0]


def test_a_script_is_refused() -> None:
    script = element("conditionalEventDefinition", element("condition", "x == 1", language="groovy"))
    content = waiting(script, camunda=True)
    assert refused(content, "expression") == ["it"]
    assert "is a script in 'groovy', which is not executed" in reading(content).findings[0].message


def test_deletion_is_told_not_to_happen() -> None:
    written = conditional("${x > 1}", camunda__variableEvents="create, delete")
    (finding,) = reading(waiting(written, camunda=True)).findings
    assert finding.severity is Severity.WARNING
    assert "when a variable is deleted, which nothing does here" in finding.message


def test_a_start_of_a_process_reads_what_its_caller_gives_and_needs_no_filter() -> None:
    content = model(
        start("it", conditional("= x > 1", filtered(variableEvents="create"))), end(), path("it", "end")
    )
    (finding,) = reading(content).findings
    assert "it is asked from outside" in finding.message
    found = definition(model(start("it", conditional("= x > 1")), end(), path("it", "end")))
    assert found.condition.text == "x > 1"


def test_what_is_passed_at_once_may_still_be_interrupted() -> None:
    """The condition may hold as it begins; a message could never come there."""
    content = model(
        start(), element("task", id="a"), service("b"), end(), path("start", "a", "b", "end"),
        boundary("it", "a", conditional()), end("over"), path("it", "over"),
        event_sub_process("event", start("there", conditional("= y")), end("done"), path("there", "done")),
    )  # fmt: skip
    assert reading(content).findings == ()
