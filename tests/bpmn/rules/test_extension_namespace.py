"""The rule `extension-namespace`: what other engines and tools have added is not carried out, and said so."""

import pytest

from counterflow.bpmn.rules.extension_namespace import RULE
from tests.bpmn.diagram import (
    definitions,
    element,
    end,
    extensions,
    model,
    path,
    process,
    reading,
    service,
    start,
    warned,
)

MAIN = (start(), end(), path("start", "a", "end"))
OTHERS = {
    "drools": "http://www.jboss.org/drools",
    "spiffworkflow": "http://spiffworkflow.org/bpmn/schema/1.0/core",
    "signavio": "http://www.signavio.com",
}


def extended(namespace: str) -> str:
    listener = element("v:executionListener", element("v:field", "inside"), event="start")
    listeners = extensions(listener, listener)
    return element(
        "userTask",
        listeners,
        id="a",
        **{"xmlns:v": namespace, "v:assignee": "kermit", "v:candidateGroups": "sales"},
    )


@pytest.mark.parametrize("namespace", OTHERS.values())
def test_one_warning_a_namespace_names_what_is_not_carried_out(namespace: str) -> None:
    content = model(*MAIN, extended(namespace), extended(namespace).replace('"a"', '"b"'))
    (only,) = [finding for finding in reading(content).findings if finding.rule == RULE]
    assert f"the namespace '{namespace}'" in only.message
    assert "the elements executionListener and the attributes assignee, candidateGroups." in only.message
    assert (only.element_id, only.line) == ("a", 6)


def test_each_namespace_has_its_own() -> None:
    content = model(
        *MAIN, *(extended(namespace).replace('"a"', f'"{name}"') for name, namespace in OTHERS.items())
    )
    assert sorted(warned(content, RULE)) == sorted(OTHERS)


def test_what_process_and_messages_carry_is_told_too() -> None:
    named = element("message", extensions(element("v:key", **{"xmlns:v": "urn:v"})), id="m", name="m")
    content = definitions(
        process(start(), end(), path("start", "end"), **{"xmlns:w": "urn:w", "w:owner": "kermit"}), named
    )
    assert warned(content, RULE) == ["process", "m"]


def test_elements_of_no_namespace_are_told_too() -> None:
    content = model(*MAIN, service("a", element("assignee", xmlns="")))
    assert warned(content, RULE) == ["a"]
    assert "no namespace" in next(
        finding.message for finding in reading(content).findings if finding.rule == RULE
    )


@pytest.mark.parametrize(
    "namespace",
    [
        "http://camunda.org/schema/modeler/1.0",
        "http://bpmn.io/schema/bpmn/biocolor/1.0",
        "http://www.omg.org/spec/BPMN/non-normative/color/1.0",
        "http://www.w3.org/2001/XMLSchema-instance",
    ],
)
def test_how_it_looks_is_nobodys_business(namespace: str) -> None:
    content = model(*MAIN, service("a", **{"xmlns:v": namespace, "v:stroke": "red"}))
    assert warned(content, RULE) == []


def test_what_is_not_deployed_is_not_looked_at() -> None:
    sketch = process(extended("urn:v"), process_id="sketch", executable="false")
    assert warned(definitions(process(start(), end(), path("start", "end")), sketch), RULE) == []


def test_of_many_names_the_first_are_shown() -> None:
    many = {f"v:attribute{number:02}": "x" for number in range(30)}
    content = model(*MAIN, service("a", **{"xmlns:v": "urn:v"}, **many))
    (only,) = [finding for finding in reading(content).findings if finding.rule == RULE]
    assert only.message.endswith("attribute19 and 10 more.")
