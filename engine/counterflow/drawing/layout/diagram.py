"""A new diagram for a file, as BPMN diagram interchange (BPMN 2.0.2, 12.2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from lxml import etree

from counterflow.bpmn.xml import BPMN, children
from counterflow.drawing.errors import NotDrawn
from counterflow.drawing.layout.canvas import ROW_GAP, Canvas, Pixel, PixelBounds
from counterflow.drawing.layout.place import place_scope
from counterflow.drawing.layout.scope import ends_of, id_of, is_scope, tag_of

BPMNDI = "http://www.omg.org/spec/BPMN/20100524/DI"
DC = "http://www.omg.org/spec/DD/20100524/DC"
DI = "http://www.omg.org/spec/DD/20100524/DI"
NAMESPACES = {"bpmndi": BPMNDI, "dc": DC, "di": DI}

ORIGIN = (160, 80)
BAND, POOL_PADDING, CLOSED_POOL = 30, 30, (600, 60)
"""The strip of a pool that has its name, the room inside its border, and the least size of one."""


def draw_again(root: etree._Element) -> None:
    """Give the definitions a new diagram, in place of any that they have.

    Raises `NotDrawn` where there is nothing to draw, or no id to draw it by.
    """
    for old in root.findall(f"{{{BPMNDI}}}BPMNDiagram"):
        root.remove(old)
    collaboration = root.find(f"{{{BPMN}}}collaboration")
    if collaboration is not None:
        _write_diagram(root, collaboration, _pools(root, collaboration))
    else:
        processes = children(root, "process")
        if not processes:
            raise NotDrawn("expected a process or a collaboration to draw, found neither.")
        _write_diagram(root, processes[0], _stacked(processes))


def _stacked(processes: Iterable[etree._Element]) -> Canvas:
    """Processes without pools, one below the other."""
    canvas, y = Canvas(), ORIGIN[1]
    for process in processes:
        placed = place_scope(process)
        canvas.add(placed, ORIGIN[0], y)
        y += placed.frame().bottom + 2 * ROW_GAP
    return canvas


def _pools(root: etree._Element, collaboration: etree._Element) -> Canvas:
    """A pool per participant, one below the other and equally wide, and message flows between them."""
    processes = {process.get("id"): process for process in children(root, "process")}
    participants = children(collaboration, "participant")
    inside = {id_of(one): _inside(processes, one) for one in participants}
    width = max(
        [CLOSED_POOL[0], *(placed.frame().right + BAND + 2 * POOL_PADDING for placed in inside.values())]
    )
    canvas, (x, y) = Canvas(), ORIGIN
    for key, placed in inside.items():
        height = placed.frame().bottom + 2 * POOL_PADDING if placed.shapes else CLOSED_POOL[1]
        canvas.shapes[key] = PixelBounds(x, y, width, height)
        canvas.add(placed, x + BAND + POOL_PADDING, y + POOL_PADDING)
        y += height + ROW_GAP
    for flow in children(collaboration, "messageFlow"):
        if canvas.shapes.keys() >= set(ends_of(flow)):
            canvas.edges[id_of(flow)] = _upright(canvas, *ends_of(flow))
    return canvas


def _inside(processes: Mapping[str | None, etree._Element], participant: etree._Element) -> Canvas:
    process = processes.get((participant.get("processRef") or "").rpartition(":")[2])
    return Canvas() if process is None else place_scope(process)


def _upright(canvas: Canvas, source: str, target: str) -> list[Pixel]:
    """Straight down or up to what is as narrow as an event or a task.

    A pool is met right there, whatever its middle.
    """
    start, end = canvas.join(source, target)
    if canvas.shapes[target].x <= start.x <= canvas.shapes[target].right:
        return [start, Pixel(start.x, end.y)]
    if canvas.shapes[source].x <= end.x <= canvas.shapes[source].right:
        return [Pixel(end.x, start.y), end]
    middle = (start.y + end.y) // 2
    return [start, Pixel(start.x, middle), Pixel(end.x, middle), end]


def _write_diagram(root: etree._Element, of: etree._Element, canvas: Canvas) -> None:
    diagram = etree.SubElement(root, f"{{{BPMNDI}}}BPMNDiagram", {"id": "diagram"}, nsmap=NAMESPACES)
    plane = etree.SubElement(diagram, f"{{{BPMNDI}}}BPMNPlane", {"id": "plane", "bpmnElement": id_of(of)})
    elements = {str(element.get("id")): element for element in root.iter(f"{{{BPMN}}}*")}
    for key, bounds in canvas.shapes.items():
        shape = etree.SubElement(
            plane, f"{{{BPMNDI}}}BPMNShape", {"id": f"{key}_di", "bpmnElement": key, **_marks(elements[key])}
        )
        _write_bounds(shape, bounds)
        if key in canvas.labels:
            _write_bounds(etree.SubElement(shape, f"{{{BPMNDI}}}BPMNLabel"), canvas.labels[key])
    for key, points in canvas.edges.items():
        edge = etree.SubElement(plane, f"{{{BPMNDI}}}BPMNEdge", {"id": f"{key}_di", "bpmnElement": key})
        for point in points:
            etree.SubElement(edge, f"{{{DI}}}waypoint", {"x": str(point.x), "y": str(point.y)})
    _indent(diagram)


def _marks(element: etree._Element) -> dict[str, str]:
    if is_scope(element):
        return {"isExpanded": "true"}
    if tag_of(element) == "participant":
        return {"isHorizontal": "true"}
    return {"isMarkerVisible": "true"} if tag_of(element) == "exclusiveGateway" else {}


def _write_bounds(parent: etree._Element, bounds: PixelBounds) -> None:
    etree.SubElement(
        parent, f"{{{DC}}}Bounds", {name: str(value) for name, value in bounds._asdict().items()}
    )


def _indent(diagram: etree._Element) -> None:
    etree.indent(diagram, "  ", level=1)
    last = diagram.getprevious()
    if last is not None:
        last.tail = "\n  "
    diagram.tail = "\n"
