"""Draws BPMN files: `python scripts/layout.py FILE…` gives each a tidy diagram, in place, so that editors can open it.

The diagram part (BPMN DI) is made anew from the semantic part, the same for the same file; whatever diagram was there is
replaced, everything else is left alone. The drawing, scope by scope:

    columns   a node stands one column to the right of everything that leads to it; flows that lead back do not count
    rows      a token's way runs straight on; every further branch, and what follows a boundary event, gets a row of its own
    clusters  boundary events sit on the lower border of their activity, the handler that undoes it stands below it
    below     event sub-processes, under what they may interrupt
    flows     horizontal and vertical pieces; those that lead back, or past other nodes, run above their row

Lanes, pools and data are not drawn: a file with a collaboration is refused. BPMN 2.0.2, 12.2 (BPMN DI).
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from lxml import etree

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
BPMNDI = "http://www.omg.org/spec/BPMN/20100524/DI"
DC = "http://www.omg.org/spec/DD/20100524/DC"
DI = "http://www.omg.org/spec/DD/20100524/DI"
NAMESPACES = {"bpmndi": BPMNDI, "dc": DC, "di": DI}

TASK, EVENT, GATEWAY = (100, 80), (36, 36), (50, 50)
COLUMN_GAP, ROW_GAP, CHANNEL = 50, 50, 20
PADDING, TITLE = 30, 20
"""Pixels, as are all sizes: inside the border of a sub-process, and more at its top, where its name is."""
ORIGIN = (160, 80)
HANDLER_DROP = 50
BOUNDARY_STEP = 45
LABEL_LINE, LABEL_CHARACTERS = 14, 15


class NotDrawn(Exception):
    """A file that this layout does not know how to draw; the message says why and what would help."""


class Point(NamedTuple):
    """A place on the canvas, in pixels from its upper left corner."""

    x: int
    y: int


class Bounds(NamedTuple):
    """A rectangle on the canvas."""

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        return self.x + self.width

    @property
    def bottom(self) -> int:
        return self.y + self.height

    @property
    def center(self) -> Point:
        return Point(self.x + self.width // 2, self.y + self.height // 2)


@dataclass
class Drawing:
    """Shapes and edges by element id; `width` and `height` hold them all when nothing is left of or above the origin."""

    shapes: dict[str, Bounds] = field(default_factory=dict)
    labels: dict[str, Bounds] = field(default_factory=dict)
    edges: dict[str, list[Point]] = field(default_factory=dict)

    def add(self, other: Drawing, right: int, down: int) -> None:
        """Take in another drawing, moved."""
        for mine, others in ((self.shapes, other.shapes), (self.labels, other.labels)):
            mine.update((key, bounds._replace(x=bounds.x + right, y=bounds.y + down)) for key, bounds in others.items())
        for key, points in other.edges.items():
            self.edges[key] = [Point(x + right, y + down) for x, y in points]

    def frame(self) -> Bounds:
        """The smallest rectangle around everything."""
        rectangles = [*self.shapes.values(), *self.labels.values()]
        points = [point for edge in self.edges.values() for point in edge]
        left = min([0, *(box.x for box in rectangles), *(point.x for point in points)])
        top = min([0, *(box.y for box in rectangles), *(point.y for point in points)])
        right = max([0, *(box.right for box in rectangles), *(point.x for point in points)])
        bottom = max([0, *(box.bottom for box in rectangles), *(point.y for point in points)])
        return Bounds(left, top, right - left, bottom - top)

    def at_origin(self) -> Drawing:
        """The same, moved so that it begins at the origin."""
        frame, moved = self.frame(), Drawing()
        moved.add(self, -frame.x, -frame.y)
        return moved


# -- reading ------------------------------------------------------------------------------------------------------------


def tag_of(element: etree._Element) -> str:
    """The local name of a BPMN element, empty for anything else."""
    prefix, tag = f"{{{BPMN}}}", str(element.tag)
    return tag.removeprefix(prefix) if tag.startswith(prefix) else ""


def id_of(element: etree._Element) -> str:
    """The id of an element that is to be drawn."""
    found = element.get("id")
    if not found:
        raise NotDrawn(f"line {element.sourceline}: expected an id on {tag_of(element)}, found none: a diagram refers to elements by id")
    return found


def is_scope(element: etree._Element) -> bool:
    """Whether others are drawn inside it."""
    return tag_of(element) in {"subProcess", "transaction", "adHocSubProcess"}


def size_of(element: etree._Element) -> tuple[int, int] | None:
    """Width and height of a flow node without anything inside; None for what is none."""
    tag = tag_of(element)
    if tag.endswith("Event"):
        return EVENT
    if tag.endswith("Gateway"):
        return GATEWAY
    return TASK if tag.lower().endswith("task") or tag == "callActivity" or is_scope(element) else None


class Scope:
    """The elements directly inside a process or sub-process, sorted by how they are drawn."""

    def __init__(self, element: etree._Element) -> None:
        nodes = {id_of(child): child for child in element if size_of(child) is not None}
        self.flows = [child for child in element if tag_of(child) == "sequenceFlow" and _joins(child, nodes)]
        self.associations = [child for child in element if tag_of(child) == "association" and _joins(child, nodes)]
        self.hosts = {key: node.get("attachedToRef", "") for key, node in nodes.items() if node.get("attachedToRef") in nodes}
        self.handlers: dict[str, str] = {}
        for association in self.associations:
            for event, handler in (_ends(association), _ends(association)[::-1]):
                if event in self.hosts and nodes[handler].get("isForCompensation") == "true":
                    self.handlers[self.hosts[event]] = handler
        self.inner = {key: node for key, node in nodes.items() if node.get("triggeredByEvent") == "true"}
        apart = {*self.hosts, *self.handlers.values(), *self.inner}
        self.nodes = nodes
        self.main = [key for key in nodes if key not in apart]
        self.pairs = list(dict.fromkeys((self.hosts.get(source, source), target) for source, target in map(_ends, self.flows)))

    def boundary_events(self, host: str) -> list[str]:
        """On an activity: those that lead to its handler first."""
        undoing = {end for association in self.associations for end in _ends(association)}
        events = [event for event, activity in self.hosts.items() if activity == host]
        return sorted(events, key=lambda event: event not in undoing)


def _ends(connection: etree._Element) -> tuple[str, str]:
    return connection.get("sourceRef", ""), connection.get("targetRef", "")


def _joins(connection: etree._Element, nodes: dict[str, etree._Element]) -> bool:
    return all(end in nodes for end in _ends(connection))


# -- columns and rows ---------------------------------------------------------------------------------------------------


def columns_of(nodes: list[str], pairs: list[tuple[str, str]]) -> dict[str, int]:
    """How many nodes stand at most to the left of each, along flows that do not lead back."""
    forward = [pair for pair in pairs if pair not in set(_leading_back(nodes, pairs))]
    column = dict.fromkeys(nodes, 0)
    waiting = {node: sum(target == node for _, target in forward) for node in nodes}
    ready = [node for node in nodes if not waiting[node]]
    for node in ready:
        for target in (target for source, target in forward if source == node):
            column[target] = max(column[target], column[node] + 1)
            waiting[target] -= 1
            if not waiting[target]:
                ready.append(target)
    return column


def _leading_back(nodes: list[str], pairs: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """The flows that reach a node which the walk to them has passed: without them there are no circles."""
    entered = {target for _, target in pairs}
    seen: set[str] = set()
    for root in sorted(nodes, key=lambda node: node in entered):
        path = {root: _targets(root, pairs)} if root not in seen else {}
        while path:
            node, targets = next(reversed(path.items()))
            seen.add(node)
            target = next(targets, None)
            if target is None:
                del path[node]
            elif target in path:
                yield node, target
            elif target not in seen:
                path[target] = _targets(target, pairs)


def _targets(node: str, pairs: list[tuple[str, str]]) -> Iterator[str]:
    return iter([target for source, target in pairs if source == node])


def rows_of(scope: Scope) -> dict[str, int]:
    """The way that a token goes first stays in its row; each further branch gets the next one that is free."""
    row: dict[str, int] = {}
    entered = {target for _, target in scope.pairs}
    stack: list[tuple[str, int | None]] = [(node, None) for node in sorted(scope.main, key=lambda node: node in entered)[::-1]]
    free = 0
    while stack:
        node, wished = stack.pop()
        if node in row:
            continue
        row[node] = free if wished is None else wished
        free += wished is None
        own = [target for target in _targets_of_flows(scope, node) if target not in row]
        others = [target for target in _targets(node, scope.pairs) if target not in row and target not in own[:1]]
        stack += [(target, None) for target in others[::-1]]
        stack += [(target, row[node]) for target in own[:1]]
    return row


def _targets_of_flows(scope: Scope, node: str) -> Iterator[str]:
    return (target for source, target in map(_ends, scope.flows) if source == node)


# -- one scope ----------------------------------------------------------------------------------------------------------


def draw_scope(element: etree._Element) -> Drawing:
    """Everything inside a process or sub-process, from the origin on."""
    scope = Scope(element)
    clusters = {node: draw_cluster(scope, node) for node in scope.main}
    grid = Grid(columns_of(scope.main, scope.pairs), rows_of(scope), clusters)
    drawing = Drawing()
    for node, cluster in clusters.items():
        center = grid.center_of(node)
        drawing.add(cluster, center.x, center.y)
    for flow in scope.flows:
        drawing.edges[id_of(flow)] = grid.route(drawing.shapes, scope, *_ends(flow))
    return _with_event_sub_processes(scope, drawing.at_origin())


def draw_cluster(scope: Scope, node: str) -> Drawing:
    """A node around the origin, with its boundary events and its handler."""
    cluster = draw_node(scope.nodes[node])
    bounds, events = cluster.shapes[node], scope.boundary_events(node)
    handler = scope.handlers.get(node)
    first = bounds.x + PADDING if handler is not None else bounds.right - 25
    places = [first, *(bounds.right - 25 - index * BOUNDARY_STEP for index in range(len(events) - (handler is not None)))]
    for event, x in zip(events, places if handler is not None else places[1:], strict=True):
        cluster.shapes[event] = Bounds(x - EVENT[0] // 2, bounds.bottom - EVENT[1] // 2, *EVENT)
        _label(cluster, scope.nodes[event], cluster.shapes[event])
    if handler is not None:
        drawn = draw_node(scope.nodes[handler])
        own = drawn.shapes[handler]
        left = min([bounds.x, *(x - 25 - own.width for x in places[1:])])
        cluster.add(drawn, left - own.x, bounds.bottom + HANDLER_DROP - own.y)
        for association in scope.associations:
            if handler in _ends(association):
                ends = [Point(first, bounds.bottom + EVENT[1] // 2), Point(first, bounds.bottom + HANDLER_DROP)]
                cluster.edges[id_of(association)] = ends if _ends(association)[1] == handler else ends[::-1]
    return cluster


def draw_node(element: etree._Element) -> Drawing:
    """A node around the origin; a sub-process with what is inside it."""
    drawing, key = Drawing(), id_of(element)
    inside = draw_scope(element) if is_scope(element) else Drawing()
    if inside.shapes:
        frame = inside.frame()
        width, height = frame.width + 2 * PADDING, frame.height + 2 * PADDING + TITLE
        drawing.shapes[key] = Bounds(-(width // 2), -(height // 2), width, height)
        drawing.add(inside, PADDING - width // 2, PADDING + TITLE - height // 2)
    else:
        width, height = size_of(element) or TASK
        drawing.shapes[key] = Bounds(-(width // 2), -(height // 2), width, height)
        _label(drawing, element, drawing.shapes[key])
    return drawing


def _label(drawing: Drawing, element: etree._Element, bounds: Bounds) -> None:
    """Names of events and gateways stand beside them: below an event, right of it on a border, above and left of a gateway."""
    name, tag = element.get("name"), tag_of(element)
    if not name or not tag.endswith(("Event", "Gateway")):
        return
    height = LABEL_LINE * -(-len(name) // LABEL_CHARACTERS)
    width = 90 if tag != "exclusiveGateway" else 65
    x, y = bounds.center.x - width // 2, bounds.bottom + 6
    if tag == "boundaryEvent":
        x, y = bounds.right + 4, bounds.center.y + 4
    elif tag.endswith("Gateway"):
        x, y = bounds.center.x - width - 6, bounds.y - height + 4
    drawing.labels[id_of(element)] = Bounds(x, y, width, height)


def _with_event_sub_processes(scope: Scope, drawing: Drawing) -> Drawing:
    for element in scope.inner.values():
        drawn = draw_node(element).at_origin()
        drawing.add(drawn, 0, drawing.frame().bottom + ROW_GAP)
    return drawing


class Grid:
    """Where columns and rows of one scope are, and how flows find their way between them."""

    def __init__(self, columns: dict[str, int], rows: dict[str, int], clusters: dict[str, Drawing]) -> None:
        self.columns, self.rows = columns, rows
        self.occupied = {(columns[node], rows[node]) for node in clusters}
        frames = {node: drawing.frame() for node, drawing in clusters.items()}
        self.lefts, self.middles, self.rights = _spread(columns, {n: (-f.x, f.right) for n, f in frames.items()}, COLUMN_GAP)
        self.tops, self.centers, self.bottoms = _spread(rows, {n: (-f.y, f.bottom) for n, f in frames.items()}, ROW_GAP)
        self.in_channel: dict[int, int] = {}

    def center_of(self, node: str) -> Point:
        """The middle of a node's cell."""
        return Point(self.middles[self.columns[node]], self.centers[self.rows[node]])

    def route(self, shapes: dict[str, Bounds], scope: Scope, source: str, target: str) -> list[Point]:
        """The points of a flow from one shape to another."""
        start, end = shapes[source], shapes[target]
        if source in scope.hosts:
            return self._from_border(start, end, scope.hosts[source], target)
        if self.columns[target] <= self.columns[source]:
            return self._above(start, end, min(self.rows[source], self.rows[target]))
        if self.rows[source] != self.rows[target]:
            return self._between_rows(start, end, source, target)
        if self._is_clear(source, target, self.rows[source]):
            return [Point(start.right, start.center.y), Point(end.x, end.center.y)]
        return self._above(start, end, self.rows[source])

    def _is_clear(self, source: str, target: str, row: int) -> bool:
        """Whether nothing stands in a row between the columns of two nodes."""
        return not any((column, row) in self.occupied for column in range(self.columns[source] + 1, self.columns[target]))

    def _is_open(self, node: str, other: str) -> bool:
        """Whether nothing stands in a node's column from its own row to that of another, that one included."""
        low, high = sorted((self.rows[node], self.rows[other]))
        rows = (row for row in range(low, high + 1) if row != self.rows[node])
        return not any((self.columns[node], row) in self.occupied for row in rows)

    def _above(self, start: Bounds, end: Bounds, row: int) -> list[Point]:
        """Up, along a channel above the row, and down again; each such flow of a row has a channel of its own."""
        index = self.in_channel[row] = self.in_channel.get(row, 0) + 1
        y = self.tops[row] - CHANNEL - (index - 1) * CHANNEL // 2
        return [Point(start.center.x, start.y), Point(start.center.x, y), Point(end.center.x, y), Point(end.center.x, end.y)]

    def _from_border(self, start: Bounds, end: Bounds, host: str, target: str) -> list[Point]:
        """Down from a boundary event, into the row below; or along below the row, and up."""
        x = start.center.x
        if self.rows[target] > self.rows[host] and end.x > x:
            return [Point(x, start.bottom), Point(x, end.center.y), Point(end.x, end.center.y)]
        y = self.bottoms[self.rows[host]] + CHANNEL
        return [Point(x, start.bottom), Point(x, y), Point(end.center.x, y), Point(end.center.x, end.bottom)]

    def _between_rows(self, start: Bounds, end: Bounds, source: str, target: str) -> list[Point]:
        """Out of a fork below or above, into a join below or above; between tasks in the gap between two columns."""
        downwards = self.rows[target] > self.rows[source]
        early = self._is_clear(source, target, self.rows[target])
        if early and start.width < TASK[0] and self._is_open(source, target):
            leave = Point(start.center.x, start.bottom if downwards else start.y)
            return [leave, Point(leave.x, end.center.y), Point(end.x, end.center.y)]
        if end.width < TASK[0] and self._is_clear(source, target, self.rows[source]) and self._is_open(target, source):
            arrive = Point(end.center.x, end.y if downwards else end.bottom)
            return [Point(start.right, start.center.y), Point(arrive.x, start.center.y), arrive]
        x = self.rights[self.columns[source]] + COLUMN_GAP // 2 if early else self.lefts[self.columns[target]] - COLUMN_GAP // 2
        return [Point(start.right, start.center.y), Point(x, start.center.y), Point(x, end.center.y), Point(end.x, end.center.y)]


