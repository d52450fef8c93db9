"""Data objects that begin with a value: which types they have, and what is refused."""

from __future__ import annotations

from time import process_time

import pytest

from counterflow.documents.findings import Severity
from tests.bpmn.diagram import element, end, extensions, model, path, reading, start, told


def data_object(value: str | None, of: str | None = "xsd:string", name: str | None = "it") -> str:
    inside = [] if value is None else [extensions(element("camunda:value", value))]
    return element("dataObject", *inside, id="object", name=name, itemSubjectRef=of)


def holding(*objects: str, before: str = "") -> bytes:
    content = model(*objects, start(camunda__asyncBefore="true"), end(), path("start", "end"))
    return content.replace(b"<process ", f"{before}<process ".encode())


def begun(content: bytes) -> list[tuple[str, str]]:
    """What the process begins with: names, and values in FEEL."""
    (process,) = reading(content).processes
    return [(mapping.target[0], mapping.source.text) for mapping in process.root.inputs]


@pytest.mark.parametrize(
    "value, of, expected",
    [
        ("3", "xsd:int", "3"),
        ("-3", "xsd:long", "-3"),
        ("2.50", "xsd:double", "2.50"),
        ("+3", "xsd:int", "3"),
        (".5", "xsd:double", "0.5"),
        ("-1.", "xsd:double", "-1"),
        ("+1.5E+2", "xsd:double", "1.5E+2"),
        ("TRUE", "xsd:boolean", "true"),
        ("3", "xsd:string", '"3"'),
        ("${x}", "xsd:string", '"${x}"'),
        ("2030-01-01T00:00:00", "xsd:datetime", '"2030-01-01T00:00:00"'),
        ("3", None, '"3"'),
        ("", "xsd:string", '""'),
    ],
)
def test_a_value_is_of_its_type(value: str, of: str | None, expected: str) -> None:
    assert begun(holding(data_object(value, of))) == [("it", expected)]


@pytest.mark.parametrize("value, of", [(None, "xsd:int"), (None, None), ("", "xsd:int"), ("", "xsd:boolean")])
def test_without_a_value_there_is_no_variable(value: str | None, of: str | None) -> None:
    assert begun(holding(data_object(value, of))) == []


@pytest.mark.parametrize(
    "value, of",
    [
        ("3.5", "xsd:int"),
        ("many", "xsd:double"),
        ("NaN", "xsd:double"),
        (".", "xsd:double"),
        ("yes", "xsd:boolean"),
    ],
)
def test_what_is_not_of_its_type_is_refused(value: str, of: str) -> None:
    (finding,) = told(holding(data_object(value, of)), "data", Severity.ERROR)
    assert f"of its type {of.removeprefix('xsd:')}, found '{value}'" in finding.message


def test_an_item_definition_may_say_the_type_and_the_id_is_a_name() -> None:
    definition = element("itemDefinition", id="amount", structureRef="xsd:int")
    assert begun(holding(data_object("3", "amount", None), before=definition)) == [("object", "3")]


def test_of_two_of_one_name_it_is_told_which_one_is_taken() -> None:
    other = data_object("2", "xsd:int").replace('id="object"', 'id="other"')
    (finding,) = told(holding(data_object("1", "xsd:int"), other), "data", Severity.WARNING)
    assert "several data objects 'it'" in finding.message


def test_item_definitions_are_looked_through_once_however_many_objects_there_are() -> None:
    many = range(4_000)
    definitions = "".join(element("itemDefinition", id=f"i{one}", structureRef="xsd:int") for one in many)
    value = extensions(element("camunda:value", "1"))
    objects = "".join(element("dataObject", value, id=f"d{one}", itemSubjectRef=f"i{one}") for one in many)
    began = process_time()
    assert len(begun(holding(objects, before=definitions))) == len(many)
    assert process_time() - began < 5, "12 s when each looked for its own"
