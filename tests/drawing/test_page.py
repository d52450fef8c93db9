"""Pictures of diagrams: everything is in them, with its mark, and what a file says is only text."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from counterflow.drawing.diagram import Diagram, Trigger
from counterflow.drawing.read import read_diagrams
from counterflow.drawing.svg.page import LARGEST, render
from tests.drawing.zoo import NAMESPACES, TRIGGERS, zoo

ROOT = Path(__file__).parents[2]
SVG = "{http://www.w3.org/2000/svg}"
MODELS = sorted([*(ROOT / "bpmn").glob("**/*.bpmn"), *(ROOT / "bpmn").glob("**/*.dmn")])


class Picture:
    """An SVG, to be asked about."""

    def __init__(self, svg: str) -> None:
        self.text = svg
        self.root = etree.fromstring(svg.encode())

    def group(self, element_id: str) -> etree._Element:
        """The group of an element; the name beside it is another."""
        groups = [one for one in self.root.iter(f"{SVG}g") if one.get("data-element-id") == element_id]
        return next(one for one in groups if one.get("class", "").split()[0] != "cf-name")

    def inside(self, element_id: str) -> str:
        """What is drawn for an element, without its title."""
        group = self.group(element_id)
        return "".join(
            etree.tostring(child, encoding="unicode") for child in group if child.tag != f"{SVG}title"
        )

    def title(self, element_id: str) -> str:
        return self.group(element_id).findtext(f"{SVG}title") or ""

    def order(self) -> list[str]:
        """Elements from the bottom of the picture to its top."""
        return [
            str(one.get("data-element-id"))
            for one in self.root.iter(f"{SVG}g")
            if one.get("role") == "graphics-symbol"
        ]


def only(content: bytes) -> Diagram:
    (diagram,) = read_diagrams(content, "x.bpmn")
    return diagram


def picture(semantic: str, interchange: str = "") -> Picture:
    """A file with these elements, and this plane."""
    plane = f'<bpmndi:BPMNDiagram><bpmndi:BPMNPlane bpmnElement="p">{interchange}</bpmndi:BPMNPlane></bpmndi:BPMNDiagram>'
    return Picture(
        render(
            only(f"<definitions {NAMESPACES}>{semantic}{plane if interchange else ''}</definitions>".encode())
        )
    )


def shape(
    element_id: str,
    x: int = 0,
    y: int = 0,
    width: int = 100,
    height: int = 80,
    attributes: str = "",
    inside: str = "",
) -> str:
    bounds = f'<dc:Bounds x="{x}" y="{y}" width="{width}" height="{height}"/>'
    return f'<bpmndi:BPMNShape bpmnElement="{element_id}" {attributes}>{bounds}{inside}</bpmndi:BPMNShape>'


def edge(element_id: str, *points: tuple[int, int], attributes: str = "") -> str:
    written = "".join(f'<di:waypoint x="{x}" y="{y}"/>' for x, y in points)
    return f'<bpmndi:BPMNEdge bpmnElement="{element_id}" {attributes}>{written}</bpmndi:BPMNEdge>'


# -- everything is there -------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", MODELS, ids=[str(path.relative_to(ROOT / "bpmn")) for path in MODELS])
def test_every_model_of_ours_is_drawn_whole(path: Path) -> None:
    for diagram in read_diagrams(path.read_bytes(), path.name):
        drawn = Picture(render(diagram))
        assert set(drawn.order()) == {one.id for one in diagram.elements}


def test_one_of_everything() -> None:
    diagram = only(zoo())
    drawn = Picture(render(diagram))
    assert len(drawn.order()) == len(diagram.shapes) > 120
    assert all(drawn.inside(one.id) for one in diagram.shapes)


def test_the_elements_that_differ_look_different() -> None:
    """No two kinds of event are drawn alike, but those that stand on a border and those in a flow, as the
    standard has it.
    """
    diagram = only(zoo())
    drawn = Picture(render(diagram))
    looks: dict[str, list[str]] = {}
    for one in diagram.shapes:
        if one.kind.endswith("Event") and one.trigger is not Trigger.NONE:
            circles = [
                (circle.get("stroke-width"), circle.get("stroke-dasharray"))
                for circle in drawn.group(one.id).findall(f"{SVG}circle")
            ]
            symbol = next(drawn.group(one.id).iter(f"{SVG}g"), None)
            inner = [
                etree.tostring(child, encoding="unicode") for child in drawn.group(one.id).findall(f"{SVG}g")
            ]
            assert symbol is not None
            looks.setdefault(f"{circles} {[text.partition('>')[2] for text in inner]}", []).append(
                f"{one.trigger} {one.kind}"
            )
    same = [names for names in looks.values() if len(set(names)) > 1]
    either_way = {"boundaryEvent", "intermediateCatchEvent", "intermediateThrowEvent"}
    assert all({name.rpartition(" ")[2] for name in names} <= either_way for names in same), same
    assert all(len({name.rpartition(" ")[0] for name in names}) == 1 for names in looks.values()), (
        "a trigger has a symbol of its own"
    )


@pytest.mark.parametrize("trigger", TRIGGERS[1:])
def test_a_thrown_event_is_filled_and_a_caught_one_is_not(trigger: str) -> None:
    semantic = "".join(
        f'<{tag} id="{tag}"><{trigger}EventDefinition/></{tag}>'
        for tag in ("intermediateCatchEvent", "intermediateThrowEvent")
    )
    drawn = picture(f'<process id="p">{semantic}</process>')
    caught, thrown = (drawn.inside(tag) for tag in ("intermediateCatchEvent", "intermediateThrowEvent"))
    if trigger in {"timer", "conditional", "terminate"}:  # the standard has no other form of these
        assert [caught.count(f"cf-{name}") for name in ("ink", "line")] == [
            thrown.count(f"cf-{name}") for name in ("ink", "line")
        ]
    else:
        assert "cf-ink" in thrown
        assert "cf-ink" not in caught


def test_what_does_not_interrupt_is_dashed() -> None:
    events = '<task id="a"/><boundaryEvent id="on" attachedToRef="a" cancelActivity="{}"><timerEventDefinition/></boundaryEvent>'
    assert "stroke-dasharray" in picture(f'<process id="p">{events.format("False")}</process>').inside("on")
    assert "stroke-dasharray" not in picture(f'<process id="p">{events.format("true")}</process>').inside(
        "on"
    )


def test_sub_processes_are_open_or_closed_and_what_is_in_a_closed_one_is_not_seen() -> None:
    inner = '<task id="a"/><sequenceFlow id="f" sourceRef="a" targetRef="a"/>'
    semantic = f'<process id="p"><subProcess id="s" name="S">{inner}</subProcess></process>'
    inside = shape("a", 20, 20) + edge("f", (0, 0), (10, 10))
    opened = picture(semantic, shape("s", 0, 0, 300, 200, 'isExpanded="true"') + inside)
    assert opened.order() == ["s", "f", "a"], "what is inside lies on top"
    closed = picture(semantic, shape("s", 0, 0, 300, 200, 'isExpanded="false"') + inside)
    assert closed.order() == ["s"]
    assert closed.title("s") == "S, sub process, collapsed"
    unsaid = picture(semantic, shape("s", 0, 0, 300, 200) + inside)
    assert unsaid.order() == ["s", "f", "a"], (
        "a shape that says nothing is open where something is drawn in it"
    )


def test_a_boundary_event_lies_on_its_activity_and_pools_lie_below_everything() -> None:
    semantic = (
        '<collaboration id="c"><participant id="pool" processRef="p"/></collaboration><process id="p"><laneSet><lane id="lane"/></laneSet>'
        '<boundaryEvent id="on" attachedToRef="a"/><task id="a"/></process>'
    )
    drawn = picture(semantic, shape("on") + shape("a") + shape("lane") + shape("pool"))
    assert drawn.order() == ["pool", "lane", "a", "on"]


def test_a_pool_has_its_name_in_a_strip_unless_it_is_closed_or_upright() -> None:
    semantic = (
        '<collaboration id="p"><participant id="open" name="Shop" processRef="x"/><participant id="closed" name="Buyer"/>'
        '<participant id="upright" name="Bank" processRef="y"/></collaboration>'
    )
    drawn = picture(
        semantic, shape("open") + shape("closed") + shape("upright", attributes='isHorizontal="false"')
    )
    assert ["rotate(-90)" in drawn.inside(key) for key in ("open", "closed", "upright")] == [
        True,
        False,
        False,
    ]
    assert drawn.title("closed") == "Buyer, participant, without a process"


def test_a_group_is_called_after_its_category_value() -> None:
    semantic = '<category><categoryValue id="v" value="Together"/></category><process id="p"><group id="g" categoryValueRef="v"/></process>'
    assert "Together" in picture(semantic, shape("g")).inside("g")
    label = '<bpmndi:BPMNLabel><dc:Bounds x="5" y="200" width="50" height="14"/></bpmndi:BPMNLabel>'
    beside = picture(semantic, shape("g", inside=label))
    assert "Together" not in beside.inside("g")
    assert "Together" in beside.text


DMN = "https://www.omg.org/spec/DMN/20191111/MODEL/"
DECISIONS = ("decision", "inputData", "businessKnowledgeModel", "knowledgeSource", "decisionService")


def test_each_element_of_a_decision_graph_has_a_form_of_its_own() -> None:
    nodes = "".join(f'<{kind} id="{kind}" name="N"/>' for kind in DECISIONS)
    shapes = "".join(
        f'<dmndi:DMNShape dmnElementRef="{kind}"><dc:Bounds x="0" y="0" width="100" height="60"/></dmndi:DMNShape>'
        for kind in DECISIONS
    )
    spaces = 'xmlns:dmndi="https://www.omg.org/spec/DMN/20191111/DMNDI/" xmlns:dc="http://www.omg.org/spec/DMN/20180521/DC/"'
    diagram = f"<dmndi:DMNDI><dmndi:DMNDiagram>{shapes}</dmndi:DMNDiagram></dmndi:DMNDI>"
    drawn = Picture(
        render(only(f'<definitions xmlns="{DMN}" {spaces}>{nodes}{diagram}</definitions>'.encode()))
    )
    assert drawn.order()[0] == "decisionService", "decisions lie on the service that has them"
    assert len({drawn.inside(kind) for kind in DECISIONS}) == len(DECISIONS)


@pytest.mark.parametrize(
    "kind, shown", [("information", "cf-ink"), ("knowledge", "stroke-dasharray"), ("authority", "circle")]
)
def test_requirements_are_told_apart_by_their_lines(kind: str, shown: str) -> None:
    needs = f'<{kind}Requirement id="r"><requiredInput href="#a"/></{kind}Requirement>'
    content = f'<definitions xmlns="{DMN}"><inputData id="a" name="A"/><decision id="d" name="D">{needs}</decision></definitions>'
    assert shown in Picture(render(only(content.encode()))).inside("r")


EDGES = [
    ("a flow", '<sequenceFlow id="f" sourceRef="a" targetRef="b"/>', 2, "cf-ink"),
    ("a default flow has a slash", '<sequenceFlow id="default" sourceRef="a" targetRef="b"/>', 3, "cf-ink"),
    (
        "a conditional flow out of a task has a diamond",
        '<sequenceFlow id="f" sourceRef="a" targetRef="b"><conditionExpression>x</conditionExpression></sequenceFlow>',
        3,
        "cf-line",
    ),
    (
        "one out of a gateway has none",
        '<sequenceFlow id="f" sourceRef="g" targetRef="b"><conditionExpression>x</conditionExpression></sequenceFlow>',
        2,
        "cf-ink",
    ),
    ("an association is dotted", '<association id="f" sourceRef="a" targetRef="b"/>', 1, "stroke-dasharray"),
    (
        "with an arrow",
        '<association id="f" sourceRef="a" targetRef="b" associationDirection="One"/>',
        2,
        "stroke-dasharray",
    ),
    (
        "with two arrows",
        '<association id="f" sourceRef="a" targetRef="b" associationDirection="Both"/>',
        3,
        "stroke-dasharray",
    ),
    (
        "a message flow is dashed, from a ring to a hollow arrow",
        '<messageFlow id="f" sourceRef="a" targetRef="b"/>',
        3,
        "circle",
    ),
]


@pytest.mark.parametrize("story, xml, parts, part", EDGES, ids=[case[0] for case in EDGES])
def test_edges(story: str, xml: str, parts: int, part: str) -> None:
    key = "default" if '"default"' in xml else "f"
    drawn = picture(
        f'<process id="p"><task id="a" default="default"/><exclusiveGateway id="g"/><task id="b"/>{xml}</process>',
        edge(key, (0, 0), (90, 0)) + shape("b", 90),
    )
    assert len(drawn.group(key)) - 1 == parts
    assert part in drawn.inside(key)


def test_a_message_that_is_shown_on_its_flow() -> None:
    semantic = '<collaboration id="p"><participant id="x"/><messageFlow id="f" sourceRef="a" targetRef="b"/></collaboration>'
    line = ((0, 0), (90, 0))
    begun = picture(semantic, shape("x") + edge("f", *line, attributes='messageVisibleKind="initiating"'))
    answered = picture(
        semantic, shape("x") + edge("f", *line, attributes='messageVisibleKind="non_initiating"')
    )
    assert ("cf-ink" in begun.inside("f"), "cf-ink" in answered.inside("f")) == (False, True)


def test_points_that_repeat_are_no_corner() -> None:
    drawn = picture(
        '<process id="p"><task id="a"/><sequenceFlow id="f"/></process>',
        shape("a") + edge("f", (0, 0), (0, 0), (5, 5), (5, 5)),
    )
    assert "nan" not in drawn.text
    assert (
        picture(
            '<process id="p"><task id="a"/><sequenceFlow id="f"/></process>',
            shape("a") + edge("f", (3, 3), (3, 3)),
        ).inside("f")
        == ""
    )


# -- for people and for pages --------------------------------------------------------------------------------


def test_an_element_is_told_in_words() -> None:
    semantic = (
        '<process id="p" name="Trip"><serviceTask id="a" name="Book&#10;hotel" isForCompensation="true"/>'
        '<boundaryEvent id="b" name="Late" cancelActivity="false"><timerEventDefinition/></boundaryEvent></process>'
    )
    drawn = picture(semantic, shape("a") + shape("b"))
    assert drawn.title("a") == "Book hotel, service task, for compensation"
    assert drawn.title("b") == "Late, timer boundary event, non-interrupting"
    assert drawn.root.findtext(f"{SVG}title") == "Trip"
    assert drawn.root.findtext(f"{SVG}desc") == "BPMN diagram: boundary event (1), service task (1)."


def test_colours_of_bpmn_io_are_kept_and_turn_with_the_page() -> None:
    colours = 'bioc:fill="rgb(187, 222, 251)" color:border-color="#0D4372"'
    drawn = picture('<process id="p"><task id="a" name="A"/></process>', shape("a", attributes=colours))
    day, _, night = (drawn.root.findtext(f"{SVG}style") or "").partition("@media (prefers-color-scheme:dark)")
    assert drawn.group("a").get("class") == "cf-task cf-fill-bbdefb cf-stroke-0d4372 cf-text-0d4372"
    assert ".cf-fill-bbdefb .cf-line{fill:#bbdefb}" in day
    assert ".cf-fill-bbdefb .cf-line{fill:#" in night
    assert "#bbdefb" not in night, "what is light by day is dark by night"


NO_COLOURS = ["red;}</style><script>alert(1)</script>", "url(#x)", "#12", "rgb(1,2)", "#12345g"]


@pytest.mark.parametrize("colour", NO_COLOURS)
def test_what_is_no_colour_is_none(colour: str) -> None:
    escaped = colour.replace("<", "&lt;").replace(">", "&gt;")
    drawn = picture(
        '<process id="p"><task id="a"/></process>', shape("a", attributes=f'bioc:fill="{escaped}"')
    )
    assert drawn.group("a").get("class") == "cf-task"
    assert "alert" not in drawn.text


def test_names_and_ids_are_text_whatever_they_say() -> None:
    evil = "&lt;script&gt;alert('1')&lt;/script&gt;&quot; onload=&quot;alert(2)"
    drawn = picture(f'<process id="p" name="{evil}"><task id="{evil}" name="{evil}"/></process>', shape(evil))
    assert {str(one.tag).removeprefix(SVG) for one in drawn.root.iter()} == {
        "svg",
        "title",
        "desc",
        "style",
        "rect",
        "g",
        "text",
        "tspan",
    }
    assert not [name for one in drawn.root.iter() for name in one.attrib if str(name).startswith("on")]
    assert "<script" not in drawn.text


def test_a_picture_needs_nothing_from_elsewhere_and_leaves_nothing_behind() -> None:
    text = render(only(zoo()))
    assert text.count("http") == 1, "the namespace of SVG"
    for word in ("<script", "href", "url(", "@import", " id="):
        assert word not in text


def test_an_element_that_is_drawn_twice_is_drawn_once() -> None:
    """Else a name of a megabyte could be drawn ten thousand times."""
    drawn = picture('<process id="p"><task id="a"/></process>', shape("a") * 50)
    assert drawn.order() == ["a"]


def test_a_name_is_shown_as_long_as_it_can_be_read() -> None:
    drawn = picture(
        f'<process id="p"><task id="a" name="{"long " * 100_000}"/><startEvent id="s" name="{"x" * 500_000}"/></process>',
        shape("a") + shape("s"),
    )
    assert len(drawn.text) < 10_000


def test_what_is_far_away_makes_no_large_picture() -> None:
    drawn = picture(
        '<process id="p"><task id="a"/><task id="b"/></process>', shape("a") + shape("b", x=900_000)
    )
    assert drawn.root.get("viewBox") == "-16 -16 900132 112"
    assert (drawn.root.get("width"), drawn.root.get("height")) == (str(LARGEST), "1")


def test_names_beside_elements_are_within_the_picture() -> None:
    drawn = picture(
        '<process id="p"><startEvent id="s" name="A name that is wider than its event"/></process>',
        shape("s", 0, 0, 36, 36),
    )
    left, _, width, height = map(float, (drawn.root.get("viewBox") or "").split())
    assert left < -20
    assert width > 90
    assert height > 36 + 3 * 13