def _spread(lines: dict[str, int], reaches: dict[str, tuple[int, int]], gap: int) -> tuple[list[int], list[int], list[int]]:
    """Begin, middle and end of each column (or row), wide enough for what its nodes reach to either side."""
    begins, middles, ends, at = [], [], [], 0
    for line in range(max(lines.values(), default=-1) + 1):
        members = [reaches[node] for node, own in lines.items() if own == line]
        before = max((before for before, _ in members), default=0)
        after = max((after for _, after in members), default=0)
        begins.append(at)
        middles.append(at + before)
        ends.append(at + before + after)
        at = ends[-1] + gap
    return begins, middles, ends


# -- writing ------------------------------------------------------------------------------------------------------------


def lay_out(content: bytes) -> bytes:
    """A BPMN file with a new diagram. Raises `NotDrawn`, and lxml's errors where it is no XML."""
    root = etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True))
    processes = [child for child in root if tag_of(child) == "process"]
    if len(processes) != 1 or any(tag_of(child) == "collaboration" for child in root):
        raise NotDrawn(f"expected one process and no collaboration, found {len(processes)} processes: draw pools in an editor")
    for old in root.findall(f"{{{BPMNDI}}}BPMNDiagram"):
        root.remove(old)
    inside = draw_scope(processes[0])
    drawing = Drawing()
    drawing.add(inside, *ORIGIN)
    _write_diagram(root, processes[0], drawing)
    comments = list(root.itersiblings(preceding=True))[::-1]
    parts = [etree.tostring(part, encoding="UTF-8", with_tail=False) for part in (*comments, root)]
    return b"\n".join([b'<?xml version="1.0" encoding="UTF-8"?>', *parts, b""])


