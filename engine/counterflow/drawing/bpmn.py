"""A BPMN file to its diagrams: every BPMNPlane with its shapes and edges (BPMN 2.0.2, clause 12)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from lxml import etree

from counterflow.bpmn.xml import BPMN
from counterflow.documents.xml import local_name, namespace
from counterflow.drawing import traits
from counterflow.drawing.diagram import Diagram, Edge, Shape, ShapeMark
from counterflow.drawing.errors import NotDrawn
from counterflow.drawing.interchange import bounds_of, colours_of, label_of, waypoints_of
from counterflow.drawing.layout.diagram import BPMNDI, draw_again

Elements = Mapping[str, etree._Element]


def bpmn_diagrams(root: etree._Element) -> tuple[Diagram, ...]:
    """The diagrams of a BPMN file that have a shape, at least one, in its order. Raises `NotDrawn`.

    A file without any is laid out, in place.
    """
    diagrams = _diagrams(root, is_laid_out=False)
    if not diagrams:
        _name_the_nameless(root)
        draw_again(root)
        diagrams = _diagrams(root, is_laid_out=True)
    if not diagrams:
        raise NotDrawn(
            "expected something to draw in the file, found nothing; put an element into its process."
        )
    return diagrams


def _diagrams(root: etree._Element, *, is_laid_out: bool) -> tuple[Diagram, ...]:
    elements: dict[str, etree._Element] = {}
    for element in root.iter(f"{{{BPMN}}}*"):
        if key := element.get("id"):
            elements.setdefault(key, element)
    planes = [_Plane(plane, elements) for plane in root.iter(f"{{{BPMNDI}}}BPMNPlane")]
    return tuple(plane.diagram(is_laid_out=is_laid_out) for plane in planes if plane.shapes)


def _name_the_nameless(root: etree._Element) -> None:
    """Give each element without an id the one that the engine knows it by (`bpmn/outline.py`).

    Ids are optional, and a diagram goes by them.
    """
    for number, association in enumerate(root.iter(f"{{{BPMN}}}association"), start=1):
        _name(association, f"association[{number}]")
    for tag in ("process", "collaboration"):
        for scope in root.iterchildren(f"{{{BPMN}}}{tag}"):
            _name(scope, tag)
            _name_inside(scope)


def _name_inside(scope: etree._Element) -> None:
    counts: Counter[str] = Counter()
    for child in scope:
        tag = local_name(child)
        counts[tag] += 1
        _name(child, f"{scope.get('id')}/{tag}[{counts[tag]}]")
        if tag in traits.SUB_PROCESSES:
            _name_inside(child)


def _name(element: etree._Element, name: str) -> None:
    if not element.get("id"):
        element.set("id", name)


def _lookup(elements: Elements, reference: str | None) -> etree._Element | None:
    """The element that an xsd:QName means; some tools write a plain id with a colon in it."""
    name = (reference or "").strip()
    return elements.get(name, elements.get(name.rpartition(":")[2])) if name else None


class _Plane:
    """One plane while it is read."""

    def __init__(self, xml: etree._Element, elements: Elements) -> None:
        self.xml = xml
        self.elements = elements
        self.shapes = {element: shape for shape, element in self._drawn("BPMNShape")}
        self.edges = {element: edge for edge, element in self._drawn("BPMNEdge")}
        self.parents = {element.getparent() for element in self.shapes}
        self.collapsed = {
            element for element, shape in self.shapes.items() if self._is_collapsed(element, shape)
        }

    def _drawn(self, tag: str) -> Iterator[tuple[etree._Element, etree._Element]]:
        """Shapes or edges with what they depict, the first of each: a second would carry the same id."""
        seen: set[etree._Element] = set()
        for xml in self.xml.iterchildren(f"{{{BPMNDI}}}{tag}"):
            element = _lookup(self.elements, xml.get("bpmnElement"))
            if element is not None and element not in seen:
                seen.add(element)
                yield xml, element

    def _is_collapsed(self, element: etree._Element, shape: etree._Element) -> bool:
        """Whether it is closed, by its shape; where that is silent, if nothing is drawn in it."""
        if local_name(element) not in traits.SUB_PROCESSES:
            return False
        said = shape.get("isExpanded")
        return element not in self.parents if said is None else not traits.is_true(said)

    def _is_hidden(self, element: etree._Element) -> bool:
        """Whether it is inside something that is closed here."""
        return any(ancestor in self.collapsed for ancestor in element.iterancestors())

    def diagram(self, *, is_laid_out: bool) -> Diagram:
        owner = _lookup(self.elements, self.xml.get("bpmnElement"))
        holder = self.xml.getparent()
        titled = "" if holder is None else holder.get("name", "")
        return Diagram(
            id=(None if holder is None else holder.get("id")) or self.xml.get("id") or "",
            name=titled or self._title(owner),
            standard="BPMN",
            shapes=tuple(filter(None, (self._shape(element, xml) for element, xml in self.shapes.items()))),
            edges=tuple(filter(None, (self._edge(element, xml) for element, xml in self.edges.items()))),
            is_laid_out=is_laid_out,
        )

    def _title(self, owner: etree._Element | None) -> str:
        """The name of what is drawn; a collaboration mostly has none, and is known by its pools."""
        if owner is None:
            return ""
        if local_name(owner) == "collaboration" and not owner.get("name"):
            names = (one.get("name", "") for one in owner.iterchildren(f"{{{BPMN}}}participant"))
            return ", ".join(name for name in names if name)
        return owner.get("name") or owner.get("id") or ""

    def _shape(self, element: etree._Element, xml: etree._Element) -> Shape | None:
        bounds = bounds_of(xml)
        if bounds is None or self._is_hidden(element):
            return None
        marks = set(traits.marks_of(element, self.elements))
        if local_name(element) in traits.SUB_PROCESSES:
            marks.add(ShapeMark.COLLAPSED if element in self.collapsed else ShapeMark.EXPANDED)
        if traits.is_false(xml.get("isHorizontal")):
            marks.add(ShapeMark.UPRIGHT)
        if traits.is_true(xml.get("isMarkerVisible")):
            marks.add(ShapeMark.MARKED_X)
        return Shape(
            id=element.get("id", ""),
            kind=local_name(element),
            name=traits.name_of(element, self.elements),
            bounds=bounds,
            trigger=traits.trigger_of(element, self.elements),
            marks=frozenset(marks),
            label=label_of(xml),
            colours=colours_of(xml),
            depth=sum(1 for _ in element.iterancestors()),
        )

    def _edge(self, element: etree._Element, xml: etree._Element) -> Edge | None:
        points = waypoints_of(xml)
        if len(points) < 2 or self._is_hidden(element):
            return None
        return Edge(
            id=element.get("id", ""),
            kind=local_name(element),
            name=element.get("name", ""),
            points=points,
            marks=frozenset(traits.edge_marks_of(element, self.elements, xml.get("messageVisibleKind", ""))),
            label=label_of(xml),
            colours=colours_of(xml),
        )


def is_bpmn(root: etree._Element) -> bool:
    """Whether these are the definitions of a BPMN file."""
    return namespace(root) == BPMN and local_name(root) == "definitions"
