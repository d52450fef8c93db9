"""Files to diagrams: whichever standard, with a diagram or without, and refusals that say where."""

from __future__ import annotations

import pytest
from lxml import etree

from counterflow.bpmn.read_outline import read_outline
from counterflow.documents.xml import XmlError
from counterflow.drawing.diagram import Diagram
from counterflow.drawing.errors import NotDrawn
from counterflow.drawing.geometry import Bounds
from counterflow.drawing.read import read_diagrams
from counterflow.model.graph import Dialect
from tests.drawing.zoo import NAMESPACES

DMN = "https://www.omg.org/spec/DMN/20191111/MODEL/"


def read(inside: str) -> tuple[Diagram, ...]:
    return read_diagrams(f"<definitions {NAMESPACES}>{inside}</definitions>".encode(), "x.bpmn")


def plane(of: str, *shapes: str, name: str = "") -> str:
    inside = f'<bpmndi:BPMNPlane bpmnElement="{of}">{"".join(shapes)}</bpmndi:BPMNPlane>'
    return f'<bpmndi:BPMNDiagram id="of-{of}" name="{name}">{inside}</bpmndi:BPMNDiagram>'


def at(element_id: str, x: str = "0") -> str:
    return f'<bpmndi:BPMNShape bpmnElement="{element_id}"><dc:Bounds x="{x}" y="0" width="100" height="80"/></bpmndi:BPMNShape>'


def test_a_file_may_hold_several_diagrams() -> None:
    semantic = (
        '<process id="p" name="Trip"><subProcess id="s" name="Inside"><task id="a"/></subProcess></process>'
    )
    outer, inner = read(semantic + plane("p", at("s")) + plane("s", at("a"), name="The inside"))
    assert [(one.id, one.name, [shape.id for shape in one.shapes]) for one in (outer, inner)] == [
        ("of-p", "Trip", ["s"]),
        ("of-s", "The inside", ["a"]),
    ]


def test_a_collaboration_is_known_by_its_pools() -> None:
    (diagram,) = read(
        '<collaboration id="c"><participant id="a" name="Shop"/><participant id="b" name="Buyer"/></collaboration>'
    )
    assert diagram.name == "Shop, Buyer"


def test_references_may_have_a_prefix_and_an_id_may_have_a_colon() -> None:
    semantic = '<process id="p"><task id="a"/><task id="x:b"/></process>'
    (diagram,) = read(semantic + plane("tns:p", at("tns:a"), at("x:b")))
    assert [shape.id for shape in diagram.shapes] == ["a", "x:b"]


def test_what_depicts_nothing_is_left_out() -> None:
    (diagram,) = read(
        '<process id="p"><task id="a"/><task/></process>' + plane("p", at("a"), at("gone"), at(""))
    )
    assert [shape.id for shape in diagram.shapes] == ["a"]


def test_a_file_without_a_diagram_is_laid_out() -> None:
    (diagram,) = read(
        '<process id="p"><task id="a"/><task id="b"/><sequenceFlow id="f" sourceRef="a" targetRef="b"/></process>'
    )
    assert diagram.is_laid_out
    assert [shape.bounds for shape in diagram.shapes] == [Bounds(160, 80, 100, 80), Bounds(310, 80, 100, 80)]
    assert [edge.points for edge in diagram.edges] == [((260, 120), (310, 120))]


def test_what_has_no_id_is_called_as_the_engine_calls_it() -> None:
    inside = (
        '<process id="p" isExecutable="true"><startEvent id="a"/><subProcess><startEvent/></subProcess><endEvent id="b"/>'
        '<sequenceFlow id="x" sourceRef="a" targetRef="b"/><sequenceFlow sourceRef="a" targetRef="b"/></process>'
    )
    (diagram,) = read(inside)
    drawn = read_outline(
        etree.fromstring(f"<definitions {NAMESPACES}>{inside}</definitions>".encode()),
        "x.bpmn",
        Dialect.ZEEBE,
    )
    known = {one.id for one in (*drawn.elements, *drawn.flows)} - {"p"}
    assert {one.id for one in diagram.elements} == known
    assert {"p/subProcess[1]/startEvent[1]", "p/sequenceFlow[2]"} < known


def test_decisions_are_drawn_and_laid_out_above_what_they_ask() -> None:
    model = (
        f'<definitions xmlns="{DMN}" name="Dinner"><inputData id="season" name="Season"/><decision id="dish" name="Dish">'
        '<informationRequirement id="asks"><requiredInput href="#season"/></informationRequirement></decision></definitions>'
    )
    (diagram,) = read_diagrams(model.encode(), "dinner.dmn")
    places = {shape.id: shape.bounds for shape in diagram.shapes}
    assert (diagram.name, diagram.standard, diagram.is_laid_out) == ("Dinner", "DMN", True)
    assert places["dish"].bottom < places["season"].y
    (edge,) = diagram.edges
    assert (edge.id, edge.kind, edge.points[0].y, edge.points[-1].y) == (
        "asks",
        "informationRequirement",
        places["season"].y,
        places["dish"].bottom,
    )


REFUSED = [
    (
        '<process id="p"><task id="a"/></process>' + plane("p", at("a", "left")),
        "line 1: expected a number of pixels .* as x of Bounds, found 'left'",
    ),
    ('<process id="p"><task id="a"/></process>' + plane("p", at("a", "nan")), "found 'nan'"),
    ('<process id="p"><task id="a"/></process>' + plane("p", at("a", "1e300")), "found '1e300'"),
    ('<process id="p"/>', "expected something to draw in the file, found nothing"),
    ("<error id='e'/>", "expected a process or a collaboration"),
]


@pytest.mark.parametrize("inside, reason", REFUSED)
def test_what_cannot_be_drawn_is_refused_with_its_place(inside: str, reason: str) -> None:
    with pytest.raises(NotDrawn, match=reason):
        read(inside)


def test_other_documents_are_refused() -> None:
    with pytest.raises(
        NotDrawn, match=r"expected the definitions of BPMN 2\.0 or DMN 1\.1 to 1\.5, found 'svg'"
    ):
        read_diagrams(b"<svg/>", "x.svg")
    with pytest.raises(NotDrawn, match="expected a decision"):
        read_diagrams(f'<definitions xmlns="{DMN}"/>'.encode(), "x.dmn")
    with pytest.raises(XmlError, match="DOCTYPE"):
        read_diagrams(b"<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>", "x.bpmn")
