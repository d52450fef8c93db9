"""Signals: their names, and what a thrown one carries."""

import pytest

from counterflow.documents.findings import Severity
from counterflow.feel import Expression
from counterflow.model.events import SignalDefinition
from tests.bpmn.diagram import (
    boundary,
    catch,
    definitions,
    element,
    end,
    extensions,
    node,
    path,
    process,
    reading,
    refused,
    service,
    signal,
    signalled,
    start,
    sub_process,
    throw,
)


def thrown(*inside: str, name: str = "alert", camunda: bool = False) -> bytes:
    task = (
        element("serviceTask", id="a", camunda__type="external", camunda__topic="a")
        if camunda
        else service("a")
    )
    return definitions(
        process(start(), task, throw("it", signalled("it", *inside)), end(), path("start", "a", "it", "end")),
        signal(name, "signal_it"),
    )


def definition(content: bytes) -> SignalDefinition:
    found = node(content, "it").event
    assert isinstance(found, SignalDefinition)
    return found


@pytest.mark.parametrize(
    "name, camunda, expected",
    [
        (" alert ", False, "alert"),
        ('= "alert-" + region', False, '="alert-" + region'),
        ("alert", True, "alert"),
        ("alert-${region}", True, '="alert-" + string(region)'),
    ],
)
def test_names(name: str, camunda: bool, expected: str) -> None:
    found = definition(thrown(name=name, camunda=camunda)).name
    assert (f"={found.text}" if isinstance(found, Expression) else found) == expected


def test_a_start_event_works_its_name_out_at_once() -> None:
    content = definitions(
        process(start("it", signalled("it")), end(), path("it", "end")), signal('= "a" + "b"', "signal_it")
    )
    assert definition(content) == SignalDefinition("ab")


@pytest.mark.parametrize("name", ["= a", "= 5"])
def test_a_start_event_knows_its_name(name: str) -> None:
    content = definitions(
        process(start("it", signalled("it")), end(), path("it", "end")), signal(name, "signal_it")
    )
    assert refused(content, "process-start") == ["it"]


def test_what_is_thrown_in_a_zeebe_model_carries_its_own() -> None:
    found = definition(thrown())
    assert (found.carried, found.carries_everything) == (None, False)


@pytest.mark.parametrize(
    "handed, carried, everything",
    [
        ([], [], False),
        ([element("camunda:in", variables="all")], [], True),
        ([element("camunda:in", source="a", target="b")], [("a", "b")], False),
        (
            [
                element("camunda:in", sourceExpression="${a + 1}", target="b"),
                element("camunda:in", variables="all"),
            ],
            [("a + 1", "b")],
            True,
        ),
    ],
)
def test_what_is_thrown_in_a_camunda_model_carries_what_is_named(
    handed: list[str], carried: list[tuple[str, str]], everything: bool
) -> None:
    found = definition(thrown(extensions(*handed), camunda=True))
    assert found.carried is not None
    told = [(mapping.source.text, ".".join(mapping.target)) for mapping in found.carried]
    assert (told, found.carries_everything) == (carried, everything)


def test_what_waits_hands_nothing_over() -> None:
    handed = extensions(element("camunda:in", source="a", target="b"))
    task = element("serviceTask", id="a", camunda__type="external", camunda__topic="a")
    content = definitions(
        process(start(), task, catch("it", signalled("it", handed)), end(), path("start", "a", "it", "end")),
        signal("it"),
    )
    (finding,) = reading(content).findings
    assert (finding.severity, finding.rule, finding.element_id) == (Severity.WARNING, "extension", "it")
    assert "hands nothing over there" in finding.message


def test_an_activity_that_throws_the_signal_on_its_border() -> None:
    inside = sub_process("s", start("begin"), end("shout", signalled("it")), path("begin", "shout"))
    content = definitions(
        process(start(), inside, boundary("b", "s", signalled("it")), end(), end("out"),
                path("start", "s", "end"), path("b", "out")),
        signal("it"),
    )  # fmt: skip
    assert reading(content).findings == ()
