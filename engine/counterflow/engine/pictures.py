"""A process instance as a notebook shows it: its diagram, and below it what has run, line by line. The
diagram has what has become of each element. Why an instance has not gone on, and what an undo would run, are
shown likewise.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from html import escape
from typing import NamedTuple

import msgspec
from msgspec.structs import asdict

from counterflow.documents.xml import XmlError
from counterflow.drawing.errors import NotDrawn
from counterflow.drawing.read import read_diagrams
from counterflow.drawing.svg.page import render
from counterflow.drawing.svg.style import RunState
from counterflow.kernel.rows import ProcessInstance
from counterflow.kernel.vocabulary import Rejection
from counterflow.queries.definitions import definition_xml
from counterflow.queries.instances import process_instance
from counterflow.queries.reasons import reasons
from counterflow.queries.shapes import (
    ElementInstance,
    Incident,
    InstanceTree,
    PlannedUndo,
    Reasons,
    UndoPlanned,
    UndoUnderway,
)
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


class _Page:
    """What a notebook shows of something that runs by a model: its diagram with marks, and lines below."""

    __slots__ = ()
    model: DrawnModel | None

    def _repr_svg_(self) -> str | None:
        """The diagram with its marks; None for a model that cannot be drawn."""
        return _picture(self.model, self._runs())

    def _repr_html_(self) -> str:
        """The diagram, and below it the lines, as much as fits on a page."""
        return _html_page(self._repr_svg_(), self._page())

    def _runs(self) -> dict[str, RunState]:
        raise NotImplementedError

    def _page(self) -> Iterator[TextLine]:
        raise NotImplementedError


class ShownInstance(_Page, InstanceTree, frozen=True):
    """A process instance and everything that has happened in it, as a tree. A notebook shows its picture,
    and `print` what has run, line by line.
    """

    model: DrawnModel | None = None

    def __str__(self) -> str:
        """What has run, line by line, as much as fits on a page."""
        return "\n".join(f"{'  ' * line.depth}{visible_line(line.text)}" for line in self._page())

    def _page(self) -> Iterator[TextLine]:
        """The heading, and below it what has run, as much as fits."""
        header = self.process_instance
        name = self.root.element_name or header.bpmn_process_id
        yield TextLine(0, f"{name} version {header.version}, {header.key}: {header.state}")
        lines = list(_lines(self.root))
        yield from lines[:MOST_LINES]
        if left_out := self.elements_left_out + max(len(lines) - MOST_LINES, 0):
            yield TextLine(1, f"… and {left_out} more")

    def _runs(self) -> dict[str, RunState]:
        runs = {flow.flow_id: RunState.COMPLETED for flow in self.flows_taken}
        undone = {one.element_instance_key for one in self.undo_records if one.state == "completed"}
        for _, element in _elements(self.root):
            run = RunState.UNDONE if element.key in undone else _run_of(element)
            _mark(runs, element.element_id, run)
        return runs


def shown_instance(store: Store, key: int) -> ShownInstance:
    """A process instance with what its picture needs. Raises `Rejection` for an unknown key."""
    tree = process_instance(store, key)
    return ShownInstance(**asdict(tree), model=_model(store, key))


class ShownReasons(_Page, Reasons, frozen=True):
    """Why an instance has not gone on. A notebook shows it on its diagram."""

    model: DrawnModel | None = None

    def _runs(self) -> dict[str, RunState]:
        """What holds the instance."""
        runs: dict[str, RunState] = {}
        for reason in self.reasons:
            if reason.process_instance_key == self.process_instance_key:
                held = reason.kind in {"incident", "quarantine", "suspension"}
                _mark(runs, reason.catch_id or reason.element_id, _held(held))
        return runs

    def _page(self) -> Iterator[TextLine]:
        nothing = "" if self.reasons else ": nothing is waited for"
        yield TextLine(0, f"{self.bpmn_process_id} {self.process_instance_key}, {self.state}{nothing}")
        for reason in self.reasons[:MOST_LINES]:
            by = f", by {reason.catch_name or reason.catch_id}," if reason.catch_id else ""
            name = reason.element_name or reason.element_id
            yield TextLine(1, f"{name}{by} waits for {_short(reason.waits_for)}")
            yield TextLine(2, f"→ {reason.way_on}")
        if self.left_out or len(self.reasons) > MOST_LINES:
            yield TextLine(1, "… and more")


def shown_reasons(store: Store, key: int, asked_for: Set[str]) -> ShownReasons:
    """Why an instance has not gone on, with what its picture needs. Raises `Rejection` for an unknown key."""
    return ShownReasons(**asdict(reasons(store, key, asked_for)), model=_model(store, key))


class ShownUndoPlan(_Page, UndoPlanned, frozen=True):
    """What an undo would run, and what one that was thrown has left. A notebook shows it on its diagram."""

    model: DrawnModel | None = None

    def _runs(self) -> dict[str, RunState]:
        """The handlers, and what they undo."""
        runs: dict[str, RunState] = {}
        for planned in self.handlers:
            _mark(runs, planned.element_id, RunState.COMPLETED)
            _mark(runs, planned.handler_id, RunState.UNDONE)
        for one in self.underway:
            _mark(runs, one.element_id, RunState.COMPLETED)
            _mark(runs, one.throw_id, RunState.ACTIVE)
            _mark(runs, one.handler_id, _held(bool(one.incidents)) if one.handler_key else RunState.UNDONE)
        return runs

    def _page(self) -> Iterator[TextLine]:
        count = len(self.handlers) + self.handlers_left_out
        title = f"{self.bpmn_process_id} {self.process_instance_key}: a compensation in {self.scope_id}"
        yield TextLine(0, f"{title} would run handlers: {count}")
        for planned in self.handlers[:MOST_LINES]:
            yield _undo_line(planned, "")
        for one in self.underway[:MOST_LINES]:
            yield _undo_line(one, ", under way" if one.handler_key else ", under way, waits for its turn")
            yield from (TextLine(2, _incident(incident)) for incident in one.incidents)
        left_out = self.handlers_left_out + self.underway_left_out
        left_out += max(len(self.handlers) - MOST_LINES, 0) + max(len(self.underway) - MOST_LINES, 0)
        if left_out:
            yield TextLine(1, f"… and {left_out} more")


def shown_undo_plan(store: Store, plan: UndoPlanned) -> ShownUndoPlan:
    """A plan of what an undo would run, with what its picture needs."""
    return ShownUndoPlan(**asdict(plan), model=_model(store, plan.process_instance_key))


def _model(store: Store, process_instance_key: int) -> DrawnModel | None:
    """The file that an instance runs by; None where it is not there any more."""
    instance = store.get(ProcessInstance, (process_instance_key,))
    try:
        xml = definition_xml(store, instance.definition_key if instance is not None else 0)
    except Rejection:
        return None
    return DrawnModel(xml.resource_name, xml.xml)


def _picture(model: DrawnModel | None, runs: Mapping[str, RunState]) -> str | None:
    """The diagram of the file that shows most of what is marked, with the marks."""
    if model is None:
        return None
    try:
        diagrams = read_diagrams(model.content, model.resource_name)
    except (XmlError, NotDrawn):
        return None
    return render(max(diagrams, key=lambda diagram: sum(one.id in runs for one in diagram.elements)), runs)


def _mark(runs: dict[str, RunState], element_id: str, run: RunState) -> None:
    """Mark an element, unless it is marked with what matters more."""
    runs[element_id] = max(runs.get(element_id, run), run, key=_PRECEDENCE.index)


def _held(is_held: bool) -> RunState:
    return RunState.INCIDENT if is_held else RunState.ACTIVE


def _undo_line(undo: PlannedUndo | UndoUnderway, state: str) -> TextLine:
    handler, element = undo.handler_name or undo.handler_id, undo.element_name or undo.element_id
    return TextLine(1, f"{undo.round}. {handler} undoes {element}{state}")


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
            yield TextLine(depth, _incident(incident))


def _incident(incident: Incident) -> str:
    return f"incident {incident.key}: {_short(incident.message)} {incident.remedy}"


def _html_page(picture: str | None, page: Iterable[TextLine]) -> str:
    heading, *lines = page
    return f"<div><b>{_text(heading.text)}</b></div>{picture or ''}{''.join(map(_html, lines))}"


def _html(line: TextLine) -> str:
    return f'<div style="padding-left:{1.5 * line.depth - 0.5:g}em">{_text(line.text)}</div>'


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 1]}…"


def _text(text: str) -> str:
    return escape(visible_line(text))
