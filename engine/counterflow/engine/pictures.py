"""A process instance as a notebook shows it: its diagram with what has become of each element, and below it
what has run, line by line.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from html import escape
from typing import NamedTuple

import msgspec

from counterflow.documents.xml import XmlError
from counterflow.drawing.diagram import Diagram
from counterflow.drawing.errors import NotDrawn
from counterflow.drawing.read import read_diagrams
from counterflow.drawing.svg.page import render
from counterflow.drawing.svg.style import RunState
from counterflow.kernel.vocabulary import Rejection
from counterflow.queries.definitions import definition_xml
from counterflow.queries.instances import process_instance
from counterflow.queries.shapes import ElementInstance, InstanceTree
from counterflow.store.port import Store
from counterflow.visible import visible_line

MOST_LINES = 200
LONGEST_VALUE = 200
_PRECEDENCE = (RunState.COMPLETED, RunState.TERMINATED, RunState.UNDONE, RunState.ACTIVE, RunState.INCIDENT)
"""Of several runs of an element the one that matters most to whoever looks is shown: the last of these."""


class DrawnModel(msgspec.Struct, frozen=True):
    """A deployed file."""

    resource_name: str
    content: bytes

    def __repr__(self) -> str:
        return f"<{self.resource_name}, {len(self.content)} bytes>"


class TextLine(NamedTuple):
    """A line of what has run, and how deep it stands: 1 is right below the heading."""

    depth: int
    text: str


class ShownInstance(InstanceTree, frozen=True):
    """A process instance and everything that has happened in it, as a tree. A notebook shows its picture,
    and `print` what has run, line by line.
    """

    model: DrawnModel | None = None

    def __str__(self) -> str:
        """What has run, line by line, as much as fits on a page."""
        return "\n".join(f"{'  ' * line.depth}{visible_line(line.text)}" for line in self._page())

    def _repr_svg_(self) -> str | None:
        """The diagram with what has become of each element; None for a model that cannot be drawn."""
        runs = self._runs()
        diagram = self._diagram(runs)
        return render(diagram, runs) if diagram is not None else None

    def _repr_html_(self) -> str:
        """The diagram, and below it what has run, as much as fits on a page."""
        heading, *lines = self._page()
        run = "".join(map(_html, lines))
        return f"<div><b>{_text(heading.text)}</b></div>{self._repr_svg_() or ''}{run}"

    def _page(self) -> Iterator[TextLine]:
        """The heading, and below it what has run, as much as fits."""
        header = self.process_instance
        name = self.root.element_name or header.bpmn_process_id
        yield TextLine(0, f"{name} version {header.version}, {header.key}: {header.state}")
        lines = list(_lines(self.root))
        yield from lines[:MOST_LINES]
        if left_out := self.elements_left_out + max(len(lines) - MOST_LINES, 0):
            yield TextLine(1, f"… and {left_out} more")

    def _diagram(self, ids: Collection[str]) -> Diagram | None:
        """The diagram of the file that shows most of what has run."""
        if self.model is None:
            return None
        try:
            diagrams = read_diagrams(self.model.content, self.model.resource_name)
        except (XmlError, NotDrawn):
            return None
        return max(diagrams, key=lambda diagram: sum(one.id in ids for one in diagram.elements))

    def _runs(self) -> dict[str, RunState]:
        runs = {flow.flow_id: RunState.COMPLETED for flow in self.flows_taken}
        undone = {one.element_instance_key for one in self.undo_records if one.state == "completed"}
        for _, element in _elements(self.root):
            run = RunState.UNDONE if element.key in undone else _run_of(element)
            known = runs.get(element.element_id, run)
            runs[element.element_id] = max(known, run, key=_PRECEDENCE.index)
        return runs


def shown_instance(store: Store, key: int) -> ShownInstance:
    """A process instance with what its picture needs. Raises `Rejection` for an unknown key."""
    tree = process_instance(store, key)
    try:
        xml = definition_xml(store, tree.process_instance.definition_key)
        model = DrawnModel(xml.resource_name, xml.xml)
    except Rejection:
        model = None
    return ShownInstance(
        **{field: getattr(tree, field) for field in InstanceTree.__struct_fields__}, model=model
    )


def _elements(root: ElementInstance) -> Iterator[tuple[int, ElementInstance]]:
    """What has run in a process, each with how deep it is nested, in the order of the tree."""
    here = [(0, child) for child in reversed(root.children)]
    while here:
        depth, element = here.pop()
        yield depth, element
        here += ((depth + 1, child) for child in reversed(element.children))


def _run_of(element: ElementInstance) -> RunState:
    if any(incident.state == "open" for incident in element.incidents):
        return RunState.INCIDENT
    return {"completed": RunState.COMPLETED, "terminated": RunState.TERMINATED}.get(
        element.state, RunState.ACTIVE
    )


def _lines(root: ElementInstance) -> Iterator[TextLine]:
    yield from _besides(root, 1)
    for depth, element in _elements(root):
        number = f" #{element.loop_counter}" if element.loop_counter > 0 else ""
        yield TextLine(depth + 1, f"{element.element_name or element.element_id}{number}: {element.state}")
        yield from _besides(element, depth + 2)


def _besides(element: ElementInstance, depth: int) -> Iterator[TextLine]:
    for variable in element.variables:
        yield TextLine(depth, f"{variable.name} = {_short(variable.value_json)}")
    for incident in element.incidents:
        if incident.state == "open":
            yield TextLine(depth, f"incident {incident.key}: {_short(incident.message)} {incident.remedy}")


def _html(line: TextLine) -> str:
    return f'<div style="padding-left:{1.5 * line.depth - 0.5:g}em">{_text(line.text)}</div>'


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 1]}…"


def _text(text: str) -> str:
    return escape(visible_line(text))
