"""A diagram as data: which shapes and edges there are, what each stands for, and where it is.

Kinds are the tags of the standards (`serviceTask`, `messageFlow`, `inputData`). Everything that decides how
something looks is here, so that drawing it needs no XML; nothing is here that does not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from counterflow.drawing.geometry import Bounds, Point


class Trigger(StrEnum):
    """What an event catches or throws (BPMN 2.0.2, table 10.93); the value is the word for it."""

    NONE = ""
    MESSAGE = "message"
    TIMER = "timer"
    ERROR = "error"
    ESCALATION = "escalation"
    SIGNAL = "signal"
    COMPENSATION = "compensation"
    CONDITIONAL = "conditional"
    LINK = "link"
    CANCEL = "cancel"
    TERMINATE = "terminate"
    MULTIPLE = "multiple"
    PARALLEL_MULTIPLE = "parallel multiple"


class ShapeMark(StrEnum):
    """What a shape looks like besides its kind; the value is the word for it, where people are told."""

    EXPANDED = "expanded"
    COLLAPSED = "collapsed"
    NOT_INTERRUPTING = "non-interrupting"
    EVENT_SUB_PROCESS = "triggered by an event"
    FOR_COMPENSATION = "for compensation"
    LOOP = "loop"
    PARALLEL = "parallel multi-instance"
    SEQUENTIAL = "sequential multi-instance"
    AD_HOC = "ad hoc"
    INSTANTIATING = "begins an instance"
    COLLECTION = "collection"
    CLOSED_POOL = "without a process"
    UPRIGHT = "upright"
    MARKED_X = "marked"


class EdgeMark(StrEnum):
    """What an edge looks like besides its kind."""

    DEFAULT = "default"
    CONDITIONAL = "conditional"
    ARROW_AT_START = "points back"
    ARROW_AT_END = "points on"
    INITIATING = "initiating message"
    ANSWERING = "message in answer"


@dataclass(frozen=True, slots=True)
class Colours:
    """Colours of its author's choice, each `#rrggbb`, or empty for the one that the page has."""

    fill: str = ""
    stroke: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """Something that takes up room."""

    id: str
    kind: str
    bounds: Bounds
    name: str = ""
    trigger: Trigger = Trigger.NONE
    marks: frozenset[ShapeMark] = frozenset()
    label: Bounds | None = None
    """Where the name stands, for what has its name beside it; None for the usual place."""
    colours: Colours = Colours()
    depth: int = 0
    """How many elements it is nested in: the outer ones are painted first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """Something that joins shapes, along two or more points."""

    id: str
    kind: str
    points: tuple[Point, ...]
    name: str = ""
    marks: frozenset[EdgeMark] = frozenset()
    label: Bounds | None = None
    colours: Colours = Colours()


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagram:
    """One plane: a process, a collaboration, the inside of a closed sub-process, or a graph of decisions.

    No two of its shapes and edges have one id.
    """

    id: str
    name: str
    standard: str
    """BPMN or DMN."""
    shapes: tuple[Shape, ...]
    edges: tuple[Edge, ...]
    is_laid_out: bool = False
    """Whether the file had no diagram, and this one is of our own making."""

    @property
    def elements(self) -> tuple[Shape | Edge, ...]:
        """Everything that is drawn."""
        return (*self.shapes, *self.edges)

    def corners(self) -> Iterator[Point]:
        """Points that any picture of it must hold."""
        for box in (
            *(shape.bounds for shape in self.shapes),
            *(one.label for one in self.elements if one.label is not None),
        ):
            yield Point(box.x, box.y)
            yield Point(box.right, box.bottom)
        for edge in self.edges:
            yield from edge.points