def _write_diagram(root: etree._Element, process: etree._Element, drawing: Drawing) -> None:
    diagram = etree.SubElement(root, f"{{{BPMNDI}}}BPMNDiagram", {"id": "diagram"}, nsmap=NAMESPACES)
    plane = etree.SubElement(diagram, f"{{{BPMNDI}}}BPMNPlane", {"id": "plane", "bpmnElement": id_of(process)})
    elements = {str(element.get("id")): element for element in process.iter(f"{{{BPMN}}}*")}
    for key, bounds in drawing.shapes.items():
        shape = etree.SubElement(plane, f"{{{BPMNDI}}}BPMNShape", {"id": f"{key}_di", "bpmnElement": key, **_marks(elements[key])})
        _write_bounds(shape, bounds)
        if key in drawing.labels:
            _write_bounds(etree.SubElement(shape, f"{{{BPMNDI}}}BPMNLabel"), drawing.labels[key])
    for key, points in drawing.edges.items():
        edge = etree.SubElement(plane, f"{{{BPMNDI}}}BPMNEdge", {"id": f"{key}_di", "bpmnElement": key})
        for point in points:
            etree.SubElement(edge, f"{{{DI}}}waypoint", {"x": str(point.x), "y": str(point.y)})
    etree.indent(diagram, "  ", level=1)
    last = diagram.getprevious()
    if last is not None:
        last.tail = "\n  "
    diagram.tail = "\n"


def _marks(element: etree._Element) -> dict[str, str]:
    if is_scope(element):
        return {"isExpanded": "true"}
    return {"isMarkerVisible": "true"} if tag_of(element) == "exclusiveGateway" else {}


def _write_bounds(parent: etree._Element, bounds: Bounds) -> None:
    etree.SubElement(parent, f"{{{DC}}}Bounds", {name: str(value) for name, value in bounds._asdict().items()})


def main(paths: list[str]) -> int:
    """Draw the files; says which could not be drawn."""
    failed = 0
    for path in map(Path, paths):
        try:
            path.write_bytes(lay_out(path.read_bytes()))
        except (NotDrawn, etree.XMLSyntaxError, OSError) as error:
            print(f"{path}: {error}", file=sys.stderr)
            failed += 1
    if not paths:
        print("usage: python scripts/layout.py FILE…", file=sys.stderr)
    return 2 if not paths else 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
