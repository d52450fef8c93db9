"""A DMN file to its diagrams: decision requirements graphs (DMN 1.5, clause 13).

They are laid out where the file has no place for them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Final

from lxml import etree

from counterflow.dmn.xml import NAMESPACES
from counterflow.documents.xml import local_name, namespace
from counterflow.drawing.diagram import Diagram, Edge, EdgeMark, Shape
from counterflow.drawing.errors import NotDrawn
from counterflow.drawing.geometry import Bounds, Point
from counterflow.drawing.interchange import bounds_of, colours_of, label_of, parts, waypoints_of
from counterflow.drawing.layout.order import columns_of

SIZES: Final[Mapping[str, tuple[int, int]]] = {
    "decision": (180, 80),
    "inputData": (125, 45),
    "businessKnowledgeModel": (135, 60),
    "knowledgeSource": (100, 63),
    "decisionService": (200, 100),
}
"""Width and height, in pixels, where we are to choose them; these kinds make up the graph."""

REQUIREMENTS: Final = frozenset({"informationRequirement", "knowledgeRequirement", "authorityRequirement"})
COLUMN_GAP, ROW_GAP, MARGIN = 60, 70, 80


def is_dmn(root: etree._Element) -> bool:
    """Whether these are the definitions of a DMN file."""
    return namespace(root) in NAMESPACES and local_name(root) == "definitions"


def dmn_diagrams(root: etree._Element) -> tuple[Diagram, ...]:
    """The diagrams of a DMN file, in its order. Raises `NotDrawn`."""
    elements = {element.get("id", ""): element for element in root.iter(f"{{{namespace(root)}}}*")}
    drawn = [diagram for part in parts(root, "DMNDI") for diagram in parts(part, "DMNDiagram")]
    diagrams = tuple(
        diagram for diagram in (_diagram(root, xml, elements) for xml in drawn) if diagram.shapes
    )
    return diagrams or (_laid_out(root),)


def _diagram(root: etree._Element, xml: etree._Element, elements: Mapping[str, etree._Element]) -> Diagram:
    shapes: dict[str, Shape] = {}
    edges: dict[str, Edge] = {}
    for part in xml:
        element = elements.get(part.get("dmnElementRef", "").rpartition(":")[2])
        bounds, points = bounds_of(part), waypoints_of(part)
        if element is None:
            continue
        key, colours, label = element.get("id", ""), colours_of(part), label_of(part)
        if local_name(part) == "DMNShape" and bounds is not None:
            shape = Shape(
                id=key,
                kind=local_name(element),
                name=_name(element),
                bounds=bounds,
                colours=colours,
                depth=_depth(element),
            )
            shapes.setdefault(key, shape)
        elif local_name(part) == "DMNEdge" and len(points) > 1:
            edge = Edge(
                id=key,
                kind=local_name(element),
                points=points,
                marks=_marks(element),
                label=label,
                colours=colours,
            )
            edges.setdefault(key, edge)
    name = xml.get("name") or root.get("name") or ""
    return Diagram(
        id=xml.get("id", ""),
        name=name,
        standard="DMN",
        shapes=tuple(shapes.values()),
        edges=tuple(edges.values()),
    )


def _depth(element: etree._Element) -> int:
    """A service is painted below the decisions that lie on it."""
    return 0 if local_name(element) == "decisionService" else 1


def _name(element: etree._Element) -> str:
    if local_name(element) != "textAnnotation":
        return element.get("name", "")
    return "".join((part.text or "").strip() for part in parts(element, "text"))


def _marks(element: etree._Element) -> frozenset[EdgeMark]:
    direction = element.get("associationDirection")
    marks = {EdgeMark.ARROW_AT_END} if direction in {"One", "Both"} else set()
    return frozenset(marks | ({EdgeMark.ARROW_AT_START} if direction == "Both" else set()))


def _laid_out(root: etree._Element) -> Diagram:
    """What decides stands above what it asks, each a row above the highest of those."""
    nodes = {
        element.get("id", ""): element
        for element in root
        if local_name(element) in SIZES and element.get("id")
    }
    if not nodes:
        raise NotDrawn(
            "expected a decision, input data or business knowledge model with an id to draw, found none."
        )
    needs = {key: list(_needs(element, nodes)) for key, element in nodes.items()}
    level = columns_of(
        list(nodes), [(needed, key) for key, requirements in needs.items() for _, needed in requirements]
    )
    places = _places(nodes, level)
    shapes = (
        Shape(id=key, kind=local_name(nodes[key]), name=_name(nodes[key]), bounds=bounds)
        for key, bounds in places.items()
    )
    edges: dict[str, Edge] = {}
    for key, requirements in needs.items():
        for number, (requirement, needed) in enumerate(requirements, start=1):
            name = requirement.get("id") or f"{key}/requirement[{number}]"
            edges.setdefault(
                name,
                Edge(id=name, kind=local_name(requirement), points=_between(places[needed], places[key])),
            )
    named = root.get("name", "")
    return Diagram(
        id="diagram",
        name=named,
        standard="DMN",
        shapes=tuple(shapes),
        edges=tuple(edges.values()),
        is_laid_out=True,
    )


def _needs(
    element: etree._Element, nodes: Mapping[str, etree._Element]
) -> Iterator[tuple[etree._Element, str]]:
    for requirement in (child for child in element if local_name(child) in REQUIREMENTS):
        for reference in requirement:
            needed = reference.get("href", "").rpartition("#")[2]
            if needed in nodes:
                yield requirement, needed


def _places(nodes: Mapping[str, etree._Element], level: Mapping[str, int]) -> dict[str, Bounds]:
    rows: dict[int, list[str]] = defaultdict(list)
    for key in nodes:
        rows[level[key]].append(key)
    widths = {
        row: sum(SIZES[local_name(nodes[key])][0] + COLUMN_GAP for key in keys) - COLUMN_GAP
        for row, keys in rows.items()
    }
    places: dict[str, Bounds] = {}
    y = MARGIN
    for row in sorted(rows, reverse=True):
        x = MARGIN + (max(widths.values()) - widths[row]) / 2
        tallest = max(SIZES[local_name(nodes[key])][1] for key in rows[row])
        for key in rows[row]:
            width, height = SIZES[local_name(nodes[key])]
            places[key] = Bounds(x, y + (tallest - height) / 2, width, height)
            x += width + COLUMN_GAP
        y += tallest + ROW_GAP
    return places


def _between(needed: Bounds, by: Bounds) -> tuple[Point, Point]:
    """From the upper border of what is asked to the lower border of what asks, as upright as can be."""
    reach = by.width / 2 - 20
    x = min(max(needed.center.x, by.center.x - reach), by.center.x + reach)
    return Point(needed.center.x, needed.y), Point(x, by.bottom)
