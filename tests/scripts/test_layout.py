"""Files that get a diagram, the model itself untouched."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from counterflow.bpmn.xml import BPMN
from counterflow.drawing.errors import NotDrawn
from counterflow.drawing.layout.diagram import BPMNDI
from scripts.layout import lay_out, main

MODEL = f"""<?xml version="1.0" encoding="UTF-8"?>
<!-- kept -->
<bpmn:definitions xmlns:bpmn="{BPMN}" id="d">
  <bpmn:process id="p">
    <bpmn:startEvent id="s" name="A name that takes two lines"/> <!-- kept, too -->
    <bpmn:exclusiveGateway id="g"/>
    <bpmn:subProcess id="empty"/>
    <bpmn:sequenceFlow id="f" sourceRef="s" targetRef="g"><bpmn:conditionExpression>a &gt; 1</bpmn:conditionExpression></bpmn:sequenceFlow>
  </bpmn:process>
</bpmn:definitions>
"""


def test_the_model_is_left_alone_and_the_diagram_follows_it() -> None:
    text = lay_out(MODEL.encode()).decode()
    before, _, after = text.partition("  <bpmndi:BPMNDiagram")
    assert before == MODEL.removesuffix("</bpmn:definitions>\n")
    assert after.endswith("  </bpmndi:BPMNDiagram>\n</bpmn:definitions>\n")


def test_an_old_diagram_is_replaced() -> None:
    once = lay_out(MODEL.encode())
    assert lay_out(once) == once
    assert lay_out(once.replace(b'x="', b'x="9')) == once


def test_shapes_say_what_editors_ask_for() -> None:
    root = etree.fromstring(lay_out(MODEL.encode()))
    shapes = {str(shape.get("bpmnElement")): shape for shape in root.iter(f"{{{BPMNDI}}}BPMNShape")}
    assert shapes["g"].get("isMarkerVisible") == shapes["empty"].get("isExpanded") == "true"
    label = shapes["s"].find(f"{{{BPMNDI}}}BPMNLabel")
    assert label is not None
    assert label[0].get("height") == "28"


REFUSED = [
    ("<error id='e'/>", "expected a process or a collaboration"),
    ("<process id='p'><task/></process>", "line 1: expected an id on task"),
]


def bounds_by_element(content: str) -> dict[str, tuple[int, ...]]:
    """Left, top, width and height of each shape."""
    root = etree.fromstring(lay_out(f'<definitions xmlns="{BPMN}">{content}</definitions>'.encode()))
    shapes = root.iter(f"{{{BPMNDI}}}BPMNShape")
    return {
        str(shape.get("bpmnElement")): tuple(int(value) for value in shape[0].attrib.values())
        for shape in shapes
    }


def test_processes_stand_one_below_the_other() -> None:
    bounds = bounds_by_element(
        "<process id='p'><task id='a'/></process><process id='q'><task id='b'/></process>"
    )
    (_, top, _, height), (_, below, *_) = bounds["a"], bounds["b"]
    assert top + height < below


def test_a_collaboration_gets_a_pool_for_each_participant_and_flows_between_them() -> None:
    pools = "<participant id='shop' processRef='p'/><participant id='buyer'/><messageFlow id='m' sourceRef='buyer' targetRef='a'/>"
    content = f"<collaboration id='c'>{pools}</collaboration><process id='p'><task id='a'/></process>"
    bounds = bounds_by_element(content)
    (left, top, width, height), (x, y, wide, high) = bounds["shop"], bounds["a"]
    assert left < x < x + wide < left + width
    assert top < y < y + high < top + height < bounds["buyer"][1]
    assert bounds["buyer"][2] == width
    root = etree.fromstring(lay_out(f'<definitions xmlns="{BPMN}">{content}</definitions>'.encode()))
    (edge,) = root.iter(f"{{{BPMNDI}}}BPMNEdge")
    assert [(point.get("x"), point.get("y")) for point in edge] == [
        (str(x + wide // 2), str(bounds["buyer"][1])),
        (str(x + wide // 2), str(y + high)),
    ]


@pytest.mark.parametrize("inside, reason", REFUSED)
def test_what_cannot_be_drawn_is_refused(inside: str, reason: str) -> None:
    with pytest.raises(NotDrawn, match=reason):
        lay_out(f'<definitions xmlns="{BPMN}">{inside}</definitions>'.encode())


def test_files_are_drawn_in_place_and_those_that_cannot_be_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad, missing = tmp_path / "good.bpmn", tmp_path / "bad.bpmn", tmp_path / "missing.bpmn"
    good.write_text(MODEL)
    bad.write_text("no model")
    assert main([str(bad), str(missing), str(good)]) == 1
    assert b"BPMNShape" in good.read_bytes()
    assert bad.read_text() == "no model"
    assert [line.split(":")[0] for line in capsys.readouterr().err.splitlines()] == [str(bad), str(missing)]


def test_without_files_it_says_how_it_is_used(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "usage" in capsys.readouterr().err
